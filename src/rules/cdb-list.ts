import type { ByteString } from '../event/byte-string.ts'

const maxLineBytes = 65_534

/** A list of keys with values (spec/rules.md §7). */
export interface CdbList {
  readonly path: string
  readonly size: number
  get(key: ByteString): ByteString | undefined
  /** The value of the key or of its longest prefix that ends in a dot. */
  getAddress(address: ByteString): ByteString | undefined
}

/** `path` is the registered one, as `<list>` in a rule names it. Lines that are not entries are ignored. */
export function parseCdbList(path: string, text: ByteString): CdbList {
  const entries = new Map<ByteString, ByteString>()
  for (const line of text.split('\n')) {
    if (line.length > maxLineBytes) continue
    const entry = parseLine(line.replaceAll('\r', ''))
    if (entry && !entries.has(entry[0])) entries.set(entry[0], entry[1])
  }
  return {
    path,
    size: entries.size,
    get: (key) => entries.get(key),
    getAddress: (address) => findAddress(entries, address),
  }
}

function findAddress(
  entries: ReadonlyMap<ByteString, ByteString>,
  address: ByteString,
): ByteString | undefined {
  const whole = entries.get(address)
  if (whole !== undefined) return whole
  for (let dot = address.lastIndexOf('.'); dot !== -1; dot = address.lastIndexOf('.', dot - 1)) {
    const value = entries.get(address.slice(0, dot + 1))
    if (value !== undefined) return value
    if (dot === 0) return undefined
  }
  return undefined
}

function parseLine(line: string): readonly [string, string] | undefined {
  const colon = separatorOf(line)
  if (colon === -1) return undefined
  const key = unquote(line.slice(0, colon))
  const value = unquote(line.slice(colon + 1))
  return key === undefined || value === undefined ? undefined : [key, value]
}

/** The first colon outside of quotes. */
function separatorOf(line: string): number {
  const colon = line.indexOf(':')
  const quote = line.indexOf('"')
  if (quote === -1 || colon === -1 || quote > colon) return colon
  const close = line.indexOf('"', quote + 1)
  return close === -1 ? -1 : line.indexOf(':', close)
}

/** What stands between quotes, else the whole; `undefined` when a quote is alone. */
function unquote(text: string): string | undefined {
  const open = text.indexOf('"')
  if (open === -1) return text
  const close = text.indexOf('"', open + 1)
  return close === -1 ? undefined : text.slice(open + 1, close)
}
