import type { Alert, RuleView } from '../../src/event/alert.ts'
import { toByteString } from '../../src/event/byte-string.ts'
import type { DecodedEvent, Fields } from '../../src/event/decoded-event.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { Subject } from '../../src/store/query/subject.ts'
import type { Entry, Store } from '../../src/store/store.ts'

/** A finished document on its way into a store. */
export interface Stored {
  readonly at: number
  readonly document: string
  readonly rule: RuleView | undefined
  readonly isAlert: boolean
  readonly location: string
}

let made = 0

/** What a store has columns for is asked of the event, not read in the document. */
function fieldsOf(document: string): Fields {
  let subject: Subject | undefined
  return {
    fixed: () => undefined,
    dynamic: ({ name }) => {
      subject ??= new Subject(document)
      const [text] = subject.textsAt(`data.${name}`)
      return text === undefined ? undefined : toByteString(text)
    },
    entries: () => [],
  }
}

function entryOf({ at, document, rule, isAlert, location }: Stored): Entry {
  made += 1
  const raw = new RawEvent({
    id: `event-${made}`,
    source: 'test',
    location: toByteString(location),
    receivedAtMs: at,
    text: toByteString(document),
  })
  const event: DecodedEvent = {
    raw,
    log: raw.text,
    header: { timestamp: undefined, hostname: undefined, programName: undefined },
    agent: { id: '000', name: 'quay-1', ip: undefined },
    hostname: 'quay-1',
    location: raw.location,
    decoder: undefined,
    fields: fieldsOf(document),
  }
  const alert: Alert | undefined =
    rule && isAlert ? { id: `${Math.floor(at / 1000)}.${made}`, event, rule, document } : undefined
  return { event, document, rule, alert }
}

/** Appends the documents in one batch. */
export async function fill(store: Store, documents: readonly Stored[]): Promise<void> {
  await store.append('test', undefined, documents.map(entryOf))
}
