import { RawEvent, type SourceFacts } from '../../event/raw-event.ts'
import { toByteString, type ByteString } from '../../event/byte-string.ts'
import type { FileTally } from '../../telemetry/file.ts'
import type { LogRecord, Written } from './assembler.ts'
import type { ContainerInfo } from './container-info.ts'
import { addMembers, objectEnd, parseJsonObject, type Members } from './json-members.ts'
import type { Rendered } from './out-format.ts'
import type { RateLimit } from './rate-limit.ts'

/** How records of a block become events; the same for all of its files. */
export interface Rendering {
  readonly isJson: boolean
  readonly labels: Members | undefined
  /** False: left out, as the configuration asks. */
  readonly isWanted: (text: ByteString) => boolean
  readonly outFormat: ((event: Rendered) => ByteString) | undefined
}

/** Where the records come from. */
export interface Origin {
  readonly path: ByteString
  readonly container: ContainerInfo | undefined
  readonly limit: RateLimit | undefined
}

export const sourceName = 'localfile'

/** Makes the event of a record, or counts why there is none. */
export function renderRecord(
  record: LogRecord,
  rendering: Rendering,
  { origin, nowMs, tally }: { readonly origin: Origin; readonly nowMs: number; readonly tally: FileTally },
): RawEvent | undefined {
  const { id, text, isCut, written } = record
  if (isCut) tally.cut += 1
  if (!rendering.isWanted(text)) {
    tally.filtered += 1
    return undefined
  }
  if (written && origin.limit?.allows(written.atMs, nowMs) === false) {
    tally.suppressed += 1
    return undefined
  }
  const content = contentOf(record, rendering, origin)
  if (!content) {
    tally.notJson += 1
    return undefined
  }
  const location = (written && origin.container?.location) ?? origin.path
  const { outFormat } = rendering
  if (!outFormat) return new RawEvent({ id, source: sourceName, location, receivedAtMs: nowMs, ...content })
  const { tree: _replaced, text: log, ...facts } = content
  const formatted = outFormat({ log, location, nowMs })
  return new RawEvent({ id, source: sourceName, location, receivedAtMs: nowMs, text: formatted, ...facts })
}

interface Content {
  readonly text: ByteString
  readonly tree?: unknown
  readonly facts?: SourceFacts
}

/** `undefined`: should be a JSON object and is none. */
function contentOf(record: LogRecord, rendering: Rendering, origin: Origin): Content | undefined {
  const { text, written, isCut } = record
  if (written) return containerContent(record, written, { rendering, origin })
  if (isCut || !rendering.isJson) return { text }
  const whole = parseJsonObject(text)
  if (whole) return jsonContent(text, whole, rendering.labels)
  // What follows the object on the same line is left out, like the compatible reader does.
  const start = /^\s*\{/.exec(text)
  if (!start) return undefined
  const first = text.slice(0, objectEnd(text, start[0].length - 1) + 1)
  const tree = parseJsonObject(first)
  return tree && jsonContent(first, tree, rendering.labels)
}

function containerContent(
  { text, isCut }: LogRecord,
  { stream }: Written,
  { rendering, origin }: { readonly rendering: Rendering; readonly origin: Origin },
): Content {
  const { container } = origin
  const known = container ? { facts: container.facts[stream] } : {}
  const tree = rendering.isJson && !isCut && /^\s*\{/.test(text) ? parseJsonObject(text) : undefined
  if (!tree) return { text, ...known }
  const named = container ? addMembers(text, tree, container.members[stream]) : text
  const isOurs = named !== text
  return { ...jsonContent(named, tree, rendering.labels), ...(isOurs ? {} : known) }
}

function jsonContent(text: ByteString, tree: Record<string, unknown>, labels: Members | undefined): Content {
  const labelled = labels ? addMembers(text, tree, labels) : text
  // A tree holds characters, the text bytes: only in ASCII are they the same.
  return beyondAscii.test(labelled) ? { text: labelled } : { text: labelled, tree }
}

const beyondAscii = /[\x80-\xff]/

/** An event of our own about a file, in the words existing rules know. */
export function noticeEvent(id: string, text: ByteString, nowMs: number): RawEvent {
  return new RawEvent({ id, source: sourceName, location: 'logcollector', receivedAtMs: nowMs, text })
}

/** Says how many lines of a container were left out. */
export function suppressedEvent(id: string, count: number, { origin, nowMs }: SuppressedAt): RawEvent {
  const facts = {
    kind: 'container-log-suppressed',
    suppressed: count,
    location: origin.container?.location ?? origin.path,
    file: origin.path,
  }
  const text = toByteString(JSON.stringify({ integration: 'quaywatch', quaywatch: facts }))
  return new RawEvent({ id, source: sourceName, location: 'quaywatch', receivedAtMs: nowMs, text })
}

interface SuppressedAt {
  readonly origin: Origin
  readonly nowMs: number
}
