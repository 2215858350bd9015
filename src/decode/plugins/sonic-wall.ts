import { compilePattern } from '../../dialect/compile-pattern.ts'
import type { Pattern } from '../../dialect/pattern.ts'
import type { ByteString } from '../../event/byte-string.ts'
import type { Plugin, PluginInput } from '../plugin.ts'

function compile(source: string): Pattern {
  const compiled = compilePattern('osregex', source)
  if ('problem' in compiled) throw new Error(compiled.problem.message)
  return compiled.pattern
}

const kind = compile(String.raw`pri=(\d) c=(\d+) m=(\d+) `)
const ip = String.raw`\d+.\d+.\d+.\d+`
const ends = compile(String.raw`src=(${ip}):(\d+):\w+ dst=(${ip}):(\d+):`)
const webRequest = compile(String.raw`result=(\d+) dstname=(\w+) arg=(\w+)$`)

const passed = new Set(['98', '597', '598'])
const dropped = new Set(['36', '37', '38', '173', '174'])
const longestCategory = 7
const longestProtocol = 6

/** SonicWall firewalls. The category holds for this event only. */
export const sonicWallDecoder: Plugin = {
  name: 'SonicWall_Decoder',
  decode(input) {
    const { log, fields } = input
    const head = kind.exec(log, 0)
    const [status, category, id] = head?.captures ?? []
    if (head === undefined || status === undefined || id === undefined) return
    fields.set('status', status)
    fields.set('id', id)
    const peers = ends.exec(log, head.rest)
    if (peers === undefined) return
    const [srcip, srcport, dstip, dstport] = peers.captures
    if (srcip !== undefined) fields.set('srcip', srcip)
    if (srcport !== undefined) fields.set('srcport', srcport)
    if (dstip !== undefined) fields.set('dstip', dstip)
    if (dstport !== undefined) fields.set('dstport', dstport)
    setProtocol(input, peers.rest)
    setCategory(input, category?.slice(0, longestCategory) ?? '', id)
  },
}

function setProtocol({ log, fields }: PluginInput, from: number): void {
  const space = log.indexOf(' ', from)
  if (space < 0 || !log.startsWith('proto=', space + 1)) return
  const start = space + 'proto='.length + 1
  const [protocol = ''] = /^[^/ ]*/.exec(log.slice(start, start + longestProtocol)) ?? []
  fields.set('protocol', protocol)
}

function setCategory({ log, fields, overrides }: PluginInput, category: ByteString, id: ByteString): void {
  if (category === '32') overrides.category = 'ids'
  const action = passed.has(id) ? 'pass' : dropped.has(id) ? 'drop' : id === '537' ? 'close' : undefined
  if (action !== undefined) {
    overrides.category = 'firewall'
    fields.set('action', action)
  } else if (id === '97') {
    overrides.category = 'squid'
    const [result, host, path] = webRequest.exec(log, 0)?.captures ?? []
    if (result === undefined || host === undefined || path === undefined) return
    fields.set('id', result)
    fields.set('url', host + path)
  }
}
