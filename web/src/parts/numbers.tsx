interface Props {
  readonly numbers: readonly (readonly [name: string, value: string])[]
  /** Name of the one that should not be. */
  readonly bad?: string | undefined
}

/** A strip of numbers with their names. */
export function Numbers({ numbers, bad }: Props) {
  return (
    <dl class="strip numbers">
      {numbers.map(([name, value]) => (
        <div key={name} class={`tile ${name === bad ? 'is-bad' : ''}`}>
          <dt class="tile-label">{name}</dt>
          <dd class="tile-value">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
