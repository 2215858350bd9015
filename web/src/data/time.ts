import { signal } from '@preact/signals'

/** `true`: times are shown in UTC. Kept per browser; the zone is always printed. */
export const utc = signal(stored('utc') === 'yes')

function stored(key: string): string | null {
  try {
    return localStorage.getItem(`quaywatch.${key}`)
  } catch {
    return null
  }
}

export function setUtc(value: boolean): void {
  utc.value = value
  try {
    localStorage.setItem('quaywatch.utc', value ? 'yes' : 'no')
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}

function zone(): { timeZone?: string } {
  return utc.value ? { timeZone: 'UTC' } : {}
}

/** `UTC`, `UTC+1`. */
export function zoneName(atMs = Date.now()): string {
  if (utc.value) return 'UTC'
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' }).formatToParts(atMs)
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC'
  return name.replace('GMT', 'UTC').replace(/^UTC\+0$/, 'UTC')
}

const two = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const formats = new Map<string, Intl.DateTimeFormat>()

function format(atMs: number, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify([options, utc.value])
  let made = formats.get(key)
  if (!made) {
    made = new Intl.DateTimeFormat('en-GB', { ...options, ...zone() })
    formats.set(key, made)
  }
  return made.format(atMs)
}

/** 14:41:31 */
export function clock(atMs: number): string {
  return format(atMs, { ...two, second: '2-digit' })
}

/** 21 Nov */
export function day(atMs: number): string {
  return format(atMs, { day: 'numeric', month: 'short' })
}

/** 21 Nov 2026, 14:41:31.033 UTC */
export function full(atMs: number): string {
  const date = format(atMs, { day: 'numeric', month: 'short', year: 'numeric' })
  return `${date}, ${clock(atMs)}.${String(Math.floor(atMs) % 1000).padStart(3, '0')} ${zoneName(atMs)}`
}

/** For the axis of a chart: as little as tells one tick from the next. */
export function tick(atMs: number, stepMs: number): string {
  if (stepMs >= 86_400_000) return day(atMs)
  if (stepMs < 60_000) return clock(atMs)
  return format(atMs, two)
}

/** 21 Nov, 14:40 */
export function minute(atMs: number): string {
  return `${day(atMs)}, ${format(atMs, two)}`
}

const steps = [
  [60, 's'],
  [60, 'min'],
  [24, 'h'],
  [365, 'd'],
] as const

/** `12 s ago`, `3 h ago`; `now` below two seconds. */
export function ago(atMs: number, nowMs = Date.now()): string {
  let value = Math.max(0, (nowMs - atMs) / 1000)
  if (value < 2) return 'now'
  for (const [length, unit] of steps) {
    if (value < length) return `${Math.floor(value)} ${unit} ago`
    value /= length
  }
  return `${Math.floor(value)} y ago`
}

/** `850 ms`, `2.4 s`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000)} d`
}
