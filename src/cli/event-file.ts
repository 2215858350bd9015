import { readFileSync } from 'node:fs'

import { toByteString } from '../event/byte-string.ts'
import { RawEvent } from '../event/raw-event.ts'

/**
 * The event in a file, `-` being standard input: its text, an alert or archive document (its `full_log` and `location` count), or JSON
 * over several lines, which is an event on one. Throws when the file cannot be read.
 */
export function readEventFile(file: string, location: string | undefined): RawEvent {
  const content = readFileSync(file === '-' ? 0 : file)
  const found = documentIn(content.toString('utf8'))
  return new RawEvent({
    id: 'file',
    source: 'file',
    location: toByteString(location ?? found?.location ?? 'stdin'),
    receivedAtMs: Date.now(),
    text: found ? toByteString(found.text) : toByteString(content).replace(/\r?\n$/, ''),
  })
}

interface Found {
  readonly text: string
  readonly location?: string
}

function documentIn(content: string): Found | undefined {
  if (!content.trimStart().startsWith('{')) return undefined
  let read: unknown
  try {
    read = JSON.parse(content)
  } catch {
    return undefined
  }
  if (typeof read !== 'object' || read === null) return undefined
  if ('full_log' in read && typeof read.full_log === 'string' && 'decoder' in read) {
    const location = 'location' in read && typeof read.location === 'string' ? read.location : undefined
    return { text: read.full_log, ...(location === undefined ? {} : { location }) }
  }
  return content.trim().includes('\n') ? { text: JSON.stringify(read) } : undefined
}
