import path from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Batch, Cursor } from '../../event/batch.ts'
import type { EngineInventory } from '../../event/inventory.ts'
import { DockerTelemetry } from '../../telemetry/docker.ts'
import type { Source, SourceStatus } from '../source.ts'
import type { SourceContext } from '../source-type.ts'
import { messageOf } from './advice.ts'
import { completeFacts } from './complete-facts.ts'
import { advance, readCursor, writeCursor, type OpenGap, type Place, type Position } from './cursor.ts'
import { engineApi } from './engine-api.ts'
import type { EngineAddress } from './engine-address.ts'
import { parseEngineEvent } from './engine-event.ts'
import { EngineReader, type RetryPolicy, type StatusText } from './engine-reader.ts'
import type { Gap, Received } from './engine-session.ts'
import { Enricher, type Enrichment } from './enricher.ts'
import { keptEngine, type KeptEngine } from './kept-engine.ts'
import { statusEnvelope } from './event-text.ts'
import type { LateEvents } from './late-events.ts'
import { Outbox, type Taken } from './outbox.ts'
import { engineLineOf, lateEventOf, type LateEvent, type Outgoing } from './outgoing.ts'
import { pause } from './pause.ts'
import { PendingQueue } from './pending-queue.ts'
import { SeenEvents } from './seen-events.ts'
import type { EngineChange } from './recent-changes.ts'
import { receivedSoFar, type Received as Earlier } from './spooled.ts'
import { Spool, type SpoolLimits, type SpoolPosition } from './spool.ts'
import { followUp, outgoing, outgoingOwn, OwnEvents, waitingEvent } from './waiting-event.ts'
import type { OwnEvent, WaitingEvent } from './waiting-event.ts'

export interface SourceLimits {
  /** Events waiting for their facts, or for the disk when it is slow. */
  readonly waiting: number
  readonly spool: SpoolLimits
}

export interface DockerSourceParts {
  readonly name: string
  readonly engines: readonly EngineAddress[]
  readonly retry: RetryPolicy
  /** Milliseconds to wait before the first connection. */
  readonly startsInMs: () => number
  readonly context: SourceContext
  readonly limits?: SourceLimits
}

/** 256 MiB are some 300,000 events. */
const usualLimits: SourceLimits = {
  waiting: 20_000,
  spool: { totalBytes: 256 * 2 ** 20, fileBytes: 8 * 2 ** 20 },
}
/** As many as an engine repeats after an outage: what waits in memory is not lost when this process is killed. */
const batchSize = 256
const rememberedEvents = 4096
const rememberedLate = 64
const tickMs = 500
/** A tick that late means that this process, or the machine, stood still. */
const stallMs = 2000

/** What changes with every batch that is stored. */
interface Progress {
  readonly positions: Map<string, Position>
  readonly late: LateEvents
  spool: SpoolPosition | undefined
}

export class DockerSource implements Source {
  readonly name: string
  readonly #parts: DockerSourceParts
  readonly #limits: SourceLimits
  readonly #telemetry: DockerTelemetry
  readonly #own: OwnEvents
  readonly #queue = new PendingQueue<WaitingEvent | OwnEvent>()
  readonly #readers: EngineReader[] = []
  /** By `EngineAddress.key`. */
  readonly #engines = new Map<string, KeptEngine>()
  #outbox: Outbox | undefined
  /** By engine: noticed, and not yet told. */
  #gaps = new Map<string, OpenGap>()
  /** By engine: where reading began, until the first event is stored. */
  readonly #begun = new Map<string, Position>()
  #lastEventAtMs: number | undefined
  #roomWaiters: (() => void)[] = []

  constructor(parts: DockerSourceParts) {
    this.name = parts.name
    this.#parts = parts
    this.#limits = parts.limits ?? usualLimits
    this.#telemetry = new DockerTelemetry(parts.context.telemetry)
    this.#own = new OwnEvents(parts.context.now)
  }

  status(): SourceStatus {
    const statuses = this.#readers.map((reader) => reader.status())
    const worst = statuses.find(({ state }) => state !== 'running') ?? statuses[0]
    const status = worst ?? { state: 'waiting' as const, detail: 'waiting for its time to start' }
    return this.#lastEventAtMs === undefined ? status : { ...status, lastEventAtMs: this.#lastEventAtMs }
  }

  inventory(): readonly EngineInventory[] {
    return [...this.#engines.values()].map(({ inventory }) => inventory.snapshot())
  }

  async *read(from: Cursor | undefined, signal: AbortSignal): AsyncGenerator<Batch> {
    const place = readCursor(from)
    const spool = await Spool.open(this.#spoolFolder(), this.#limits.spool, place.spool)
    this.#restoreEngines(place, (key) => place.positions.has(key) || !spool.isEmpty)
    const limits = { ids: rememberedEvents, late: rememberedLate }
    const earlier = await receivedSoFar(place, spool, limits, (item) => this.#tookEarlier(item))
    const outbox = new Outbox(spool, batchSize, (error) => this.#telemetry.spoolFailed(messageOf(error)))
    this.#outbox = outbox
    this.#gaps = new Map(place.gaps)
    const progress = { positions: new Map(place.positions), late: earlier.late, spool: place.spool }
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    this.#say('Started')
    const working = Promise.all([this.#readAll(earlier, either), this.#pump(outbox, either)])
    working.catch(() => stop.abort())
    const watch = this.#watchStalls()
    try {
      while (!either.aborted) {
        const taken = await outbox.take(batchSize, either)
        if (taken.items.length === 0) continue
        if (yield* this.#offer(taken, progress, signal)) await outbox.stored(taken.after)
        else break
        this.#wakeReaders()
      }
    } finally {
      stop.abort()
      clearInterval(watch)
      await working
      await outbox.close(this.#queue.drain().map((item) => this.#outgoing(item)))
      await Promise.all([...this.#engines.values()].map((engine) => engine.close()))
    }
  }

  #spoolFolder(): string {
    return path.join(this.#parts.context.home, 'data', this.name)
  }

  /** From those that wait for their facts to those that wait for the store. */
  async #pump(outbox: Outbox, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const items = await this.#queue.take(batchSize, signal)
      await outbox.put(items.map((item) => this.#outgoing(item)))
      this.#telemetry.waiting(this.#queue.length + outbox.length, outbox.spooledBytes)
      this.#wakeReaders()
    }
  }

  #outgoing(item: WaitingEvent | OwnEvent): Outgoing {
    if ('raw' in item) return outgoingOwn(item)
    const made = outgoing(item)
    if (item.delay === 'late') this.#telemetry.late()
    if (item.enrichment?.healthcheck) this.#telemetry.healthcheck()
    return made
  }

  /** The same events again until they are stored; false when we stop before. */
  async *#offer(
    { items, after }: Taken,
    progress: Progress,
    signal: AbortSignal,
  ): AsyncGenerator<Batch, boolean> {
    const { positions, late } = progress
    const changes = items.flatMap(({ engine, change }) => (change ? [{ engine, change }] : []))
    this.#advance(items, progress)
    progress.spool = after ?? progress.spool
    const rest = { late: late.all(), spool: progress.spool, changes: [...this.#unsaved(), ...changes] }
    const place: Place = { positions, gaps: this.#gaps, ...rest }
    const cursor = writeCursor(place)
    const events = items.map(({ raw }) => raw)
    for (let stored = false; !stored;) {
      if (signal.aborted) return false
      let failed = false
      yield {
        source: this.name,
        events,
        cursor,
        settle: (failure) => (failed = failure !== undefined) && undefined,
      }
      stored = !failed
    }
    for (const { engine, change } of changes) this.#engines.get(engine)?.containers.store(change)
    for (const [engine, { nano }] of positions) this.#engines.get(engine)?.containers.storedUntil(nano)
    return true
  }

  #advance(items: readonly Outgoing[], { positions, late }: Progress): void {
    for (const [engine, begun] of this.#begun) if (!positions.has(engine)) positions.set(engine, begun)
    for (const item of items) {
      const { engine, engineId, nano, raw } = item
      if (item.advances) positions.set(engine, advance(positions.get(engine), engineId, nano, raw.id))
      if (item.isLate) late.add(lateEventOf(item))
      else late.settle(raw.id)
      if (item.closesGap && nano === this.#gaps.get(engine)?.to) this.#gaps.delete(engine)
    }
  }

  /** Stored, and perhaps not in the saved lists of containers. */
  #unsaved(): EngineChange[] {
    return [...this.#engines].flatMap(([engine, { containers }]) =>
      containers.unsaved().map((change) => ({ engine, change })),
    )
  }

  #restoreEngines(place: Place, resumes: (engine: string) => boolean): void {
    const { home } = this.#parts.context
    for (const { key, text } of this.#parts.engines) {
      const failed = (doing: string, error: unknown): void =>
        this.#telemetry.failed(text, doing, messageOf(error))
      this.#engines.set(key, keptEngine({ home, key, place, resumes: resumes(key), failed }))
    }
  }

  async #readAll(earlier: Earlier, signal: AbortSignal): Promise<void> {
    await pause(this.#parts.startsInMs(), signal)
    if (signal.aborted) return
    for (const address of this.#parts.engines) {
      const kept = this.#engines.get(address.key)
      if (kept) this.#readers.push(this.#readerOf(address, kept, earlier, signal))
    }
    await Promise.all(this.#readers.map((reader) => reader.run(signal)))
  }

  /** It waits in the spool. */
  #tookEarlier(item: Outgoing): void {
    if (item.change) this.#engines.get(item.engine)?.containers.received.apply(item.change)
  }

  #readerOf(address: EngineAddress, kept: KeptEngine, earlier: Earlier, signal: AbortSignal): EngineReader {
    const { key } = address
    const { context, retry } = this.#parts
    const api = engineApi(address)
    const { containers, inventory } = kept
    const enricher = new Enricher(api, signal, {
      get moment() {
        return inventory.moment
      },
      complete: (id, facts, asked) => completeFacts(inventory, id, facts, { atMs: context.now(), asked }),
    })
    const memory = {
      api,
      seen: new SeenEvents(rememberedEvents, earlier.positions.get(key), earlier.ids.get(key)),
      containers,
      enricher,
      inventory,
      telemetry: this.#telemetry,
      now: context.now,
      receive: (received: Received) => this.#receive(key, received, earlier.late),
      gap: (gap: Gap, { to }: OpenGap) => this.#sayGap(address, gap, to),
      opensGap: (gap: OpenGap) => void this.#gaps.set(key, gap),
      untoldGap: () => this.#gaps.get(key),
      begins: (position: Position) => {
        memory.seen.begin(position)
        this.#begun.set(key, position)
      },
      isFull: () => this.#isFull(),
    }
    const returned = (): void => {
      for (const event of earlier.late.of(key)) void this.#comeAgain(event, enricher, earlier.late)
    }
    const room = (until: AbortSignal): Promise<void> => this.#room(address.text, until)
    const say = (text: StatusText): void => this.#say(text)
    return new EngineReader({ memory, retry, say, room, returned })
  }

  #receive(engine: string, received: Received, late: LateEvents): void {
    const { enrichment } = received
    this.#lastEventAtMs = received.receivedAtMs
    const item = waitingEvent(engine, received)
    if (enrichment instanceof Promise)
      void enrichment.then((found) => {
        if (item.delay === 'late') return this.#followUp(item, found, late)
        item.enrichment = found
        item.ready = true
        return this.#queue.wake()
      })
    this.#queue.push(item)
    this.#telemetry.received(1)
  }

  /** The facts came after the event had gone: rules that need them get their chance now. */
  #followUp({ engine, received }: WaitingEvent, found: Enrichment | undefined, late: LateEvents): void {
    const again = followUp(engine, received, found)
    if (again) this.#queue.push(again)
    else late.settle(received.id)
  }

  /** It went late before this process was started, or before the connection was lost. */
  async #comeAgain(event: LateEvent, enricher: Enricher, late: LateEvents): Promise<void> {
    const parsed = parseEngineEvent(engineLineOf(event.text))
    if (!parsed) return late.settle(event.id)
    const { id, engine, engineId, receivedAtMs } = event
    const received = { id, event: parsed, engineId, receivedAtMs, reconciled: false, enrichment: undefined }
    this.#followUp({ ...waitingEvent(engine, received), delay: 'late' }, await enricher.enrich(parsed), late)
  }

  #say(text: StatusText | 'Started'): void {
    this.#queue.push(this.#own.make('Wazuh-Docker', statusEnvelope(text)))
  }

  #sayGap({ key, text }: EngineAddress, gap: Gap, to: bigint): void {
    const quaywatch = { kind: 'docker-gap', engine: text, ...gap }
    const event = this.#own.make('quaywatch', { integration: 'quaywatch', quaywatch })
    this.#queue.push({ ...event, closesGap: { engine: key, to } })
  }

  #isFull(): boolean {
    return this.#queue.length >= this.#limits.waiting || this.#outbox?.isFull === true
  }

  #hasRoom(): boolean {
    return this.#queue.length < this.#limits.waiting / 2 && this.#outbox?.hasRoom !== false
  }

  #wakeReaders(): void {
    if (this.#roomWaiters.length > 0 && this.#hasRoom())
      for (const wake of this.#roomWaiters.splice(0)) wake()
  }

  #room(engine: string, signal: AbortSignal): Promise<void> {
    if (this.#hasRoom()) return Promise.resolve()
    this.#telemetry.overloaded(engine, this.#queue.length, this.#outbox?.spooledBytes ?? 0)
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
