import { fieldText } from '../../../src/api/document-field.ts'
import type { AggregationResult } from '../data/answers.ts'
import { address, change, hrefOf, range } from '../data/address.ts'
import { useCounts, useNewest } from '../data/ask.ts'
import { filterText } from '../data/filter.ts'
import { count, shortCount } from '../data/text.ts'
import { ago, full } from '../data/time.ts'
import { BarList } from '../parts/bar-list.tsx'
import { Card, Quiet } from '../parts/card.tsx'
import { ContainerTimeline } from '../parts/container-timeline.tsx'
import { EventTable } from '../parts/event-table.tsx'
import { HeatTable } from '../parts/heat-table.tsx'
import { Histogram, intervalFor } from '../parts/histogram.tsx'
import { Link } from '../parts/link.tsx'
import { Level } from '../parts/severity.tsx'
import { SourceStates } from '../parts/source-states.tsx'
import { seriesOf, Sparkline } from '../parts/sparkline.tsx'
import { Line } from '../parts/text.tsx'
import { setRange } from '../parts/time-picker.tsx'

const type = 'data.docker.Type'
const action = 'data.docker.Action'
export const containerName = 'data.docker.Actor.Attributes.name'
const image = 'data.docker.Actor.Attributes.image'
/** Only Docker's events, whichever rule spoke. */
const docker = [`?${type}`]

/** What are containers doing, where did somebody get in? */
export function DockerPage() {
  const open = address.value.params.get('container')
  const { fromMs, toMs } = range.value
  const intervalMs = intervalFor(fromMs, toMs)
  const counts = useCounts(
    {
      time: { kind: 'histogram', intervalMs, by: { field: type, size: 6 } },
      types: { kind: 'terms', field: type, size: 8 },
      images: { kind: 'terms', field: image, size: 10 },
      actions: { kind: 'terms', field: action, size: 200 },
    },
    { f: docker },
  )
  const { of, isReady } = counts
  const types = of('types').buckets.map((bucket) => String(bucket.key))
  const isEmpty = isReady && types.length === 0
  return (
    <div class="board">
      {open !== null && <ContainerTimeline name={open} />}
      <Card title="Activity" problem={counts.problem} aside={<Legend names={types.slice(0, 6)} />}>
        <Histogram
          label="Docker events over time, by kind"
          buckets={of('time').buckets}
          series={types.slice(0, 6)}
          fromMs={fromMs}
          toMs={toMs}
          intervalMs={intervalMs}
          onZoom={(begin, end) => setRange(new Date(begin).toISOString(), new Date(end).toISOString())}
          onUndo={() => history.back()}
        />
      </Card>
      {isEmpty && (
        <Card title="No Docker events in this time">
          <SourceStates />
        </Card>
      )}
      <Containers />
      <Execs />
      <Failures />
      <Card title="Images in use" span="half">
        <BarList field={image} result={of('images')} isReady={isReady} />
      </Card>
      <Card title="Actions" span="half">
        <BarList field={action} result={grouped(of('actions'))} isReady={isReady} most={10} />
      </Card>
      <ImageChanges />
      <HostSurface />
      <TypeByAction types={types} />
    </div>
  )
}

/** `exec_start: sh -c …` is one action with many commands. */
function grouped(result: AggregationResult): AggregationResult {
  const sums = new Map<string, { count: number; maxLevel: number }>()
  for (const { key, count: howMany, maxLevel = 0 } of result.buckets) {
    const [name = ''] = String(key).split(':')
    const before = sums.get(name) ?? { count: 0, maxLevel: 0 }
    sums.set(name, { count: before.count + howMany, maxLevel: Math.max(before.maxLevel, maxLevel) })
  }
  const buckets = [...sums].map(([key, sum]) => ({ key, ...sum })).sort((a, b) => b.count - a.count)
  return { buckets, ...(result.other === undefined ? {} : { other: result.other }) }
}

export function Legend({ names }: { readonly names: readonly string[] }) {
  return (
    <span class="legend">
      {names.map((name, index) => (
        <span key={name}>
          <i class={`dot fill-${index % 6}`} /> {name}
        </span>
      ))}
    </span>
  )
}

function sumsOf(result: AggregationResult): ReadonlyMap<string, number> {
  return new Map(result.buckets.map((bucket) => [String(bucket.key), bucket.count]))
}

const terms = { kind: 'terms', field: containerName, size: 200 } as const
const containerOnly = [filterText({ field: type, kind: 'is', value: 'container' })]

/** Every container that did something. */
function Containers() {
  const { fromMs, toMs } = range.value
  const intervalMs = intervalFor(fromMs, toMs, 32)
  const f = containerOnly
  const all = useCounts(
    { names: terms, spark: { kind: 'histogram', intervalMs, by: { field: containerName, size: 50 } } },
    { f, ds: 'events' },
  )
  const starts = useCounts({ names: terms }, { f, ds: 'events', q: `${action}: start` })
  const ends = useCounts({ names: terms }, { f, ds: 'events', q: `${action}: die` })
  const failed = useCounts(
    { names: terms },
    {
      f,
      ds: 'events',
      q: `(${action}: die and not data.docker.Actor.Attributes.exitCode: 0) or ${action}: oom`,
    },
  )
  const execs = useCounts({ names: terms }, { f, ds: 'events', q: `${action}: exec_start*` })
  const newest = useNewest(1000, { f, ds: 'events' })
  const [started, ended, broke, ran] = [starts, ends, failed, execs].map((one) => sumsOf(one.of('names')))
  const { buckets, other = 0 } = all.of('names')
  return (
    <Card
      title="Containers"
      problem={all.problem}
      aside={<span class="muted">{all.isReady ? count(buckets.length) : ''}</span>}
    >
      {buckets.length === 0 ? (
        <Quiet isReady={all.isReady}>No container did anything in this time.</Quiet>
      ) : (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Table of containers">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Image</th>
                <th scope="col">Last</th>
                <th scope="col" class="num">
                  Starts
                </th>
                <th scope="col" class="num">
                  Ends
                </th>
                <th scope="col" class="num">
                  Failures
                </th>
                <th scope="col" class="num">
                  Commands
                </th>
                <th scope="col">Highest level</th>
                <th scope="col">Events</th>
              </tr>
            </thead>
            <tbody>
              {buckets.slice(0, 30).map((bucket) => {
                const name = String(bucket.key)
                const last = newest.hits.find((hit) => fieldText(hit.document, containerName) === name)
                return (
                  <tr key={name}>
                    <th scope="row">
                      <button type="button" class="link" onClick={() => change({ container: name })}>
                        <Line>{name}</Line>
                      </button>
                    </th>
                    <td>
                      <Line>{(last && fieldText(last.document, image)) ?? ''}</Line>
                    </td>
                    <td title={last && full(last.receivedAtMs)}>
                      {last && (
                        <Line>{`${(fieldText(last.document, action) ?? '').split(':')[0] ?? ''}, ${ago(last.receivedAtMs)}`}</Line>
                      )}
                    </td>
                    <td class="num">{shortCount(started?.get(name) ?? 0)}</td>
                    <td class="num">{shortCount(ended?.get(name) ?? 0)}</td>
                    <td class={`num ${(broke?.get(name) ?? 0) > 0 ? 'is-bad' : ''}`}>
                      {shortCount(broke?.get(name) ?? 0)}
                    </td>
                    <td class="num">{shortCount(ran?.get(name) ?? 0)}</td>
                    <td>
                      <Level level={bucket.maxLevel ?? 0} />
                    </td>
                    <td class="spark-cell">
                      <Sparkline
                        values={seriesOf(all.of('spark').buckets, name, { fromMs, toMs, intervalMs })}
                      />
                      <span class="num">{shortCount(bucket.count)}</span>
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
      {(buckets.length > 30 || other > 0) && (
        <p class="more">and {count(Math.max(0, buckets.length - 30))} more containers</p>
      )}
    </Card>
  )
}

const execQuery = `${action}: exec_start* and not data.docker.exec.healthcheck: true`

function Execs() {
  const { hits, isReady, problem, total } = useNewest(8, { ds: 'events', f: containerOnly, q: execQuery })
  return (
    <Card
      title="Commands run inside containers"
      span="half"
      problem={problem}
      aside={
        total &&
        total.value > 8 && (
          <Link href={hrefOf('events', { ds: 'events', q: execQuery })}>All {count(total.value)}</Link>
        )
      }
    >
      <EventTable
        hits={hits}
        isReady={isReady}
        empty="Nobody ran a command inside a container."
        what={(hit) => (fieldText(hit.document, action) ?? '').replace(/^exec_start: ?/, '')}
      />
    </Card>
  )
}

const failureQuery = `(${action}: die and not data.docker.Actor.Attributes.exitCode: 0) or ${action}: oom`

function Failures() {
  const { hits, isReady, problem, total } = useNewest(8, { ds: 'events', f: containerOnly, q: failureQuery })
  return (
    <Card
      title="Failures"
      span="half"
      problem={problem}
      aside={
        total &&
        total.value > 8 && (
          <Link href={hrefOf('events', { ds: 'events', q: failureQuery })}>All {count(total.value)}</Link>
        )
      }
    >
      <EventTable
        hits={hits}
        isReady={isReady}
        empty="No container failed or ran out of memory."
        what={(hit) => {
          const code = fieldText(hit.document, 'data.docker.Actor.Attributes.exitCode')
          return code === undefined ? 'out of memory' : `ended with exit code ${code}`
        }}
      />
    </Card>
  )
}

function ImageChanges() {
  const { hits, isReady, problem } = useNewest(8, {
    ds: 'events',
    f: [filterText({ field: type, kind: 'is', value: 'image' })],
  })
  return (
    <Card title="Image changes" span="half" problem={problem}>
      <EventTable hits={hits} isReady={isReady} empty="No image was pulled, tagged or deleted." />
    </Card>
  )
}

function HostSurface() {
  const q = `${type}: (volume or network or plugin or secret or config or service or node or daemon)`
  const { hits, isReady, problem } = useNewest(8, { ds: 'events', f: docker, q })
  return (
    <Card title="Networks, volumes, daemon" span="half" problem={problem}>
      <EventTable hits={hits} isReady={isReady} empty="Nothing changed on the host." />
    </Card>
  )
}

function TypeByAction({ types }: { readonly types: readonly string[] }) {
  const [a, b, c, d, e] = Array.from({ length: 5 }, (_, index) => types[index] ?? 'none')
  const results = [useActions(a), useActions(b), useActions(c), useActions(d), useActions(e)]
  const rows = types
    .slice(0, 5)
    .map((name, index) => ({ name, counts: sumsOf(grouped(results[index] ?? { buckets: [] })) }))
  const totals = new Map<string, number>()
  for (const row of rows)
    for (const [key, value] of row.counts) totals.set(key, (totals.get(key) ?? 0) + value)
  const columns = [...totals].sort(([, x], [, y]) => y - x).map(([key]) => key)
  if (rows.length === 0) return null
  return (
    <Card title="Kind and action" aside={<span class="muted">unusual ones stand at the right</span>}>
      <HeatTable
        label="Kind and action"
        rowField={type}
        columnField={action}
        columns={columns.slice(0, 18)}
        rows={rows}
      />
    </Card>
  )
}

function useActions(kind: string | undefined): AggregationResult {
  const f = [filterText({ field: type, kind: 'is', value: kind ?? 'none' })]
  return useCounts({ actions: { kind: 'terms', field: action, size: 200 } }, { f }).of('actions')
}
