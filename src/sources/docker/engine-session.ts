import type { Readable } from 'node:stream'
import type { SourceContext } from '../source-type.ts'
import type { DockerTelemetry } from '../../telemetry/docker.ts'
import { messageOf } from './advice.ts'
import { engineTime, isoOfNano, nanoOfTime, type OpenGap, type Position } from './cursor.ts'
import type { Enricher, Enrichment } from './enricher.ts'
import type { EngineApi } from './engine-api.ts'
import { engineEventId, parseEngineEvent, type EngineEvent } from './engine-event.ts'
import type { Inventory } from './inventory.ts'
import { InventoryKeeper } from './inventory-keeper.ts'
import { objectOf, textOf } from './json-object.ts'
import { changeOf, type ContainerChange } from './known-containers.ts'
import type { EngineContainers } from './engine-containers.ts'
import { pause } from './pause.ts'
import { LineSplitter } from './line-splitter.ts'
import { isToldBy, reconcile, takeStock, type Found } from './reconcile.ts'
import { maxEventBytes, rememberedEvents, ringSize } from './remembered-events.ts'
import type { SeenEvents } from './seen-events.ts'

/** Repeats what was published out of order around the position. */
const overlapNano = 1_000_000_000n
/** When the event at the position has not come by then, the engine is asked what it remembers. */
const repeatsWithinMs = 1000
/** An engine lists a container a moment before it publishes the event. */
const settleMs = 500
const auditEveryMs = 30_000
/** How often it is looked whether the stream brought what the engine remembers. */
const lookEveryMs = 50
const looks = 40

export interface Received {
  readonly id: string
  readonly event: EngineEvent
  readonly receivedAtMs: number
  readonly engineId: string
  readonly reconciled: boolean
  readonly enrichment: Enrichment | Promise<Enrichment> | undefined
}

export interface Gap {
  readonly reason: 'engine-restarted' | 'ring-wrapped' | 'slow-reader' | 'overloaded'
  readonly from: string
  readonly to: string
  /** State changes that were found by comparing states afterwards. */
  readonly reconciled: number
}

/** What outlives one connection to an engine. */
export interface EngineMemory {
  readonly api: EngineApi
  readonly seen: SeenEvents
  readonly containers: EngineContainers
  readonly enricher: Enricher
  readonly inventory: Inventory
  readonly telemetry: DockerTelemetry
  readonly now: SourceContext['now']
  receive(received: Received): void
  /** All of `open` is told now. */
  gap(gap: Gap, open: OpenGap): void
  /** From now on there is a gap, until `gap` is called. Replaces the one there was. */
  opensGap(gap: OpenGap): void
  /** A gap that was noticed, perhaps by an earlier process, and not yet told. */
  untoldGap(): OpenGap | undefined
  /** The stream is open. */
  connected(version: string): void
  /** An engine that was never read before is read from here on, also by the next connection when nothing came in this one. */
  begins(position: Position): void
  /** Events held now may not become more. */
  isFull(): boolean
}

/** One connection: from the first request to the end of the event stream. */
export class EngineSession {
  readonly #memory: EngineMemory
  readonly #signal: AbortSignal
  readonly #lines = new LineSplitter(maxEventBytes)
  readonly #resumedAt: Position | undefined
  #engineId = ''
  #resumed: boolean
  #auditedNano = 0n
  /** What happened earlier is not ours to report. */
  #beginsNano = 0n
  /** How far the clock of the engine is ahead of ours: at least, and how much more it may be. */
  #aheadNano = 0n
  #unsureNano = 0n
  readonly #timers = new Set<NodeJS.Timeout>()
  #comparing: Promise<void> | undefined
  /** Handed on since the comparison began. */
  #changes: ContainerChange[] = []
  #isAuditing = false
  #isOver = false
  readonly #keeper: InventoryKeeper

  constructor(memory: EngineMemory, signal: AbortSignal) {
    this.#memory = memory
    this.#signal = signal
    this.#keeper = new InventoryKeeper({
      api: memory.api,
      inventory: memory.inventory,
      now: memory.now,
      failed: (doing, error) => this.#failed(doing, error),
    })
    this.#resumedAt = memory.seen.position
    this.#resumed = this.#resumedAt === undefined
  }

  /** Rejects when no connection came about or it broke; resolves with the reason when the stream ended. */
  async run(): Promise<string> {
    const { api } = this.#memory
    const askedMs = this.#memory.now()
    const info = objectOf(await api.get('/info', {}, this.#signal))
    this.#engineId = textOf(info['ID']) || textOf(info['Name']) || api.address
    const systemTime = nanoOfTime(textOf(info['SystemTime']))
    this.#setClock(systemTime, askedMs)
    // An engine says that it streams before it does: without a time what happens in between would be missing.
    const isDated = this.#resumedAt !== undefined || systemTime > 0n
    const stream = await api.events(isDated ? { since: engineTime(this.#beginsNano) } : {}, this.#signal)
    const begun = { engineId: this.#engineId, nano: this.#beginsNano, ids: [] }
    if (!this.#resumedAt && isDated) this.#memory.begins(begun)
    const version = textOf(info['ServerVersion'])
    this.#memory.connected(version)
    const { inventory } = this.#memory
    inventory.connection = { address: api.address, connected: true, version }
    const ended = new AbortController()
    const keeping = this.#keeper.run(AbortSignal.any([this.#signal, ended.signal]))
    try {
      if (this.#resumedAt) this.#later(repeatsWithinMs, () => void this.#checkResumed())
      if (this.#resumed) this.#nothingLost()
      this.#timers.add(setInterval(() => void this.audit(), auditEveryMs))
      return await this.#readAll(stream)
    } finally {
      this.#isOver = true
      for (const timer of this.#timers) clearTimeout(timer)
      stream.destroy()
      inventory.connection = { ...inventory.connection, connected: false }
      ended.abort()
      await keeping
    }
  }

  async #readAll(stream: Readable): Promise<string> {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue
      this.#take(this.#lines.push(chunk))
      if (this.#memory.isFull()) return 'overloaded'
    }
    await this.#comparing
    return 'the engine ended the event stream'
  }

  #take(lines: readonly string[]): void {
    let unreadable = this.#lines.tooLong
    this.#lines.tooLong = 0
    for (const line of lines) {
      const event = parseEngineEvent(line)
      if (event) this.#receive(event)
      else unreadable += 1
    }
    if (unreadable > 0) this.#memory.telemetry.unreadable(unreadable)
  }

  #receive(event: EngineEvent): boolean {
    const { seen } = this.#memory
    const id = engineEventId(this.#engineId, event)
    if (!this.#resumed) this.#watchResumption(event, id)
    if (!seen.add(this.#engineId, event.timeNano, id)) {
      this.#repeat(event)
      return false
    }
    const wasFound = this.#memory.containers.wasFound(event)
    if (wasFound) this.#memory.telemetry.toldBefore()
    else this.#handOn(event, id)
    return !wasFound
  }

  /** What is repeated around the position is not all known to be repeated: a container made there must also end there. */
  #repeat(event: EngineEvent): void {
    const { containers, inventory } = this.#memory
    const change = changeOf(event)
    if (!change) return
    containers.received.apply(change)
    inventory.apply(event)
  }

  /** `found`: not received but found by comparing states. */
  #handOn(event: EngineEvent, id: string, found?: Found): void {
    const { containers, enricher, inventory, now } = this.#memory
    const change = changeOf(event)
    if (change) containers.received.apply(change)
    if (change && this.#comparing) this.#changes.push(change)
    this.#keeper.note(event)
    if (found?.facts) enricher.learn(event.actorId, found.facts)
    const isExec = event.action.startsWith('exec_')
    // Before the engine is asked: its answer knows of the event.
    if (!isExec) inventory.apply(event)
    const enrichment = enricher.enrich(event, found?.facts !== undefined)
    const reconciled = found !== undefined
    // A probe every second is no activity; what is a probe only the enrichment tells.
    const notice = (facts: Enrichment | undefined): void => {
      if (facts?.healthcheck !== true) inventory.apply(event)
    }
    if (isExec) {
      if (enrichment instanceof Promise) void enrichment.then(notice)
      else notice(enrichment)
    }
    this.#memory.receive({ id, event, receivedAtMs: now(), engineId: this.#engineId, reconciled, enrichment })
  }

  /** The event at the position comes again when the engine still has it: nothing was lost in between. */
  #watchResumption(event: EngineEvent, id: string): void {
    if (this.#resumedAt?.ids.length === 0) return
    if (this.#resumedAt?.ids.includes(id)) {
      this.#resumed = true
      this.#nothingLost()
    } else if (this.#resumedAt && event.timeNano > this.#resumedAt.nano) this.#lostSince(event.timeNano)
  }

  /** But an earlier gap may be open: who noticed it was stopped before it was told. */
  #nothingLost(): void {
    const gap = this.#memory.untoldGap()
    if (gap) this.#later(settleMs, () => this.#closeGap(gap, undefined))
    else void this.#takeStock()
  }

  /** The stream is silent. What the engine remembers says whether something was lost; how long a busy one takes to repeat it does not. */
  async #checkResumed(): Promise<void> {
    const from = this.#resumedAt
    if (this.#resumed || !from) return
    const until = this.#nowNano()
    try {
      await this.#catchUp(from.nano)
      // No event had come that could be repeated: as long as the engine has not forgotten any, these are all.
      if (from.ids.length === 0 && (await this.#remembered(overlapNano)).length < ringSize && !this.#isOver) {
        this.#resumed = true
        return this.#nothingLost()
      }
      if (!this.#isOver) this.#lostSince(until)
    } catch (error) {
      this.#failed('asking for recent events', error)
      this.#later(repeatsWithinMs, () => void this.#checkResumed())
    }
  }

  /** Receives what the engine remembers. The stream goes first: it may hold older events that are not remembered any more. */
  async #catchUp(since: bigint): Promise<void> {
    const events = await this.#remembered(since - overlapNano)
    await this.#streamCatchesUp(events)
    if (this.#isOver) return
    for (const event of events) if (event.timeNano >= this.#beginsNano) this.#receive(event)
  }

  /** From the position until then, unless the event at the position has come. */
  #lostSince(until: bigint): void {
    const from = this.#resumedAt
    if (this.#resumed || !from) return
    this.#resumed = true
    const gap = this.#openGap(from.nano, until)
    this.#later(settleMs, () => this.#closeGap(gap, undefined))
  }

  /** One that is still open becomes longer: what happened between the two is known. */
  #openGap(from: bigint, to: bigint): OpenGap {
    const gap = { from: this.#memory.untoldGap()?.from ?? from, to }
    this.#memory.opensGap(gap)
    return gap
  }

  /** Compares states, hands on the changes nobody told us of, and declares the gap. */
  #closeGap(gap: OpenGap, reason: Gap['reason'] | undefined): void {
    if (this.#comparing) return this.#later(settleMs, () => this.#closeGap(gap, reason))
    this.#comparing = this.#compare(gap, reason)
      .catch((error: unknown) => {
        this.#failed('comparing states', error)
        this.#later(auditEveryMs, () => this.#closeGap(gap, reason))
      })
      .finally(() => (this.#comparing = undefined))
  }

  async #compare(gap: OpenGap, reason: Gap['reason'] | undefined): Promise<void> {
    const reconciled = await this.#handOnMissing(gap)
    const all = await this.#remembered(overlapNano)
    const why = reason ?? (all.length >= ringSize ? 'ring-wrapped' : 'engine-restarted')
    // The connection broke meanwhile: who connects again finds the gap still open, and what is in it still unknown.
    if (this.#isOver) return
    await this.#takeStock()
    if (this.#isOver) return
    const { api, telemetry } = this.#memory
    const told = { reason: why, from: isoOfNano(gap.from), to: isoOfNano(gap.to), reconciled }
    telemetry.reconciled(api.address, reconciled)
    telemetry.gap(api.address, told)
    this.#memory.gap(told, gap)
  }

  /** Changes within the gap that no event told of; how many there were. */
  async #handOnMissing({ from, to }: OpenGap): Promise<number> {
    const { api, containers } = this.#memory
    await this.#catchUp(from)
    this.#changes = []
    const found = await reconcile({ api, known: containers.received, since: from, until: to }, this.#signal)
    if (found.length > 0) {
      await pause(settleMs, this.#signal)
      // Events of what the listing showed may be on their way, however long that takes.
      await this.#catchUp(from)
    }
    const untold = found.filter((one) => !isToldBy(one, this.#changes))
    if (this.#isOver) return 0
    for (const one of untold) {
      containers.found(one.event)
      this.#handOn(one.event, engineEventId(this.#engineId, one.event), one)
    }
    return untold.length
  }

  /** Containers that were there before we looked; not before a gap is closed, or they would not be news any more. */
  async #takeStock(): Promise<void> {
    const { api, containers } = this.#memory
    await takeStock(api, containers, this.#signal).catch((error: unknown) =>
      this.#failed('listing containers', error),
    )
  }

  /** Up to now, and a little longer when it is not sure what time it is there. */
  #remembered(since: bigint): Promise<EngineEvent[]> {
    const until = this.#nowNano() + this.#unsureNano
    return rememberedEvents(this.#memory.api, since, until, this.#signal)
  }

  /**
   * Engines skip readers that are slower than 100 ms and say nothing. So what the engine remembers is compared now and then, and after
   * this process stood still, with what was received.
   */
  async audit(): Promise<void> {
    if (!this.#resumed || this.#comparing || this.#isAuditing) return
    this.#isAuditing = true
    const [from, until] = [this.#auditedNano, this.#nowNano()]
    try {
      const events = await this.#remembered(from - overlapNano)
      await this.#streamCatchesUp(events)
      if (this.#isOver) return
      this.#auditedNano = until
      this.#compareRing(events, from)
    } catch (error) {
      this.#failed('asking for recent events', error)
    } finally {
      this.#isAuditing = false
    }
  }

  /** What the stream is just bringing is not missing. It comes in the order in which the engine remembers it. */
  async #streamCatchesUp(events: readonly EngineEvent[]): Promise<void> {
    const newest = events.at(-1)
    const id = newest && engineEventId(this.#engineId, newest)
    const isThere = (): boolean => this.#isOver || id === undefined || this.#memory.seen.has(id)
    for (let looked = 0; looked < looks && !isThere(); looked += 1) await pause(lookEveryMs, this.#signal)
  }

  #compareRing(ring: readonly EngineEvent[], from: bigint): void {
    const events = ring.filter((event) => event.timeNano >= this.#beginsNano)
    const firstNew = events.findIndex((event) => !this.#memory.seen.has(engineEventId(this.#engineId, event)))
    if (firstNew === -1) return
    const missed = events.filter((event) => this.#receive(event)).length
    this.#memory.telemetry.recovered(this.#memory.api.address, missed)
    // The engine's memory is full and begins with news: there may have been more before it.
    const oldest = events[0]
    if (oldest && firstNew === 0 && events.length >= ringSize)
      this.#closeGap(this.#openGap(from, oldest.timeNano), 'slow-reader')
  }

  #later(ms: number, run: () => void): void {
    if (this.#isOver) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      run()
    }, ms)
    this.#timers.add(timer)
  }

  #failed(doing: string, error: unknown): void {
    if (!this.#signal.aborted)
      this.#memory.telemetry.failed(this.#memory.api.address, doing, messageOf(error))
  }

  /** `systemTime`: of the engine, between `askedMs` and now. When ours was the same in that time, they are taken to agree. */
  #setClock(systemTime: bigint, askedMs: number): void {
    const [asked, answered] = [BigInt(askedMs) * 1_000_000n, BigInt(this.#memory.now() + 1) * 1_000_000n]
    if (systemTime > 0n && (systemTime < asked || systemTime > answered)) {
      this.#aheadNano = systemTime - answered
      this.#unsureNano = answered - asked
    }
    this.#auditedNano = this.#nowNano()
    const first = systemTime > 0n ? systemTime : this.#auditedNano
    const [at, isFirst] = [this.#resumedAt?.nano ?? first, (this.#resumedAt?.ids.length ?? 0) === 0]
    this.#beginsNano = isFirst ? at : at - overlapNano
  }

  /** On the clock of the engine. */
  #nowNano(): bigint {
    return BigInt(this.#memory.now()) * 1_000_000n + this.#aheadNano
  }
}
