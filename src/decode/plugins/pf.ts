import type { ByteString } from '../../event/byte-string.ts'
import type { EventFields } from '../event-fields.ts'
import type { Plugin } from '../plugin.ts'

/** The packet filter of OpenBSD: `… rule 3/(match) pass in on em0: 10.0.0.1.1234 > 10.0.0.2.80: udp 48` */
export const pfDecoder: Plugin = {
  name: 'PF_Decoder',
  decode({ log, fields }) {
    const action = after(log, ') ', 0)
    if (log[action] === 'p') fields.set('action', 'pass')
    else if (log[action] === 'b') fields.set('action', 'block')
    else return
    const source = after(log, ': ', action)
    const sourceEnd = log.indexOf(' ', source)
    if (source < 0 || sourceEnd < 0) return
    address(fields, log.slice(source, sourceEnd), 'src')
    if (!log.startsWith('> ', sourceEnd + 1)) return
    const destination = sourceEnd + 3
    const end = log.indexOf(':', destination)
    if (end < 0) return
    address(fields, log.slice(destination, end), 'dst')
    const [word] = log.slice(end + 1).match(/[^ ]/) ?? []
    if (word !== undefined) fields.set('protocol', word === 'u' ? 'UDP' : word === 'i' ? 'ICMP' : 'TCP')
  },
}

/** Where the text behind the next `mark` starts; −1 without one. */
function after(log: ByteString, mark: string, from: number): number {
  const at = from < 0 ? -1 : log.indexOf(mark, from)
  return at < 0 ? -1 : at + mark.length
}

/** `10.0.0.1.1234`: a fourth point separates the port. */
function address(fields: EventFields, text: ByteString, side: 'src' | 'dst'): void {
  const [, ip = text, port] = /^((?:[^.]*\.){3}[^.]*)\.([^]*)$/.exec(text) ?? []
  fields.set(`${side}ip`, ip)
  if (port !== undefined) fields.set(`${side}port`, port)
}
