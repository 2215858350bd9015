import { fieldText } from '../../../src/api/document-field.ts'
import type { Hit } from '../data/answers.ts'
import { change, hrefOf, range } from '../data/address.ts'
import { useNewest } from '../data/ask.ts'
import { levelOf, sentenceOf } from '../data/event.ts'
import { filterText } from '../data/filter.ts'
import { bandOf } from '../data/severity.ts'
import { visible } from '../../../src/api/visible-text.ts'
import { plural } from '../data/text.ts'
import { clock, full } from '../data/time.ts'
import { Card } from './card.tsx'
import { Icon } from './icon.tsx'
import { Link } from './link.tsx'
import { Text } from './text.tsx'

const lanes = ['Life', 'Commands', 'Network', 'Storage'] as const

function laneOf(hit: Hit): (typeof lanes)[number] {
  const type = fieldText(hit.document, 'data.docker.Type')
  if (type === 'network') return 'Network'
  if (type === 'volume') return 'Storage'
  return (fieldText(hit.document, 'data.docker.Action') ?? '').startsWith('exec_') ? 'Commands' : 'Life'
}

/** The story of one container: what happened to it, in lanes, alerts larger. */
export function ContainerTimeline({ name }: { readonly name: string }) {
  const f = [filterText({ field: 'data.docker.Actor.Attributes.name', kind: 'is', value: name })]
  const { hits, isReady, problem, total } = useNewest(500, { ds: 'events', f })
  const { fromMs, toMs } = range.value
  const oldest = hits.at(-1)?.receivedAtMs ?? fromMs
  const newest = hits[0]?.receivedAtMs ?? toMs
  // A minute of room on both sides; a container that lived for a second would otherwise be one dot.
  const [begin, end] = [oldest - 30_000, newest + 30_000]
  return (
    <Card
      title={`Timeline of ${visible(name, 80)}`}
      problem={problem}
      aside={
        <span class="timeline-aside">
          <Link href={hrefOf('events', { ds: 'events', q: undefined, f })}>
            {isReady ? plural(total?.value ?? 0, 'event') : ''}
          </Link>
          <button
            type="button"
            class="icon-button"
            aria-label="Close the timeline"
            onClick={() => change({ container: undefined })}
          >
            <Icon name="close" />
          </button>
        </span>
      }
    >
      <div class="lanes">
        {lanes.map((lane) => (
          <div key={lane} class="lane">
            <span class="lane-name">{lane}</span>
            <div class="lane-track">
              {hits
                .filter((hit) => laneOf(hit) === lane)
                .map((hit) => (
                  <Mark key={hit.eventId} hit={hit} at={(hit.receivedAtMs - begin) / (end - begin)} />
                ))}
            </div>
          </div>
        ))}
        <div class="lane lane-axis">
          <span />
          <span class="lane-times">
            <span>{full(begin)}</span>
            <span>{full(end)}</span>
          </span>
        </div>
      </div>
      <ol class="story">
        {hits.slice(0, 6).map((hit) => (
          <li key={hit.eventId}>
            <span class="mono muted">{clock(hit.receivedAtMs)}</span>{' '}
            <Link href={hrefOf('events', { ds: 'events', event: hit.eventId })}>
              <Text limit={160}>{sentenceOf(hit)}</Text>
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  )
}

function Mark({ hit, at }: { readonly hit: Hit; readonly at: number }) {
  const level = levelOf(hit)
  const label = `${clock(hit.receivedAtMs)} ${visible(sentenceOf(hit), 120)}, level ${level}`
  return (
    <a
      href={hrefOf('events', { ds: 'events', event: hit.eventId })}
      class={`mark fill-${bandOf(level)} ${level >= 7 ? 'mark-big' : ''}`}
      style={{ left: `${at * 100}%` }}
      title={label}
      aria-label={label}
    />
  )
}
