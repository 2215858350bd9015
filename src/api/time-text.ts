const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/**
 * A point in time as people write it in a URL: `now`, `now-24h`, ISO 8601 (without a zone: UTC) or milliseconds since 1970.
 * `undefined`: it is none of these.
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  const trimmed = text.trim()
  if (trimmed === 'now') return nowMs
  const [, count, unit = ''] = /^now-(\d{1,6})([smhdw])$/.exec(trimmed) ?? []
  if (count !== undefined) return nowMs - Number(count) * (unitMs[unit] ?? NaN)
  if (/^\d{10,15}$/.test(trimmed)) return Number(trimmed)
  if (!/^\d{4}-\d\d-\d\d/.test(trimmed)) return undefined
  const zoned = /[zZ]$|[+-]\d\d:?\d\d$/.test(trimmed.slice(10)) || trimmed.length === 10
  const parsed = Date.parse(zoned ? trimmed : `${trimmed}Z`)
  return Number.isNaN(parsed) ? undefined : parsed
}
