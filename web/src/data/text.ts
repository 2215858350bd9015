const whole = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** 12,345 */
export function count(value: number): string {
  return whole.format(value)
}

/** 12.3K: where the column is narrow. */
export function shortCount(value: number): string {
  return value < 10_000 ? whole.format(value) : short.format(value)
}

/** `1 event`, `2 events`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const

export function size(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`
}

/** Lines after the first moved left by what they are all indented by: the first lost its own where it was cut out of a file. */
export function dedent(text: string): string {
  const [first = '', ...rest] = text.split('\n')
  const indents = rest
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length)
  const least = Math.min(...indents)
  return indents.length === 0 ? text : [first, ...rest.map((line) => line.slice(least))].join('\n')
}
