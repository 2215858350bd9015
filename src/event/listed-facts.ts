import type { ByteString } from './byte-string.ts'
import { type FieldKey, lowerAscii } from './field-key.ts'
import { RawEvent, type RawEventParts, type SourceFacts } from './raw-event.ts'

export type NamedValue = readonly [name: ByteString, value: ByteString]

/** Facts that are known as a list; may be shared by many events. */
export class ListedFacts implements SourceFacts {
  readonly #entries: readonly NamedValue[]
  readonly #byName: ReadonlyMap<string, ByteString>

  constructor(entries: readonly NamedValue[]) {
    this.#entries = entries
    this.#byName = new Map(entries.map(([name, value]) => [lowerAscii(name), value]))
  }

  dynamic({ lower }: FieldKey): ByteString | undefined {
    return this.#byName.get(lower)
  }

  entries(): readonly NamedValue[] {
    return this.#entries
  }
}

/** An event as a store gives it back. */
export function replayedEvent(
  parts: Omit<RawEventParts, 'facts'> & { readonly facts?: readonly NamedValue[] | undefined },
): RawEvent {
  const { id, source, location, receivedAtMs, text, facts } = parts
  const known = facts === undefined ? {} : { facts: new ListedFacts(facts) }
  return new RawEvent({ id, source, location, receivedAtMs, text, ...known })
}
