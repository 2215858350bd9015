import type { Hit } from '../data/answers.ts'
import type { Changes } from '../data/address.ts'
import { change, hrefOf } from '../data/address.ts'
import { useCounts, useNewest } from '../data/ask.ts'
import { filtersOf } from '../data/entity.ts'
import { entityOf, levelOf, ruleOf } from '../data/event.ts'
import { filterText } from '../data/filter.ts'
import { bandOf } from '../data/severity.ts'
import { count, plural } from '../data/text.ts'
import { ago, full, minute } from '../data/time.ts'
import { Failed } from './notice.tsx'
import { Link } from './link.tsx'
import { Level } from './severity.tsx'
import { seriesOf, Sparkline } from './sparkline.tsx'
import { Line, Text } from './text.tsx'

const days = 30
const dayMs = 86_400_000

/** Another event in the same panel; its rows go, so the panel keeps the focus. */
export function openBeside(changes: Changes): void {
  change(changes)
  document.getElementById('panel-body')?.focus()
}

/** The same rule about the same thing, in the last month: is this new, or does it happen every night? */
export function Similar({ hit }: { readonly hit: Hit }) {
  const rule = ruleOf(hit)
  const entity = entityOf(hit)
  const about = entity ? filtersOf(entity.kind, entity.value) : []
  const f = [
    ...(rule === undefined ? [] : [filterText({ field: 'rule.id', kind: 'is', value: rule })]),
    ...about,
  ]
  const toMs = Math.ceil(Date.now() / dayMs) * dayMs
  const span = { fromMs: toMs - days * dayMs, toMs, intervalMs: dayMs }
  const scope = { f, ds: 'events', alone: true, from: String(span.fromMs), to: String(toMs) } as const
  const counts = useCounts({ time: { kind: 'histogram', intervalMs: dayMs } }, scope)
  const { hits, problem, total } = useNewest(20, scope)
  if (problem) return <Failed problem={problem} />
  if (!total) return <p class="muted">Looking…</p>
  const perDay = new Map(counts.of('time').buckets.map(({ key, count: howMany }) => [key, howMany]))
  const buckets = [...perDay].map(([key, howMany]) => ({ key, count: howMany, split: { all: howMany } }))
  return (
    <>
      <p>
        <b>{plural(total.value, 'event')}</b> on {plural(perDay.size, 'day')} of the last {days}
        {rule !== undefined && `, rule ${rule}`}
        {entity && (
          <>
            , <Text limit={80}>{entity.value}</Text>
          </>
        )}
      </p>
      <Sparkline values={seriesOf(buckets, 'all', span)} fill={`fill-${bandOf(levelOf(hit))}`} isWide />
      <p class="muted similar-axis">
        <span>{minute(span.fromMs)}</span>
        <span>now</span>
      </p>
      <ol class="around">
        {hits.map((one) => (
          <li key={one.eventId} class={one.eventId === hit.eventId ? 'is-this' : ''}>
            <button
              type="button"
              onClick={() => openBeside({ event: one.eventId })}
              title={full(one.receivedAtMs)}
            >
              <span class="muted">{ago(one.receivedAtMs)}</span>
              <Level level={levelOf(one)} />
              <Line>{minute(one.receivedAtMs)}</Line>
            </button>
          </li>
        ))}
      </ol>
      {total.value > hits.length && (
        <p>
          <Link
            href={hrefOf('events', { ds: 'events', q: undefined, f, from: `now-${days}d`, to: undefined })}
          >
            All {count(total.value)}
          </Link>
        </p>
      )}
    </>
  )
}
