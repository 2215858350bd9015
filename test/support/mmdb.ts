/** A value of a MaxMind database. */
export type MmdbValue = string | number | readonly MmdbValue[] | { readonly [key: string]: MmdbValue }

const types = { text: 2, number: 6, map: 7, list: 11 }
const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')

function control(type: number, size: number): Buffer {
  const extended = type > 7 ? [type - 7] : []
  const first = (type > 7 ? 0 : type) << 5
  if (size < 29) return Buffer.from([first | size, ...extended])
  return Buffer.from([first | 29, ...extended, size - 29])
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([control(types.text, text.length), text])
  }
  if (typeof value === 'number')
    return Buffer.concat([control(types.number, 4), Buffer.from(Uint32Array.of(value).buffer).swap32()])
  if (Array.isArray(value)) return Buffer.concat([control(types.list, value.length), ...value.map(encode)])
  const entries = Object.entries(value)
  return Buffer.concat([
    control(types.map, entries.length),
    ...entries.flatMap(([key, inner]) => [encode(key), encode(inner)]),
  ])
}

/** A database (https://maxmind.github.io/MaxMind-DB/) of single IPv4 addresses, for tests. */
export function mmdb(places: Readonly<Record<string, MmdbValue>>): Buffer {
  const nodes: (number | undefined)[][] = [[undefined, undefined]]
  const data: Buffer[] = []
  const leaves: { readonly node: number; readonly bit: number; readonly offset: number }[] = []
  for (const [address, place] of Object.entries(places)) {
    const bits = address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
    let node = 0
    for (const bit of bits.slice(0, -1).split('').map(Number)) {
      const record = nodes[node]
      const next = record?.[bit] ?? nodes.push([undefined, undefined]) - 1
      if (record) record[bit] = next
      node = next
    }
    leaves.push({ node, bit: Number(bits.at(-1)), offset: Buffer.concat(data).length })
    data.push(encode(place))
  }
  const count = nodes.length
  for (const { node, bit, offset } of leaves) {
    const record = nodes[node]
    if (record) record[bit] = count + 16 + offset
  }
  const tree = nodes.flat().flatMap((record = count) => [record >> 16, (record >> 8) & 255, record & 255])
  const metadata = encode({
    node_count: count,
    record_size: 24,
    ip_version: 4,
    database_type: 'Test-City',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1,
    description: { en: 'places of tests' },
  })
  return Buffer.concat([Buffer.from(tree), Buffer.alloc(16), ...data, marker, metadata])
}
