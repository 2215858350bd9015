import type { ComponentChildren } from 'preact'
import type { AggregationResult, Bucket } from '../data/answers.ts'
import { bandOf } from '../data/severity.ts'
import { visible } from '../../../src/api/visible-text.ts'
import { count, shortCount } from '../data/text.ts'
import { entityHref, kindOf } from '../data/entity.ts'
import { valueData } from '../data/focused-value.ts'
import { hrefOfValues } from '../data/filter.ts'
import { Quiet } from './card.tsx'
import { Link } from './link.tsx'
import { Line } from './text.tsx'

interface Props {
  readonly field: string
  readonly result: AggregationResult
  readonly isReady: boolean
  readonly most?: number
  readonly empty?: string
  /** Bars take the colour of the highest level in them. */
  readonly byLevel?: boolean
  readonly nameOf?: (key: string) => string
  readonly aside?: (key: string) => ComponentChildren
  /** Filters that are in force here besides those of the address; values then lead to events, not to pages of their own. */
  readonly within?: readonly string[]
}

/** Most frequent values; each leads to its events, and what is left out is said. */
export function BarList({
  field,
  result,
  isReady,
  most = 8,
  empty = 'None in this time.',
  byLevel = false,
  nameOf,
  aside,
  within,
}: Props) {
  const shown = result.buckets.slice(0, most)
  const hidden = result.buckets.slice(most)
  const rest = hidden.reduce((sum, bucket) => sum + bucket.count, 0) + (result.other ?? 0)
  const top = Math.max(1, ...shown.map((bucket) => bucket.count))
  if (shown.length === 0) return <Quiet isReady={isReady}>{empty}</Quiet>
  return (
    <>
      <ul class="bars">
        {shown.map((bucket) => (
          <Bar
            key={bucket.key}
            bucket={bucket}
            share={bucket.count / top}
            name={nameOf?.(String(bucket.key)) ?? String(bucket.key)}
            byLevel={byLevel}
            aside={aside?.(String(bucket.key))}
            href={hrefOfValue(field, String(bucket.key), within)}
            field={field}
          />
        ))}
      </ul>
      {rest > 0 && (
        <p class="more">
          {hidden.length > 0 && result.other === 0 ? `${count(hidden.length)} more with ` : 'Others: '}
          {count(rest)}
        </p>
      )}
    </>
  )
}

function hrefOfValue(
  field: string,
  value: string,
  within: readonly string[] | undefined,
): string | undefined {
  const kind = kindOf(field)
  return kind && !within ? entityHref(kind, value) : hrefOfValues([[field, value]], within)
}

interface BarProps {
  readonly bucket: Bucket
  readonly href: string | undefined
  readonly field: string
  readonly share: number
  readonly name: string
  readonly byLevel: boolean
  readonly aside: ComponentChildren
}

function Bar({ bucket, href, field, share, name, byLevel, aside }: BarProps) {
  const fill = byLevel ? `fill-${bandOf(bucket.maxLevel ?? 0)}` : 'fill-0'
  const label = `${visible(name, 100)}: ${count(bucket.count)}${byLevel ? `, highest level ${bucket.maxLevel ?? 0}` : ''}`
  return (
    <li {...valueData(field, String(bucket.key))}>
      <Link href={href} class="bar" title={label}>
        <Line>{name === '' ? '(empty)' : name}</Line>
        {aside}
        <span class="bar-count">{shortCount(bucket.count)}</span>
        <span class="bar-track">
          <i class={fill} style={{ width: `${Math.max(1.5, share * 100)}%` }} />
        </span>
      </Link>
    </li>
  )
}
