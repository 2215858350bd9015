/** A small picture of how counts went over time; the numbers are elsewhere. */
export function Sparkline({
  values,
  fill = 'fill-0',
  isWide = false,
}: {
  readonly values: readonly number[]
  readonly fill?: string
  readonly isWide?: boolean
}) {
  const top = Math.max(1, ...values)
  return (
    <svg
      class={`sparkline ${isWide ? 'sparkline-wide' : ''}`}
      viewBox={`0 0 ${values.length} 20`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {values.map((value, index) => {
        const tall = value === 0 ? 0 : Math.max(1.5, (value / top) * 20)
        return (
          <rect
            key={index}
            class={value === 0 ? 'fill-none' : fill}
            x={index + 0.1}
            width={0.8}
            y={20 - tall}
            height={tall}
          />
        )
      })}
    </svg>
  )
}

/** A term may be called `__proto__`: only what the answer itself holds counts. */
export function partOf(split: Readonly<Record<string, number>> | undefined, term: string): number {
  return split && Object.hasOwn(split, term) ? (split[term] ?? 0) : 0
}

/** Counts of one term of a split histogram, every interval of the range filled. */
export function seriesOf(
  buckets: readonly { readonly key: string | number; readonly split?: Readonly<Record<string, number>> }[],
  term: string,
  span: { readonly fromMs: number; readonly toMs: number; readonly intervalMs: number },
): readonly number[] {
  const found = new Map(buckets.map((bucket) => [Number(bucket.key), partOf(bucket.split, term)]))
  const first = Math.floor(span.fromMs / span.intervalMs) * span.intervalMs
  const length = Math.min(400, Math.ceil((span.toMs - first) / span.intervalMs))
  return Array.from({ length }, (_, index) => found.get(first + index * span.intervalMs) ?? 0)
}
