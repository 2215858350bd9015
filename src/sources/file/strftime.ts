const two = (value: number): string => String(value).padStart(2, '0')
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

const dayOfYear = (at: Date): number =>
  Math.round(
    (Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) - Date.UTC(at.getFullYear(), 0, 0)) / 86_400_000,
  )

function offset(at: Date): string {
  const minutes = -at.getTimezoneOffset()
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`
}

const specifiers: Readonly<Record<string, (at: Date) => string>> = {
  Y: (at) => String(at.getFullYear()),
  y: (at) => two(at.getFullYear() % 100),
  m: (at) => two(at.getMonth() + 1),
  d: (at) => two(at.getDate()),
  e: (at) => String(at.getDate()).padStart(2, ' '),
  j: (at) => String(dayOfYear(at)).padStart(3, '0'),
  H: (at) => two(at.getHours()),
  I: (at) => two(at.getHours() % 12 || 12),
  M: (at) => two(at.getMinutes()),
  S: (at) => two(at.getSeconds()),
  p: (at) => (at.getHours() < 12 ? 'AM' : 'PM'),
  a: (at) => (days[at.getDay()] ?? '').slice(0, 3),
  A: (at) => days[at.getDay()] ?? '',
  b: (at) => (months[at.getMonth()] ?? '').slice(0, 3),
  h: (at) => (months[at.getMonth()] ?? '').slice(0, 3),
  B: (at) => months[at.getMonth()] ?? '',
  F: (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
  T: (at) => `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
  D: (at) => `${two(at.getMonth() + 1)}/${two(at.getDate())}/${two(at.getFullYear() % 100)}`,
  z: offset,
  s: (at) => String(Math.floor(at.getTime() / 1000)),
  '%': () => '%',
}

/** The date patterns of C's `strftime` that log file names use, in local time and English; others are left as they are. */
export function strftime(pattern: string, atMs: number): string {
  const at = new Date(atMs)
  return pattern.replace(/%([A-Za-z%])/g, (whole, letter: string) => specifiers[letter]?.(at) ?? whole)
}
