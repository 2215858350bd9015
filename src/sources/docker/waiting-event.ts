import { performance } from 'node:perf_hooks'
import { toByteString } from '../../event/byte-string.ts'
import { pythonJson } from '../../event/python-json.ts'
import { RawEvent } from '../../event/raw-event.ts'
import type { Received } from './engine-session.ts'
import type { Enrichment } from './enricher.ts'
import { envelope, envelopeText } from './event-text.ts'
import { changeOf } from './known-containers.ts'
import { followUpId } from './late-events.ts'
import type { Outgoing } from './outgoing.ts'
import type { Pending } from './pending-queue.ts'

/** An event of an engine that waits for its facts. */
export interface WaitingEvent extends Pending {
  readonly engine: string
  readonly received: Received
  enrichment: Enrichment | undefined
  delay: 'late' | 'follow-up' | undefined
}

/** Something we say ourselves, ready to go. */
export interface OwnEvent extends Pending {
  readonly raw: RawEvent
  /** It tells of everything that was lost of this engine up to that time. */
  readonly closesGap?: { readonly engine: string; readonly to: bigint }
}

const source = 'docker-listener'
const enrichWithinMs = 250
/** Rules about these need facts: when those came late, the event is evaluated once more. */
const followedUp = /^(?:create|start|update)$|^exec_start: /

export function waitingEvent(engine: string, received: Received): WaitingEvent {
  const waits = received.enrichment instanceof Promise
  return {
    ready: !waits,
    goesAtMs: performance.now() + enrichWithinMs,
    engine,
    received,
    enrichment: received.enrichment instanceof Promise ? undefined : received.enrichment,
    delay: undefined,
  }
}

/** The same event once more, with the facts that came after it had gone; `undefined` when no rule would make more of it. */
export function followUp(
  engine: string,
  received: Received,
  enrichment: Enrichment | undefined,
): WaitingEvent | undefined {
  if (!enrichment?.container || !followedUp.test(received.event.action)) return undefined
  return { ready: true, goesAtMs: 0, engine, received, enrichment, delay: 'follow-up' }
}

/** As it goes: with its facts, or late. */
export function outgoing(item: WaitingEvent): Outgoing {
  const { received, enrichment, engine } = item
  const { event, receivedAtMs, reconciled, engineId } = received
  if (!item.ready) item.delay = 'late'
  const tree = envelope(event, { enrichment, delay: item.delay, reconciled })
  const text = (): string => envelopeText(tree, event.timeNano)
  const id = item.delay === 'follow-up' ? followUpId(received.id) : received.id
  const isLate = item.delay === 'late' && followedUp.test(event.action)
  return {
    raw: new RawEvent({ id, source, location: 'Wazuh-Docker', receivedAtMs, text, tree }),
    engine,
    engineId,
    nano: event.timeNano,
    advances: !reconciled && item.delay !== 'follow-up',
    isLate,
    closesGap: false,
    change: changeOf(event),
  }
}

/** Makes what we say ourselves; each has an id of its own. */
export class OwnEvents {
  readonly #now: () => number
  #count = 0

  constructor(now: () => number) {
    this.#now = now
  }

  make(location: string, tree: unknown): OwnEvent {
    const receivedAtMs = this.#now()
    this.#count += 1
    const id = `docker-status:${receivedAtMs}:${process.pid}:${this.#count}`
    const text = toByteString(pythonJson(tree))
    return {
      ready: true,
      goesAtMs: 0,
      raw: new RawEvent({ id, source, location, receivedAtMs, text, tree }),
    }
  }
}

export function outgoingOwn({ raw, closesGap }: OwnEvent): Outgoing {
  const { engine, to } = closesGap ?? { engine: '', to: 0n }
  const told = { advances: false, isLate: false, closesGap: closesGap !== undefined, change: undefined }
  return { raw, engine, engineId: '', nano: to, ...told }
}
