import type { ByteString } from './byte-string.ts'
import type { FieldKey } from './field-key.ts'

/** Fields that a source itself vouches for. They come before those a decoder finds, so that no text can forge them. */
export interface SourceFacts {
  dynamic(key: FieldKey): ByteString | undefined
  entries(): Iterable<readonly [name: ByteString, value: ByteString]>
}

export interface RawEventParts {
  /** Derived from the input alone, so that the same input read again has the same id. */
  readonly id: string
  /** Type of the source component: `docker-listener`, `kube-audit`, `localfile`, … */
  readonly source: string
  /** What rules call the location: `Wazuh-Docker`, `k8s`, `/var/log/auth.log`, `[001] (web) 10.0.0.5->/var/log/x`. */
  readonly location: ByteString
  /** Wall clock at ingress, milliseconds since 1970. All windows use it. */
  readonly receivedAtMs: number
  /** The message, unaltered; a function when making it costs something and few rules need it. */
  readonly text: ByteString | (() => ByteString)
  /** `JSON.parse` of the text, when the source has it anyway. Never modified. */
  readonly tree?: unknown
  /** What is known of the sender besides the text; shared by its events. */
  readonly facts?: SourceFacts
}

/** One event as received. */
export class RawEvent {
  readonly id: string
  readonly source: string
  readonly location: ByteString
  readonly receivedAtMs: number
  readonly facts: SourceFacts | undefined
  #text: ByteString | (() => ByteString)
  #tree: unknown

  constructor(parts: RawEventParts) {
    this.id = parts.id
    this.source = parts.source
    this.location = parts.location
    this.receivedAtMs = parts.receivedAtMs
    this.facts = parts.facts
    this.#text = parts.text
    this.#tree = parts.tree
  }

  /** The complete message (`full_log`). */
  get text(): ByteString {
    if (typeof this.#text === 'function') this.#text = this.#text()
    return this.#text
  }

  /** `JSON.parse` of the text, as long as somebody has it. Never modified. */
  get tree(): unknown {
    return this.#tree
  }

  /** Events wait for the disk by the thousand; the trees would be most of what waits. Who asks later parses the text. */
  forgetTree(): void {
    this.#tree = undefined
  }
}
