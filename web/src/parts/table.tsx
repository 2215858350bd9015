import type { ComponentChildren } from 'preact'

interface Props {
  readonly label: string
  readonly heads: readonly string[]
  /** Heads of these stand at the right, as the numbers below them. */
  readonly numbers?: readonly string[]
  /** Its rows. */
  readonly children: ComponentChildren
}

/** Wider than its panel it is moved sideways, by keys too. */
export function Table({ label, heads, numbers = [], children }: Props) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="table">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col" class={numbers.includes(head) ? 'num' : ''}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
