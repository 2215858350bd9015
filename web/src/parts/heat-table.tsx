import { visible } from '../../../src/api/visible-text.ts'
import { count, shortCount } from '../data/text.ts'
import { Link } from './link.tsx'
import { Line } from './text.tsx'

interface Props {
  readonly label: string
  /** Where the number of a cell leads. */
  readonly hrefOf: (row: string, column: string) => string | undefined
  readonly columns: readonly string[]
  /** Few columns with long names. */
  readonly isWide?: boolean
  readonly rows: readonly { readonly name: string; readonly counts: ReadonlyMap<string, number> }[]
}

/** Two fields against each other; the darker, the more. The number is always there. */
export function HeatTable({ label, hrefOf, columns, isWide = false, rows }: Props) {
  const top = Math.max(1, ...rows.flatMap((row) => [...row.counts.values()]))
  return (
    <div class="heat-scroll" tabIndex={0} role="region" aria-label={`Table: ${label}`}>
      <table class={`heat ${isWide ? 'heat-wide' : ''}`}>
        <thead>
          <tr>
            <td />
            {columns.map((column) => (
              <th key={column} scope="col">
                <Line>{column}</Line>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">
                <Line>{row.name}</Line>
              </th>
              {columns.map((column) => {
                const value = row.counts.get(column) ?? 0
                return (
                  <td key={column}>
                    {value > 0 && (
                      <Link
                        class={`heat-cell heat-${heatOf(value, top)}`}
                        href={hrefOf(row.name, column)}
                        label={`${visible(row.name, 60)}, ${visible(column, 60)}: ${count(value)}`}
                      >
                        {shortCount(value)}
                      </Link>
                    )}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** One of five steps, by magnitude: one exec beside ten thousand starts must still be seen. */
function heatOf(value: number, top: number): number {
  return Math.min(5, Math.max(1, Math.ceil((Math.log1p(value) / Math.log1p(top)) * 5)))
}
