import type { Hit } from '../data/answers.ts'
import { useNewest } from '../data/ask.ts'
import { hrefWithin } from '../data/filter.ts'
import { count } from '../data/text.ts'
import { Card } from './card.tsx'
import { EventTable } from './event-table.tsx'
import { Link } from './link.tsx'

interface Props {
  readonly title: string
  readonly f: readonly string[]
  readonly q?: string
  /** Said when there is none. */
  readonly empty: string
  readonly what?: (hit: Hit) => string
}

const most = 8

/** The newest events of a kind, and the way to the others. */
export function NewestPanel({ title, f, q, empty, what }: Props) {
  const { hits, isReady, problem, total } = useNewest(most, { ds: 'events', f, ...(q && { q }) })
  return (
    <Card
      title={title}
      span="half"
      problem={problem}
      aside={
        total && total.value > most && <Link href={hrefWithin('events', q, f)}>All {count(total.value)}</Link>
      }
    >
      <EventTable hits={hits} isReady={isReady} empty={empty} {...(what && { what })} />
    </Card>
  )
}
