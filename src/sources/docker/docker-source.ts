import { performance } from 'node:perf_hooks'
import { toByteString } from '../../event/byte-string.ts'
import { pythonJson } from '../../event/python-json.ts'
import type { Batch, Cursor } from '../../event/batch.ts'
import type { EngineInventory } from '../../event/inventory.ts'
import { RawEvent } from '../../event/raw-event.ts'
import { DockerTelemetry } from '../../telemetry/docker.ts'
import type { Source, SourceStatus } from '../source.ts'
import type { SourceContext } from '../source-type.ts'
import { messageOf } from './advice.ts'
import { advance, readCursor, writeCursor, type Position } from './cursor.ts'
import { completeFacts } from './complete-facts.ts'
import { engineApi } from './engine-api.ts'
import type { EngineAddress } from './engine-address.ts'
import { EngineReader, type RetryPolicy, type StatusText } from './engine-reader.ts'
import type { Gap, Received } from './engine-session.ts'
import { Enricher, type Enrichment } from './enricher.ts'
import { engineFiles } from './engine-files.ts'
import { envelope, envelopeText, statusEnvelope } from './event-text.ts'
import { Inventory } from './inventory.ts'
import { KnownContainers } from './known-containers.ts'
import { pause } from './pause.ts'
import { PendingQueue } from './pending-queue.ts'
import { SeenEvents } from './seen-events.ts'

export interface DockerSourceParts {
  readonly name: string
  readonly engines: readonly EngineAddress[]
  readonly retry: RetryPolicy
  /** Milliseconds to wait before the first connection. */
  readonly startsInMs: () => number
  readonly context: SourceContext
}

/** An event of an engine, waiting for its facts or for its batch; or something we have to say ourselves. */
interface Item {
  ready: boolean
  readonly goesAtMs: number
  readonly engine: string
  readonly received: Received | undefined
  enrichment: Enrichment | undefined
  delay: 'late' | 'follow-up' | undefined
  readonly raw: RawEvent | undefined
}

const enrichWithinMs = 250
/** Rules about these need facts: when those came late, the event is evaluated once more. */
const followedUp = /^(?:create|start|update)$|^exec_start: /
const batchSize = 256
const maxWaiting = 20_000
const rememberedEvents = 4096
const knownLimit = 100_000
const tickMs = 500
/** A tick that late means that this process, or the machine, stood still. */
const stallMs = 2000
const location = 'Wazuh-Docker'

export class DockerSource implements Source {
  readonly name: string
  readonly #parts: DockerSourceParts
  readonly #telemetry: DockerTelemetry
  readonly #queue = new PendingQueue<Item>()
  readonly #readers: EngineReader[] = []
  readonly #files: { close(): Promise<void> }[] = []
  readonly #inventories: Inventory[] = []
  #statusCount = 0
  #lastEventAtMs: number | undefined
  #roomWaiters: (() => void)[] = []

  constructor(parts: DockerSourceParts) {
    this.name = parts.name
    this.#parts = parts
    this.#telemetry = new DockerTelemetry(parts.context.telemetry)
  }

  status(): SourceStatus {
    const statuses = this.#readers.map((reader) => reader.status())
    const worst = statuses.find(({ state }) => state !== 'running') ?? statuses[0]
    const status = worst ?? { state: 'waiting' as const, detail: 'waiting for its time to start' }
    return this.#lastEventAtMs === undefined ? status : { ...status, lastEventAtMs: this.#lastEventAtMs }
  }

  inventory(): readonly EngineInventory[] {
    return this.#inventories.map((inventory) => inventory.snapshot())
  }

  async *read(from: Cursor | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    const positions = readCursor(from)
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    this.#say('Started')
    const reading = this.#readAll(positions, either)
    const watch = this.#watchStalls()
    try {
      while (!signal.aborted) {
        const items = await this.#queue.take(batchSize, signal)
        if (items.length > 0) yield* this.#offer(items, positions, signal)
        if (this.#queue.length < maxWaiting / 2) for (const wake of this.#roomWaiters.splice(0)) wake()
      }
    } finally {
      stop.abort()
      clearInterval(watch)
      await reading
      await Promise.all(this.#files.map((file) => file.close()))
    }
  }

  /** The same events again until they are stored. */
  async *#offer(
    items: readonly Item[],
    positions: Map<string, Position>,
    signal: AbortSignal,
  ): AsyncGenerator<Batch> {
    const events = items.map((item) => this.#rawOf(item))
    for (const { engine, received } of items)
      if (received && !received.reconciled)
        positions.set(
          engine,
          advance(positions.get(engine), received.engineId, received.event.timeNano, received.id),
        )
    const cursor = writeCursor(positions)
    this.#telemetry.handedOn(this.#queue.length)
    for (let stored = false; !stored && !signal.aborted;) {
      let failed = false
      yield {
        source: this.name,
        events,
        cursor,
        settle: (failure) => (failed = failure !== undefined) && undefined,
      }
      stored = !failed
    }
  }

  async #readAll(positions: ReadonlyMap<string, Position>, signal: AbortSignal): Promise<void> {
    await pause(this.#parts.startsInMs(), signal)
    if (signal.aborted) return
    for (const address of this.#parts.engines)
      this.#readers.push(this.#readerOf(address, positions.get(address.key), signal))
    await Promise.all(this.#readers.map((reader) => reader.run(signal)))
  }

  #readerOf(address: EngineAddress, from: Position | undefined, signal: AbortSignal): EngineReader {
    const api = engineApi(address)
    const known = new KnownContainers(knownLimit)
    const inventory = new Inventory(address.key)
    this.#inventories.push(inventory)
    const files = engineFiles({
      home: this.#parts.context.home,
      key: address.key,
      known,
      inventory,
      resumes: from !== undefined,
      failed: (doing, error) => this.#telemetry.failed(address.text, doing, messageOf(error)),
    })
    this.#files.push(files)
    const memory = {
      api,
      seen: new SeenEvents(rememberedEvents, from),
      known,
      enricher: new Enricher(api, signal, (id, facts) =>
        completeFacts(inventory, id, facts, this.#parts.context.now()),
      ),
      inventory,
      telemetry: this.#telemetry,
      now: this.#parts.context.now,
      receive: (received: Received) => this.#receive(address.key, received),
      gap: (gap: Gap) => this.#sayGap(address.text, gap),
      isFull: () => this.#queue.length >= maxWaiting,
    }
    const room = (until: AbortSignal): Promise<void> => this.#room(address.text, until)
    return new EngineReader({ memory, retry: this.#parts.retry, say: (text) => this.#say(text), room })
  }

  #receive(engine: string, received: Received): void {
    const { enrichment } = received
    this.#lastEventAtMs = received.receivedAtMs
    const waits = enrichment instanceof Promise
    const item: Item = {
      ready: !waits,
      goesAtMs: performance.now() + enrichWithinMs,
      engine,
      received,
      enrichment: waits ? undefined : enrichment,
      delay: undefined,
      raw: undefined,
    }
    if (waits)
      void enrichment.then((found) => {
        if (item.delay === 'late') return this.#followUp(item, found)
        item.enrichment = found
        item.ready = true
        return this.#queue.wake()
      })
    this.#queue.push(item)
    this.#telemetry.received(1, this.#queue.length)
  }

  /** The facts came after the event had gone: rules that need them get their chance now. */
  #followUp(item: Item, enrichment: Enrichment): void {
    if (!item.received || !enrichment.container || !followedUp.test(item.received.event.action)) return
    this.#queue.push({ ...item, ready: true, enrichment, delay: 'follow-up' })
  }

  #rawOf(item: Item): RawEvent {
    const { received, enrichment, raw } = item
    if (raw) return raw
    if (!received) throw new Error('an item without event')
    const { event, receivedAtMs, reconciled } = received
    if (!item.ready) item.delay = 'late'
    if (item.delay === 'late') this.#telemetry.late()
    if (enrichment?.healthcheck) this.#telemetry.healthcheck()
    const tree = envelope(event, { enrichment, delay: item.delay, reconciled })
    const text = (): string => envelopeText(tree, event.timeNano)
    const id = item.delay === 'follow-up' ? `${received.id}:follow-up` : received.id
    return new RawEvent({ id, source: 'docker-listener', location, receivedAtMs, text, tree })
  }

  #say(text: StatusText | 'Started'): void {
    this.#pushOwn(location, statusEnvelope(text))
  }

  #sayGap(engine: string, gap: Gap): void {
    this.#pushOwn('quaywatch', {
      integration: 'quaywatch',
      quaywatch: { kind: 'docker-gap', engine, ...gap },
    })
  }

  #pushOwn(where: string, tree: unknown): void {
    const receivedAtMs = this.#parts.context.now()
    this.#statusCount += 1
    const id = `docker-status:${receivedAtMs}:${process.pid}:${this.#statusCount}`
    const text = toByteString(pythonJson(tree))
    const raw = new RawEvent({ id, source: 'docker-listener', location: where, receivedAtMs, text, tree })
    this.#queue.push({
      ready: true,
      goesAtMs: 0,
      engine: '',
      received: undefined,
      enrichment: undefined,
      delay: undefined,
      raw,
    })
  }

  #room(engine: string, signal: AbortSignal): Promise<void> {
    if (this.#queue.length < maxWaiting / 2) return Promise.resolve()
    this.#telemetry.overloaded(engine, this.#queue.length)
    return new Promise((resolve) => {
      this.#roomWaiters.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  #watchStalls(): NodeJS.Timeout {
    let last = performance.now()
    return setInterval(() => {
      const now = performance.now()
      if (now - last > stallMs) for (const reader of this.#readers) reader.audit()
      last = now
    }, tickMs)
  }
}
