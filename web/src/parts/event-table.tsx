import type { Hit } from '../data/answers.ts'
import { hrefOf } from '../data/address.ts'
import { entityOf, levelOf, sentenceOf, shortened } from '../data/event.ts'
import { ago, full } from '../data/time.ts'
import { Quiet } from './card.tsx'
import { Link } from './link.tsx'
import { Level } from './severity.tsx'
import { Line } from './text.tsx'

interface Props {
  readonly hits: readonly Hit[]
  readonly isReady: boolean
  readonly empty: string
  /** Text of the middle column; default: the sentence of the event. */
  readonly what?: (hit: Hit) => string
}

/** A few events inside a panel; each opens on the Events page. */
export function EventTable({ hits, isReady, empty, what = (hit) => shortened(sentenceOf(hit)) }: Props) {
  if (hits.length === 0) return <Quiet isReady={isReady}>{empty}</Quiet>
  return (
    <ul class="event-table">
      {hits.map((hit) => (
        <li key={hit.eventId}>
          <Link href={hrefOf('events', { ds: 'events', event: hit.eventId })}>
            <span class="muted event-ago" title={full(hit.receivedAtMs)}>
              {ago(hit.receivedAtMs)}
            </span>
            <Level level={levelOf(hit)} />
            <Line>{what(hit)}</Line>
            <span class="muted event-about">
              <Line>{entityOf(hit)?.value ?? ''}</Line>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
