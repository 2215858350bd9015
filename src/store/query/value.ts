/** What a written value asks of the text found in a document. Texts compare without regard to case. */
export type Wanted =
  | { readonly kind: 'equals'; readonly text: string }
  /** The parts in this order with anything between them. */
  | { readonly kind: 'pattern'; readonly parts: readonly string[] }
  | { readonly kind: 'network'; readonly first: number; readonly last: number }
  /** The same for IPv6, as 32 hexadecimal digits. */
  | { readonly kind: 'network6'; readonly first: string; readonly last: string }

const network = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/

export function wanted(value: string, phrase: boolean): Wanted {
  const range = phrase ? undefined : networkRange(value)
  if (range) return { kind: 'network', ...range }
  const range6 = phrase ? undefined : networkRange6(value)
  if (range6) return { kind: 'network6', ...range6 }
  const parts = pieces(value, phrase).map(fold)
  const [only] = parts
  return only !== undefined && parts.length === 1
    ? { kind: 'equals', text: only }
    : { kind: 'pattern', parts }
}

/** The literal texts between the `*` of a value. */
export function pieces(value: string, phrase: boolean): readonly string[] {
  if (phrase) return [value]
  const found = ['']
  for (let index = 0; index < value.length; index++) {
    const unit = value.charAt(index)
    if (unit === '*') found.push('')
    else {
      const literal = unit === '\\' && index + 1 < value.length ? value.charAt(++index) : unit
      found[found.length - 1] += literal
    }
  }
  return found
}

/** The text itself, without backslashes; `*` means itself. */
export function plainText(value: string, phrase: boolean): string {
  return pieces(value, phrase).join('*')
}

/** `10.0.0.0/8` as the first and last address in it. */
export function networkRange(value: string): { first: number; last: number } | undefined {
  const bits = Number(network.exec(value)?.[5] ?? NaN)
  const address = addressNumber(value.slice(0, value.indexOf('/')))
  if (!(bits <= 32) || address === undefined) return undefined
  const size = 2 ** (32 - bits)
  const first = Math.floor(address / size) * size
  return { first, last: first + size - 1 }
}

/** `2001:db8::/32` as the first and last address in it. */
export function networkRange6(value: string): { first: string; last: string } | undefined {
  const [, address = '', bitsText] = /^([0-9a-f:]+)\/(\d{1,3})$/i.exec(value) ?? []
  const digits = addressDigits(address)
  const bits = Number(bitsText ?? NaN)
  if (digits === undefined || !(bits <= 128)) return undefined
  const rest = (1n << BigInt(128 - bits)) - 1n
  const number = BigInt(`0x${digits}`)
  const text = (one: bigint) => one.toString(16).padStart(32, '0')
  return { first: text(number & ~rest), last: text(number | rest) }
}

/** An IPv6 address as 32 hexadecimal digits. */
export function addressDigits(text: string): string | undefined {
  if (!/^[0-9a-f:]{2,39}$/i.test(text)) return undefined
  const [left = '', right, ...more] = text.split('::')
  const groups = [left, right ?? ''].map((side) => (side === '' ? [] : side.split(':')))
  const [before = [], after = []] = groups
  const count = before.length + after.length
  const isWhole = right === undefined ? count === 8 : count < 8
  if (more.length > 0 || !isWhole || groups.flat().some((group) => !/^[0-9a-f]{1,4}$/i.test(group)))
    return undefined
  const digits = (side: readonly string[]) =>
    side.map((group) => group.toLowerCase().padStart(4, '0')).join('')
  return digits(before) + '0000'.repeat(8 - count) + digits(after)
}

/** An IPv4 address, also one written as IPv6 (`::ffff:10.0.0.1`), as a number. */
export function addressNumber(text: string): number | undefined {
  const parts = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/i.exec(text)?.slice(1).map(Number)
  if (!parts || parts.some((part) => part > 255)) return undefined
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

/** Lower case, one code point for one, as DuckDB's `lower` does it: İ and final Σ would otherwise differ. */
export function fold(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase()
  let folded = ''
  for (const point of text) folded += String.fromCodePoint(point.toLowerCase().codePointAt(0) ?? 0)
  return folded
}

/** A number as DuckDB's cast to DOUBLE reads it: decimal digits with sign, fraction, exponent. */
export function numberOf(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

/** Milliseconds since 1970 of an ISO 8601 date or time; without a zone it is UTC. */
export function timeOf(text: string): number | undefined {
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text)
  if (!found) return undefined
  const [, day = '', clock = '00:00', zone = 'Z'] = found
  const ms = Date.parse(`${day}T${clock}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2').toUpperCase()}`)
  return Number.isNaN(ms) ? undefined : ms
}
