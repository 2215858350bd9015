import type { ByteString } from '../event/byte-string.ts'
import type { DecodedEvent, StaticName } from '../event/decoded-event.ts'
import { staticNames } from '../event/decoded-event.ts'
import { fieldKey } from '../event/field-key.ts'
import type { LoadContext } from './load-context.ts'
import { readGeoip } from './read-geoip.ts'

const limitBytes = 1024

const nothing: readonly string[] = []

type Read = (event: DecodedEvent) => ByteString | undefined

/** A description with `$(name)` placeholders, split once at load (spec/rules.md §3.9). */
export interface Description {
  readonly raw: ByteString
  /** Names between `$(` and `)`, as written. */
  readonly placeholders: readonly string[]
  render(event: DecodedEvent): ByteString
}

/** `$(srcgeoip)` and `$(dstgeoip)` are places only when there is a database; without one they are dynamic fields. */
export function compileDescription(raw: ByteString, geoip?: LoadContext['geoip']): Description {
  if (!raw.includes('$(')) return { raw, placeholders: nothing, render: () => raw }
  // The text is cut before its placeholders are looked for, but when the result is too long the whole text is used.
  const { texts, names, tail } = split(raw.slice(0, limitBytes))
  const reads = names.map((name) => readerOf(name, geoip))
  return {
    raw,
    placeholders: names,
    render: (event) => {
      let result = ''
      for (let index = 0; index < reads.length; index++) {
        result += texts[index] ?? ''
        const value = reads[index]?.(event) ?? ''
        if (value.length >= limitBytes) return raw
        result += value
      }
      result += tail
      return result.length >= limitBytes ? raw : result
    },
  }
}

function split(text: string): { texts: string[]; names: string[]; tail: string } {
  const texts: string[] = []
  const names: string[] = []
  let from = 0
  for (;;) {
    const open = text.indexOf('$(', from)
    const close = open === -1 ? -1 : text.indexOf(')', open)
    if (close === -1) return { texts, names, tail: text.slice(from) }
    texts.push(text.slice(from, open))
    names.push(text.slice(open + 2, close))
    from = close + 1
  }
}

function readerOf(name: string, geoip: LoadContext['geoip']): Read {
  if (geoip && (name === 'srcgeoip' || name === 'dstgeoip')) return readGeoip(name, geoip)
  if (isStatic(name)) return (event) => event.fields.fixed(name)
  if (name === 'program_name') return (event) => event.header.programName
  if (name === 'hostname') return (event) => event.hostname
  const key = fieldKey(name)
  return (event) => event.fields.dynamic(key)
}

function isStatic(name: string): name is StaticName {
  return staticNames.some((known) => known === name)
}
