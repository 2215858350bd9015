import { useState } from 'preact/hooks'
import type { Facet } from '../data/answers.ts'
import { isActive, longestValue, toggle } from '../data/filter.ts'
import { labelOf, shortened } from '../data/event.ts'
import { valueData } from '../data/focused-value.ts'
import { bandOf } from '../data/severity.ts'
import { visible } from '../../../src/api/visible-text.ts'
import { count, shortCount } from '../data/text.ts'
import { Icon } from './icon.tsx'
import { Line } from './text.tsx'

/** Values shown before somebody asks for more. */
const folded = 6

/** Values of one field with how often they occur; a click narrows the question. */
export function FacetBlock({ facet, onMore }: { readonly facet: Facet; onMore?: (() => void) | undefined }) {
  const [search, setSearch] = useState('')
  const [isWhole, setWhole] = useState(false)
  const label = labelOf(facet.field)
  const most = Math.max(1, ...facet.buckets.map((bucket) => bucket.count))
  const isLevel = facet.field === 'rule.level'
  const ordered = isLevel ? [...facet.buckets].sort((a, b) => Number(b.key) - Number(a.key)) : facet.buckets
  const found = ordered.filter(({ key }) => String(key).toLowerCase().includes(search.toLowerCase()))
  // A rare level is the one to see: levels are never folded away.
  const shown = isWhole || isLevel || search !== '' ? found : found.slice(0, folded)
  const hidden = found.length - shown.length
  return (
    <details class="facet" open>
      <summary>{label}</summary>
      {isWhole && facet.buckets.length > folded && (
        <input
          type="search"
          class="facet-search"
          placeholder="Find a value"
          aria-label={`Find a value of ${label}`}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <ul>
        {shown.map(({ key, count: howMany }) => (
          <FacetValue
            key={key}
            field={facet.field}
            value={String(key)}
            howMany={howMany}
            share={howMany / most}
          />
        ))}
      </ul>
      {hidden > 0 && (
        <button type="button" class="link facet-more" onClick={() => setWhole(true)}>
          Show {count(hidden)} more
        </button>
      )}
      <Presence field={facet.field} />
      {hidden === 0 && (facet.other ?? 0) > 0 && (
        <button type="button" class="link facet-more" onClick={onMore} disabled={!onMore}>
          {count(facet.other ?? 0)} with rarer values
        </button>
      )}
    </details>
  )
}

/** Events may lack the field altogether. */
function Presence({ field }: { readonly field: string }) {
  const choices = [
    ['present', 'any'],
    ['absent', 'none'],
  ] as const
  return (
    <span class="presence" role="group" aria-label={`${labelOf(field)}, whichever`}>
      {choices.map(([kind, word]) => (
        <button
          key={kind}
          type="button"
          class="link"
          aria-pressed={isActive({ field, kind, value: '' })}
          onClick={() => toggle({ field, kind, value: '' })}
        >
          {word}
        </button>
      ))}
    </span>
  )
}

interface ValueProps {
  readonly field: string
  readonly value: string
  readonly howMany: number
  /** Of the most frequent value. */
  readonly share: number
}

function wordsOf(field: string, value: string): string {
  if (field === 'rule.level') return `${value} ${bandOf(Number(value))}`
  // Cut where they still are all the same, they could not be told apart.
  if (field === 'rule.description') return shortened(value)
  return value === '' ? '(empty)' : value
}

function FacetValue({ field, value, howMany, share }: ValueProps) {
  const include = { field, kind: 'is', value } as const
  const exclude = { field, kind: 'is-not', value } as const
  const name = visible(value, 120)
  return (
    <li class={isActive(exclude) ? 'is-excluded' : ''} {...valueData(field, value)}>
      <button
        type="button"
        class="facet-value"
        aria-pressed={isActive(include)}
        title={`Only ${name}: ${count(howMany)}`}
        disabled={value.length > longestValue}
        onClick={() => toggle(include)}
      >
        <span class="facet-bar" style={{ width: `${Math.max(2, share * 100)}%` }} />
        {field === 'rule.level' && <i class={`dot fill-${bandOf(Number(value))}`} />}
        <Line>{wordsOf(field, value)}</Line>
        <span class="facet-count">{shortCount(howMany)}</span>
      </button>
      <button
        type="button"
        class="icon-button facet-exclude"
        aria-pressed={isActive(exclude)}
        aria-label={`Without ${name}`}
        disabled={value.length > longestValue}
        title="Exclude"
        onClick={() => toggle(exclude)}
      >
        <Icon name="minus" />
      </button>
    </li>
  )
}
