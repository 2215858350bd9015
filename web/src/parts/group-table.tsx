import { change, dataset, filters, group, range } from '../data/address.ts'
import { useCounts } from '../data/ask.ts'
import { entityHref, kindOf } from '../data/entity.ts'
import { labelOf } from '../data/event.ts'
import { valueData } from '../data/focused-value.ts'
import { filterText, longestValue } from '../data/filter.ts'
import { bandOf } from '../data/severity.ts'
import { plural, shortCount } from '../data/text.ts'
import { ago, full } from '../data/time.ts'
import { Failed } from './notice.tsx'
import { Quiet } from './card.tsx'
import { intervalFor } from './histogram.tsx'
import { Link } from './link.tsx'
import { Level } from './severity.tsx'
import { seriesOf, Sparkline } from './sparkline.tsx'
import { Line } from './text.tsx'

const most = 100

/** The same events by the values of one field: how many, when first and last, how bad. */
export function GroupTable() {
  const field = group.value ?? 'rule.id'
  const { fromMs, toMs } = range.value
  const intervalMs = intervalFor(fromMs, toMs, 32)
  const counts = useCounts({
    groups: { kind: 'terms', field, size: most, times: true },
    distinct: { kind: 'cardinality', field },
    spark: { kind: 'histogram', intervalMs, by: { field, size: most } },
  })
  const { buckets, other = 0 } = counts.of('groups')
  const left = Math.max(0, (counts.of('distinct').value ?? 0) - buckets.length)
  if (counts.problem) return <Failed problem={counts.problem} />
  if (buckets.length === 0)
    return (
      <div class="pad">
        <Quiet isReady={counts.isReady}>No event has this field.</Quiet>
      </div>
    )
  return (
    <div class="groups" tabIndex={0} role="region" aria-label={`Table by ${labelOf(field)}`}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{labelOf(field)}</th>
            <th scope="col">Highest level</th>
            <th scope="col" class="num">
              {dataset.value === 'alerts' ? 'Alerts' : 'Events'}
            </th>
            <th scope="col">Over time</th>
            <th scope="col">First</th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {buckets.map(({ key, count: howMany, maxLevel = 0, firstMs = 0, lastMs = 0 }) => {
            const value = String(key)
            return (
              <tr key={key} {...valueData(field, value)}>
                <th scope="row">
                  <GroupName field={field} value={value} />
                </th>
                <td>
                  <Level level={maxLevel} />
                </td>
                <td class="num">{shortCount(howMany)}</td>
                <td>
                  <Sparkline
                    values={seriesOf(counts.of('spark').buckets, value, { fromMs, toMs, intervalMs })}
                    fill={`fill-${bandOf(maxLevel)}`}
                  />
                </td>
                <td title={full(firstMs)}>{ago(firstMs)}</td>
                <td title={full(lastMs)}>{ago(lastMs)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {left > 0 && (
        <p class="more pad">
          and {plural(left, 'more value')} with {plural(other, 'event')}
        </p>
      )}
    </div>
  )
}

/** One by one, only this; or to its page. */
function GroupName({ field, value }: { readonly field: string; readonly value: string }) {
  const kind = kindOf(field)
  const text = filterText({ field, kind: 'is', value })
  return (
    <span class="group-name">
      <button
        type="button"
        class="link"
        disabled={value.length > longestValue}
        title="Show these one by one"
        onClick={() =>
          change({ group: undefined, f: [...filters.value.filter((one) => one !== text), text] })
        }
      >
        <Line>{value === '' ? '(empty)' : value}</Line>
      </button>
      {kind && (
        <Link href={entityHref(kind, value)} class="muted">
          About
        </Link>
      )}
    </span>
  )
}
