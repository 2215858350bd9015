import { fieldText } from '../../../src/api/document-field.ts'
import type { AggregationResult, Hit } from '../data/answers.ts'
import { range } from '../data/address.ts'
import { useCounts } from '../data/ask.ts'
import { filterText, hrefOfValues } from '../data/filter.ts'
import { BarList } from '../parts/bar-list.tsx'
import { Card } from '../parts/card.tsx'
import { containerOnly, Containers, sumsOf } from '../parts/containers.tsx'
import { HeatTable } from '../parts/heat-table.tsx'
import { intervalFor, TimeChart } from '../parts/histogram.tsx'
import { Images, LiveContainers } from '../parts/inventory.tsx'
import { Legend } from '../parts/legend.tsx'
import { NewestPanel } from '../parts/newest-panel.tsx'
import { SourceStates } from '../parts/source-states.tsx'

const type = 'data.docker.Type'
const action = 'data.docker.Action'
const image = 'data.docker.Actor.Attributes.image'
/** Only Docker's events, whichever rule spoke. */
const docker = [`?${type}`]

/** What are containers doing, where did somebody get in? */
export function DockerPage() {
  const { fromMs, toMs } = range.value
  const intervalMs = intervalFor(fromMs, toMs)
  const counts = useCounts(
    {
      time: { kind: 'histogram', intervalMs, by: { field: type, size: 6 } },
      types: { kind: 'terms', field: type, size: 8, by: { field: action, size: 100 } },
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
      <Card title="Activity" problem={counts.problem} aside={<Legend names={types.slice(0, 6)} />}>
        <TimeChart
          label="Docker events over time, by kind"
          result={of('time')}
          intervalMs={intervalMs}
          series={types.slice(0, 6)}
        />
      </Card>
      {isEmpty && (
        <Card title="No Docker events in this time">
          <SourceStates />
        </Card>
      )}
      <LiveContainers />
      <Containers />
      <NewestPanel
        title="Commands run inside containers"
        f={containerOnly}
        q={execQuery}
        empty="Nobody ran a command inside a container."
        what={commandOf}
      />
      <NewestPanel
        title="Failures"
        f={containerOnly}
        q={failureQuery}
        empty="No container failed or ran out of memory."
        what={failureOf}
      />
      <Card title="Images in use" span="half" problem={counts.problem}>
        <BarList field={image} result={of('images')} isReady={isReady} />
      </Card>
      <Card title="Actions" span="half" problem={counts.problem}>
        <BarList field={action} result={grouped(of('actions'))} isReady={isReady} most={10} />
      </Card>
      <Images />
      <NewestPanel title="Image changes" f={imagesOnly} empty="No image was pulled, tagged or deleted." />
      <NewestPanel
        title="Networks, volumes, daemon"
        f={docker}
        q={hostQuery}
        empty="Nothing changed on the host."
      />
      <TypeByAction types={of('types')} />
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

const execQuery = `${action}: exec_start* and not data.docker.exec.healthcheck: true`

/** Whom first: the panel has no room for a column of names. */
function about(hit: Hit, what: string): string {
  return `${fieldText(hit.document, 'data.docker.Actor.Attributes.name') ?? 'a container'}: ${what}`
}

function commandOf(hit: Hit): string {
  return about(hit, (fieldText(hit.document, action) ?? '').replace(/^exec_start: ?/, ''))
}

const failureQuery = `(${action}: die and not data.docker.Actor.Attributes.exitCode: 0) or ${action}: oom`

function failureOf(hit: Hit): string {
  const code = fieldText(hit.document, 'data.docker.Actor.Attributes.exitCode')
  return about(hit, code === undefined ? 'out of memory' : `ended with exit code ${code}`)
}

const imagesOnly = [filterText({ field: type, kind: 'is', value: 'image' })]
const hostQuery = `${type}: (volume or network or plugin or secret or config or service or node or daemon)`

function TypeByAction({ types }: { readonly types: AggregationResult }) {
  const rows = types.buckets.slice(0, 8).map(({ key, split = {} }) => {
    const buckets = Object.entries(split).map(([name, howMany]) => ({ key: name, count: howMany }))
    return { name: String(key), counts: sumsOf(grouped({ buckets })) }
  })
  const totals = new Map<string, number>()
  for (const row of rows)
    for (const [key, value] of row.counts) totals.set(key, (totals.get(key) ?? 0) + value)
  const columns = [...totals].sort(([, x], [, y]) => y - x).map(([key]) => key)
  if (rows.length === 0) return null
  return (
    <Card title="Kind and action" aside={<span class="muted">unusual ones stand at the right</span>}>
      <HeatTable
        label="Kind and action"
        hrefOf={(row, column) =>
          hrefOfValues([
            [type, row],
            [action, column],
          ])
        }
        columns={columns.slice(0, 18)}
        rows={rows}
      />
    </Card>
  )
}
