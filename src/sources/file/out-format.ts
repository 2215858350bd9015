import { networkInterfaces } from 'node:os'

import { toByteString, type ByteString } from '../../event/byte-string.ts'
import { strftime } from './strftime.ts'

export interface Rendered {
  readonly log: ByteString
  readonly location: ByteString
  readonly nowMs: number
  /** Of events that a command printed. */
  readonly command?: ByteString
}

type Part = (event: Rendered) => ByteString

const variable = /\$\(([a-z_0-9]+)(?: ([^)]*))?\)/g

/** `<out_format>`: `$(log)`, `$(timestamp %Y)` and the other variables of spec/configuration.md §3.1; unknown ones stay as they are. */
export function outFormat(template: ByteString, hostName: string): Part {
  const parts: Part[] = []
  let from = 0
  const literal = (text: ByteString): void => {
    if (text !== '') parts.push(() => text)
  }
  for (const found of template.matchAll(variable)) {
    const [whole, name = '', argument] = found
    literal(template.slice(from, found.index))
    parts.push(partOf(name, argument, hostName) ?? (() => whole))
    from = found.index + whole.length
  }
  literal(template.slice(from))
  return (event) => parts.map((part) => part(event)).join('')
}

function partOf(name: string, argument: string | undefined, hostName: string): Part | undefined {
  switch (name) {
    case 'log':
    case 'output':
      return ({ log }) => log
    case 'location':
      return ({ location }) => location
    case 'command':
      return ({ command }) => command ?? ''
    case 'timestamp':
      return ({ nowMs }) => strftime(argument ?? '%b %d %H:%M:%S', nowMs)
    case 'hostname':
      return () => toByteString(hostName)
    case 'host_ip':
      return hostAddress
    case 'json_escaped_log':
      return ({ log }) => JSON.stringify(log).slice(1, -1)
    case 'base64_log':
      return ({ log }) => Buffer.from(log, 'latin1').toString('base64')
    default:
      return undefined
  }
}

function hostAddress(): ByteString {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? ''
}
