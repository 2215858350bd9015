import type { ComponentChildren } from 'preact'
import type { Bucket } from '../data/answers.ts'
import { hrefOf, range } from '../data/address.ts'
import type { Counts } from '../data/ask.ts'
import { before, useCounts, useHealth, useSlowCounts } from '../data/ask.ts'
import { labelOf } from '../data/event.ts'
import { entityHref, kindOf } from '../data/entity.ts'
import { filterText, hrefWith, hrefWithin } from '../data/filter.ts'
import { bandOf } from '../data/severity.ts'
import { count, plural, shortCount, size } from '../data/text.ts'
import { ago, duration, full } from '../data/time.ts'
import { BarList } from '../parts/bar-list.tsx'
import { Card, Quiet } from '../parts/card.tsx'
import { intervalFor, TimeChart } from '../parts/histogram.tsx'
import { BandLegend } from '../parts/legend.tsx'
import { Link } from '../parts/link.tsx'
import { Failed } from '../parts/notice.tsx'
import { Level } from '../parts/severity.tsx'
import { sourceName, SourceStates } from '../parts/source-states.tsx'
import { seriesOf, Sparkline } from '../parts/sparkline.tsx'
import { Line } from '../parts/text.tsx'

/** Is anything wrong now, and can the silence be trusted? */
export function OverviewPage() {
  const { fromMs, toMs } = range.value
  const intervalMs = intervalFor(fromMs, toMs)
  const counts = useCounts(
    {
      time: { kind: 'histogram', intervalMs, by: 'level' },
      containers: { kind: 'terms', field: 'data.docker.Actor.Attributes.name', size: 8 },
      users: { kind: 'terms', field: 'data.user.username', size: 8 },
      hosts: { kind: 'terms', field: 'agent.name', size: 8 },
    },
    { ds: 'alerts' },
  )
  const { of, isReady } = counts
  return (
    <div class="board">
      <PipeStrip />
      <Card title="Alerts over time" problem={counts.problem} aside={<Total counts={counts} />}>
        <TimeChart label="Alerts over time" result={of('time')} intervalMs={intervalMs} />
      </Card>
      {isReady && of('time').buckets.length === 0 && (
        <Card title="No alerts in this time">
          <SourceStates />
        </Card>
      )}
      <Attention />
      <Card title="Containers" span="third" problem={counts.problem}>
        <BarList
          field="data.docker.Actor.Attributes.name"
          result={of('containers')}
          isReady={isReady}
          byLevel
        />
      </Card>
      <Card title="Kubernetes users" span="third" problem={counts.problem}>
        <BarList field="data.user.username" result={of('users')} isReady={isReady} byLevel />
      </Card>
      <NewHere />
      <Tactics />
      <Card title="Hosts" span="half" problem={counts.problem}>
        <BarList field="agent.name" result={of('hosts')} isReady={isReady} byLevel />
      </Card>
    </div>
  )
}

/** How many, and how bad: the two things the bars show. */
function Total({ counts }: { readonly counts: Counts }) {
  if (!counts.isReady) return null
  const total = counts.of('time').buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  return (
    <>
      <BandLegend result={counts.of('time')} />
      <span class="nowrap">{plural(total, 'alert')}</span>
    </>
  )
}

function Tactics() {
  const field = 'rule.mitre.tactic'
  // Who has a tactic has a technique, and these have a column: the other alerts need not be opened.
  const only = { ds: 'alerts', f: ['?rule.mitre.id'] } as const
  const counts = useSlowCounts({ tactics: { kind: 'terms', field, size: 14 } }, only)
  return (
    <Card
      title="Tactics (MITRE ATT&CK)"
      span="half"
      problem={counts.problem}
      aside={<Link href={hrefOf('mitre')}>Matrix</Link>}
    >
      <BarList
        field={field}
        result={counts.of('tactics')}
        isReady={counts.isReady}
        byLevel
        empty="No alert with a tactic in this time."
      />
    </Card>
  )
}

/** The way of the events, from where they come to where they lie. */
function PipeStrip() {
  const { data, problem } = useHealth()
  if (problem && !data) return <Failed problem={problem} />
  if (!data) return <div class="strip" />
  const { pipeline, store, rules, nowMs, startedAtMs } = data
  const bad = data.checks.filter((check) => check.state !== 'ok')
  return (
    <div class="strip" role="group" aria-label="Is everything arriving">
      {data.sources.map((source) => (
        <Tile key={source.name} label={sourceName(source.type)} state={source.state} href={hrefOf('health')}>
          {source.lastEventAtMs === undefined ? 'no event yet' : ago(source.lastEventAtMs, nowMs)}
        </Tile>
      ))}
      <Tile
        label={`Events in ${duration(nowMs - startedAtMs)}`}
        state={pipeline.dropped > 0 ? 'error' : 'ok'}
        href={hrefOf('health')}
      >
        {shortCount(pipeline.eventsReceived)}
        {pipeline.dropped > 0 && <small>{shortCount(pipeline.dropped)} lost</small>}
      </Tile>
      <Tile
        label="Rules"
        state={rules.problems.some((one) => one.severity !== 'warning') ? 'warning' : 'ok'}
        href={hrefOf('rules')}
      >
        {count(rules.size)}
      </Tile>
      <Tile label="Stored" state="ok" href={hrefOf('health')}>
        {size(store.sizeBytes)}
        <small>{shortCount(store.events)} events</small>
      </Tile>
      <Tile
        label="Checks"
        state={bad.some((one) => one.state === 'error') ? 'error' : bad.length > 0 ? 'warning' : 'ok'}
        href={hrefOf('health')}
      >
        {bad.length === 0 ? 'all good' : `${count(bad.length)} to look at`}
      </Tile>
    </div>
  )
}

interface TileProps {
  readonly label: string
  readonly state: string
  readonly href: string
  readonly children: ComponentChildren
}

function Tile({ label, state, href, children }: TileProps) {
  return (
    <Link href={href} class="tile">
      <span class="tile-label">
        <i class={`state state-${state}`} />
        {label}
      </span>
      <span class="tile-value">{children}</span>
    </Link>
  )
}

const serious = { ds: 'alerts', q: 'rule.level >= 7' } as const

/** Rules that say something serious, what they said last, and about how many. */
function Attention() {
  const { fromMs, toMs } = range.value
  const intervalMs = intervalFor(fromMs, toMs, 32)
  const counts = useCounts(
    {
      rules: { kind: 'terms', field: 'rule.id', size: 12 },
      spark: { kind: 'histogram', intervalMs, by: { field: 'rule.id', size: 12 } },
    },
    serious,
  )
  const { buckets, other = 0 } = counts.of('rules')
  const ordered = [...buckets].sort((a, b) => (b.maxLevel ?? 0) - (a.maxLevel ?? 0) || b.count - a.count)
  return (
    <Card
      title="Needs attention"
      problem={counts.problem}
      aside={<span class="muted">level 7 and above</span>}
    >
      {ordered.length === 0 && (
        <Quiet isReady={counts.isReady}>Nothing of level 7 or above in this time.</Quiet>
      )}
      <ul class="attention">
        {ordered.slice(0, 8).map((bucket) => (
          <Rule key={bucket.key} bucket={bucket}>
            <Sparkline
              values={seriesOf(counts.of('spark').buckets, String(bucket.key), { fromMs, toMs, intervalMs })}
              fill={`fill-${bandOf(bucket.maxLevel ?? 0)}`}
            />
          </Rule>
        ))}
      </ul>
      {(other > 0 || ordered.length > 8) && (
        <p class="more">
          <Link href={hrefWithin(serious.ds, serious.q)}>Show all</Link>
        </p>
      )}
    </Card>
  )
}

interface RuleProps {
  readonly bucket: Bucket
  readonly children: ComponentChildren
}

/** What one rule said last; it may be long ago, so each is asked for by itself. */
function Rule({ bucket, children }: RuleProps) {
  const id = String(bucket.key)
  const filter = { field: 'rule.id', kind: 'is', value: id } as const
  const counts = useCounts(
    { last: { kind: 'topHits', size: 1, fields: ['rule.description'] } },
    { ...serious, f: [filterText(filter)] },
  )
  const last = counts.of('last').hits?.[0]
  const [words = ''] = last?.fields['rule.description'] ?? []
  return (
    <li>
      <Link href={hrefWith(filter)}>
        <Level level={bucket.maxLevel ?? 0} />
        <Line>{words === '' ? `Rule ${id}` : words}</Line>
        <span class="muted attention-last" title={last && full(last.receivedAtMs)}>
          {last && ago(last.receivedAtMs)}
        </span>
        {children}
        <b class="attention-count">{shortCount(bucket.count)}</b>
      </Link>
    </li>
  )
}

const watched = [
  'data.docker.Actor.Attributes.image',
  'data.user.username',
  'data.userAgent',
  'rule.id',
] as const

function hrefOfFresh(field: string, value: string): string | undefined {
  const kind = kindOf(field)
  return kind ? entityHref(kind, value) : hrefWith({ field, kind: 'is', value }, { ds: 'events' })
}

/** Values of this span that the span before did not have. */
function NewHere() {
  const aggs = Object.fromEntries(
    watched.map((field) => [field, { kind: 'terms', field, size: 500 } as const]),
  )
  const now = useSlowCounts(aggs, { ds: 'events' })
  const then = useSlowCounts(aggs, { ds: 'events', ...before() })
  const { fromMs, toMs } = range.value
  const isReady = now.isReady && then.isReady
  const fresh = watched.flatMap((field) => {
    const known = new Set(then.of(field).buckets.map((bucket) => String(bucket.key)))
    return now
      .of(field)
      .buckets.filter((bucket) => !known.has(String(bucket.key)))
      .map((bucket) => ({ field, value: String(bucket.key), count: bucket.count }))
  })
  return (
    <Card
      title="New here"
      span="third"
      problem={now.problem ?? then.problem}
      aside={<span class="muted">not seen in the {duration(toMs - fromMs)} before</span>}
    >
      {!isReady || fresh.length === 0 ? (
        <Quiet isReady={isReady}>Nothing that was not there before.</Quiet>
      ) : (
        <ul class="fresh">
          {fresh.slice(0, 8).map(({ field, value, count: howMany }) => (
            <li key={field + value}>
              <Link href={hrefOfFresh(field, value)}>
                <span class="muted fresh-field">{labelOf(field).replace(/^.*: /, '')}</span>
                <Line>{value}</Line>
                <span class="bar-count">{shortCount(howMany)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {fresh.length > 8 && <p class="more">and {count(fresh.length - 8)} more</p>}
    </Card>
  )
}
