import { visible } from '../../../src/api/visible-text.ts'
import type { AggregationResult } from '../data/answers.ts'
import { hrefWithin } from '../data/filter.ts'
import { bandQueries, bands } from '../data/severity.ts'
import { shortCount } from '../data/text.ts'
import { Link } from './link.tsx'
import { partOf } from './sparkline.tsx'

/** What the colours of a chart stand for. */
export function Legend({ names }: { readonly names: readonly string[] }) {
  return (
    <span class="legend">
      {names.map((name, index) => (
        <span key={name}>
          <i class={`dot fill-${index % 6}`} /> {visible(name, 40)}
        </span>
      ))}
    </span>
  )
}

/** Of a chart by severity: how many of each band, worst first, and the way to them. */
export function BandLegend({ result }: { readonly result: AggregationResult }) {
  return (
    <span class="legend">
      {[...bands].reverse().map((band) => {
        const sum = result.buckets.reduce((so, { split }) => so + partOf(split, band), 0)
        if (sum === 0) return undefined
        return (
          <Link
            key={band}
            href={hrefWithin('alerts', bandQueries[band])}
            title={`Show alerts of ${bandQueries[band]}`}
          >
            <i class={`dot fill-${band}`} /> {band} <b>{shortCount(sum)}</b>
          </Link>
        )
      })}
    </span>
  )
}
