/** One address or network of a rule's `<srcip>` or `<dstip>` (spec/rules.md §3.3). */
export type IpPattern =
  | { readonly kind: 'any' }
  | { readonly kind: 'v4'; readonly network: number; readonly mask: number }
  | { readonly kind: 'v6'; readonly words: readonly number[]; readonly prefix: number }

export interface ParsedIp {
  readonly value: IpPattern
  /** A leading `!` is accepted and means nothing: worth a warning. */
  readonly hasIgnoredBang: boolean
}

const accepted = 'must be one IPv4 or IPv6 address, one network such as 10.0.0.0/8 or fd00::/8, or any'

export function parseIpPattern(text: string): ParsedIp | { readonly wrong: string } {
  const hasIgnoredBang = text.startsWith('!')
  const value = parse(hasIgnoredBang ? text.slice(1) : text)
  return value ? { value, hasIgnoredBang } : { wrong: accepted }
}

function parse(text: string): IpPattern | undefined {
  if (text === 'any') return { kind: 'any' }
  const [address = '', length, ...more] = text.split('/')
  if (more.length > 0 || text === '::/0') return undefined
  const v4 = parseV4(length === undefined ? address.replace(/^::ffff:(?=\d+\.)/i, '') : address)
  if (v4 !== undefined) {
    const mask = length === undefined ? 0xffffffff : (prefixMask(length) ?? parseV4(length))
    return mask === undefined ? undefined : { kind: 'v4', network: (v4 & mask) >>> 0, mask }
  }
  const words = parseV6(address)
  const prefix = length === undefined ? 128 : prefixLength(length, 128)
  return words && prefix !== undefined ? { kind: 'v6', words, prefix } : undefined
}

function prefixLength(text: string, max: number): number | undefined {
  return /^\d{1,3}$/.test(text) && Number(text) <= max ? Number(text) : undefined
}

function prefixMask(text: string): number | undefined {
  const length = prefixLength(text, 32)
  return length === undefined ? undefined : length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0
}

/** Does the value match one of the patterns? Families do not cross; what is not an address matches nothing, not even `any`. */
export function ipMatches(patterns: readonly IpPattern[], value: string): boolean {
  const v4 = parseV4(value)
  const v6 = v4 === undefined ? parseV6(value) : undefined
  if (v4 === undefined && v6 === undefined) return false
  for (const pattern of patterns) {
    if (pattern.kind === 'any') return true
    if (pattern.kind === 'v4' && v4 !== undefined && (v4 & pattern.mask) >>> 0 === pattern.network)
      return true
    if (pattern.kind === 'v6' && v6 && samePrefix(pattern.words, v6, pattern.prefix)) return true
  }
  return false
}

function samePrefix(one: readonly number[], other: readonly number[], bits: number): boolean {
  for (let i = 0, left = bits; left > 0; i += 1, left -= 16) {
    const difference = (one[i] ?? 0) ^ (other[i] ?? 0)
    if (difference >> Math.max(0, 16 - left) !== 0) return false
  }
  return true
}

/** Four decimal numbers without leading zeros, as one unsigned number. */
export function parseV4(text: string): number | undefined {
  if (text.length < 7 || text.length > 15) return undefined
  let address = 0
  let parts = 0
  let part = -1
  for (let i = 0; i <= text.length; i += 1) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit >= 0 && digit <= 9) {
      if (part === 0) return undefined
      part = part === -1 ? digit : part * 10 + digit
      if (part > 255) return undefined
    } else {
      const isDot = digit === -2 && i < text.length
      if (part === -1 || (!isDot && i < text.length)) return undefined
      address = address * 256 + part
      parts += 1
      part = -1
    }
  }
  return parts === 4 ? address : undefined
}

/** Eight numbers of 16 bits; no zone, no brackets. */
export function parseV6(text: string): readonly number[] | undefined {
  if (text.length > 45 || !text.includes(':')) return undefined
  const lastColon = text.lastIndexOf(':')
  const tail = text.includes('.') ? parseV4(text.slice(lastColon + 1)) : undefined
  if (tail === undefined && text.includes('.')) return undefined
  const plain =
    tail === undefined
      ? text
      : `${text.slice(0, lastColon + 1)}${(tail >>> 16).toString(16)}:${(tail & 0xffff).toString(16)}`
  const halves = plain.split('::')
  if (halves.length > 2) return undefined
  const [left, right] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const groups = [...(left ?? []), ...(right ?? [])]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  if (right ? groups.length > 7 : groups.length !== 8) return undefined
  const zeros = Array.from({ length: 8 - groups.length }, () => '0')
  return [...(left ?? []), ...zeros, ...(right ?? [])].map((group) => Number.parseInt(group, 16))
}
