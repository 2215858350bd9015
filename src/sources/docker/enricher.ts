import type { ContainerFacts } from './container-facts.ts'
import { containerFacts } from './container-facts.ts'
import { BoundedMap } from './bounded-map.ts'
import type { EngineApi } from './engine-api.ts'
import type { EngineEvent } from './engine-event.ts'
import type { Exec } from './exec-facts.ts'
import { execFields, execOfAction, execOfInspect, isHealthcheck } from './exec-facts.ts'
import type { JsonObject } from './json-object.ts'
import { textOf } from './json-object.ts'

/** What an event is given on its way. */
export interface Enrichment {
  readonly container: ContainerFacts | undefined
  /** `docker.exec`. */
  readonly exec: JsonObject | undefined
  readonly healthcheck: boolean
}

export interface EnricherLimits {
  readonly containers: number
  readonly execs: number
  /** Requests to the engine at a time. */
  readonly requests: number
  /** Requests waiting for their turn; beyond that an event goes on without. */
  readonly waiting: number
}

/** Adds what another memory knows to the facts of an inspect. */
export interface FactsMemory {
  /** What it knows now is not older than an answer to a question asked now. */
  readonly moment: number
  complete(id: string, facts: ContainerFacts, asked: number): ContainerFacts
}

const noMemory: FactsMemory = { moment: 0, complete: (_id, facts) => facts }

export const usualLimits: EnricherLimits = { containers: 5000, execs: 5000, requests: 8, waiting: 2000 }

/** After these the cached facts may be wrong. `start` brings addresses and networks, `update` and `rename` change facts. */
const refreshing = new Set(['create', 'start', 'update', 'rename'])

/** Asks the engine for what events lack: each container once per change, each execution once. Never rejects. */
export class Enricher {
  readonly #api: EngineApi
  readonly #signal: AbortSignal
  readonly #limits: EnricherLimits
  readonly #memory: FactsMemory
  readonly #containers: BoundedMap<string, ContainerFacts>
  readonly #execs: BoundedMap<string, Exec>
  /** Requests under way, so that events of one container share them. */
  readonly #asked = new Map<string, Promise<unknown>>()
  readonly #turns: (() => void)[] = []
  #running = 0
  /** Events that went on without enrichment because too many were waiting. */
  refused = 0

  constructor(
    api: EngineApi,
    signal: AbortSignal,
    memory: FactsMemory = noMemory,
    limits: EnricherLimits = usualLimits,
  ) {
    this.#api = api
    this.#memory = memory
    this.#signal = signal
    this.#limits = limits
    this.#containers = new BoundedMap(limits.containers)
    this.#execs = new BoundedMap(limits.execs)
  }

  /** At once when everything is known, else a promise. `learned`: the facts of its container came just now. */
  enrich(event: EngineEvent, learned = false): Enrichment | Promise<Enrichment> | undefined {
    const id = containerOf(event)
    if (id === undefined) return undefined
    if (event.type !== 'container') return this.#known(id, event)
    const execId = textOf(event.attributes['execID'])
    const needed = [
      ...(learned ? [] : this.#containerRequest(id, event.action)),
      ...this.#execRequest(execId, event),
    ]
    const finish = (): Enrichment => this.#compose(id, execId, event)
    return needed.length === 0 ? finish() : Promise.all(needed).then(finish)
  }

  /** Facts that came another way, such as by reconciliation. */
  learn(id: string, facts: ContainerFacts, asked = this.#memory.moment): void {
    this.#containers.set(id, this.#memory.complete(id, facts, asked))
  }

  facts(id: string): ContainerFacts | undefined {
    return this.#containers.get(id)
  }

  #known(id: string, event: EngineEvent): Enrichment | undefined {
    const container = this.#containers.get(id)
    if (!container || event.type !== 'network') return undefined
    const { name, image } = container.fields
    const compact = { ...container, fields: { id, name, image } }
    return { container: compact, exec: undefined, healthcheck: false }
  }

  #containerRequest(id: string, action: string): Promise<unknown>[] {
    // Nothing to ask any more, but an answer may be on its way.
    if (action === 'destroy') return this.#underWay(`/containers/${id}/json`)
    if (this.#containers.has(id) && !refreshing.has(action)) return []
    const asked = this.#memory.moment
    return this.#ask(`/containers/${id}/json`, (answer) => this.learn(id, containerFacts(answer), asked))
  }

  #underWay(path: string): Promise<unknown>[] {
    const asked = this.#asked.get(path)
    return asked ? [asked] : []
  }

  #execRequest(execId: string, event: EngineEvent): Promise<unknown>[] {
    if (execId === '' || this.#execs.has(execId)) return []
    // Its own text does not say what was run, but an answer may be on its way.
    if (event.action === 'exec_die') return this.#underWay(`/exec/${execId}/json`)
    return this.#ask(`/exec/${execId}/json`, (answer) =>
      this.#execs.set(execId, execOfInspect(execId, answer)),
    )
  }

  /** One request, shared with whoever asks the same meanwhile; resolves also when it fails. None when too many wait. */
  #ask(path: string, learn: (answer: unknown) => void): Promise<unknown>[] {
    const asked = this.#asked.get(path)
    if (asked) return [asked]
    if (this.#turns.length >= this.#limits.waiting) {
      this.refused += 1
      return []
    }
    const answered = this.#turn()
      .then(() => this.#api.get(path, {}, this.#signal))
      .then(learn, () => undefined)
      .finally(() => {
        this.#asked.delete(path)
        this.#running -= 1
        this.#turns.shift()?.()
      })
    this.#asked.set(path, answered)
    return [answered]
  }

  #turn(): Promise<void> {
    if (this.#running < this.#limits.requests) {
      this.#running += 1
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#turns.push(() => {
        this.#running += 1
        resolve()
      })
    })
  }

  #compose(id: string, execId: string, event: EngineEvent): Enrichment {
    const container = this.#containers.get(id)
    if (event.action === 'destroy') this.#containers.delete(id)
    if (execId === '') return { container, exec: undefined, healthcheck: false }
    const exec = this.#execs.get(execId) ?? execOfAction(execId, event.action)
    if (event.action.startsWith('exec_start')) exec.startedNano = event.timeNano
    if (event.action === 'exec_die') this.#execs.delete(execId)
    else this.#execs.set(execId, exec)
    return {
      container,
      exec: execFields(exec, event, container),
      healthcheck: isHealthcheck(exec, container),
    }
  }
}

/** The container an event is about: its actor, or the one a network or volume event names. */
function containerOf(event: EngineEvent): string | undefined {
  const id = event.type === 'container' ? event.actorId : textOf(event.attributes['container'])
  return /^[0-9a-f]{12,64}$/.test(id) ? id : undefined
}
