import type { AggregationResult, Bucket } from '../data/answers.ts'
import { range } from '../data/address.ts'
import { useCounts } from '../data/ask.ts'
import { entityHref } from '../data/entity.ts'
import { filterText, longestValue } from '../data/filter.ts'
import { count, shortCount } from '../data/text.ts'
import { ago, full } from '../data/time.ts'
import { Card, Quiet } from './card.tsx'
import { intervalFor } from './histogram.tsx'
import { Link } from './link.tsx'
import { Level } from './severity.tsx'
import { partOf, seriesOf, Sparkline } from './sparkline.tsx'
import { Table } from './table.tsx'
import { Line } from './text.tsx'

const action = 'data.docker.Action'
const containerName = 'data.docker.Actor.Attributes.name'
const image = 'data.docker.Actor.Attributes.image'
const terms = { kind: 'terms', field: containerName, size: 200 } as const
export const containerOnly = [filterText({ field: 'data.docker.Type', kind: 'is', value: 'container' })]

export function sumsOf(result: AggregationResult): ReadonlyMap<string, number> {
  return new Map(result.buckets.map((bucket) => [String(bucket.key), bucket.count]))
}

/** Every container that did something. */
export function Containers() {
  const { fromMs, toMs } = range.value
  const intervalMs = intervalFor(fromMs, toMs, 32)
  const f = containerOnly
  const all = useCounts(
    {
      names: { ...terms, by: { field: action, size: 30 } },
      spark: { kind: 'histogram', intervalMs, by: { field: containerName, size: 50 } },
    },
    { f, ds: 'events' },
  )
  const failed = useCounts(
    { names: terms },
    {
      f,
      ds: 'events',
      q: `(${action}: die and not data.docker.Actor.Attributes.exitCode: 0) or ${action}: oom`,
    },
  )
  const execs = useCounts({ names: terms }, { f, ds: 'events', q: `${action}: exec_start*` })
  const [failures, commands] = [failed, execs].map((one) => sumsOf(one.of('names')))
  const { buckets, other = 0 } = all.of('names')
  return (
    <Card
      title="What containers did"
      problem={all.problem}
      aside={<span class="muted">{all.isReady ? count(buckets.length) : ''}</span>}
    >
      {buckets.length === 0 ? (
        <Quiet isReady={all.isReady}>No container did anything in this time.</Quiet>
      ) : (
        <Table
          label="Table of containers"
          heads={[
            'Name',
            'Image',
            'Last',
            'Starts',
            'Ends',
            'Failures',
            'Commands',
            'Highest level',
            'Events',
          ]}
          numbers={['Starts', 'Ends', 'Failures', 'Commands', 'Events']}
        >
          {buckets.slice(0, 30).map((bucket) => {
            const name = String(bucket.key)
            const values = seriesOf(all.of('spark').buckets, name, { fromMs, toMs, intervalMs })
            const counts = [
              partOf(bucket.split, 'start'),
              partOf(bucket.split, 'die'),
              failures?.get(name) ?? 0,
              commands?.get(name) ?? 0,
            ]
            return <Row key={name} bucket={bucket} counts={counts} values={values} />
          })}
        </Table>
      )}
      {(buckets.length > 30 || other > 0) && (
        <p class="more">and {count(Math.max(0, buckets.length - 30))} more containers</p>
      )}
    </Card>
  )
}

interface RowProps {
  readonly bucket: Bucket
  /** Starts, ends, failures, commands. */
  readonly counts: readonly number[]
  readonly values: readonly number[]
}

function Row({ bucket, counts, values }: RowProps) {
  const name = String(bucket.key)
  const [starts = 0, ends = 0, failures = 0, commands = 0] = counts
  return (
    <tr>
      <th scope="row">
        <Link href={entityHref('container', name)}>
          <Line>{name}</Line>
        </Link>
      </th>
      {name.length > longestValue ? <td colSpan={2} /> : <Latest name={name} />}
      <td class="num">{shortCount(starts)}</td>
      <td class="num">{shortCount(ends)}</td>
      <td class={`num ${failures > 0 ? 'is-bad' : ''}`}>{shortCount(failures)}</td>
      <td class="num">{shortCount(commands)}</td>
      <td>
        <Level level={bucket.maxLevel ?? 0} />
      </td>
      <td class="spark-cell">
        <Sparkline values={values} />
        <span class="num">{shortCount(bucket.count)}</span>
      </td>
    </tr>
  )
}

/** Image and last action of one container; its last event may be long ago, so each is asked for by itself. */
function Latest({ name }: { readonly name: string }) {
  const f = [...containerOnly, filterText({ field: containerName, kind: 'is', value: name })]
  const asked = useCounts(
    { last: { kind: 'topHits', size: 1, fields: [action, image] } },
    { ds: 'events', f },
  )
  const last = asked.of('last').hits?.[0]
  const [did = ''] = last?.fields[action]?.[0]?.split(':') ?? []
  return (
    <>
      <td>
        <Line>{last?.fields[image]?.[0] ?? ''}</Line>
      </td>
      <td title={last && full(last.receivedAtMs)}>
        {last && <Line>{`${did}, ${ago(last.receivedAtMs)}`}</Line>}
      </td>
    </>
  )
}
