import { BoundedMap } from './bounded-map.ts'
import type { EngineEvent } from './engine-event.ts'
import type { JsonObject } from './json-object.ts'
import { textOf } from './json-object.ts'

export type ContainerState = 'created' | 'running' | 'paused' | 'exited'

/** A container as the events so far tell it. */
export interface KnownContainer {
  readonly state: ContainerState
  readonly image: string
  readonly name: string
  /** Of the event that brought it into this state; 0 when a listing showed it. */
  readonly nano: bigint
  /** Of the newest event of each kind; 0 when it is no news for another reason. */
  readonly told: Readonly<Partial<Record<Telling, bigint>>>
}

/** What an inspection dates. */
export type Telling = 'create' | 'start' | 'die'

/** What an event says of the state of a container. */
export type ContainerChange = Pick<EngineEvent, 'action' | 'actorId' | 'attributes' | 'timeNano'>

const stateAfter: Readonly<Record<string, ContainerState>> = {
  create: 'created',
  start: 'running',
  restart: 'running',
  unpause: 'running',
  pause: 'paused',
  die: 'exited',
}

/** States as engines list them, in the four words that matter here. */
export function stateOfListing(state: string): ContainerState {
  if (state === 'running' || state === 'restarting') return 'running'
  if (state === 'created' || state === 'paused') return state
  return 'exited'
}

/** `undefined`: the event says nothing of the state of a container. */
export function changeOf({
  type,
  action,
  actorId,
  attributes,
  timeNano,
}: EngineEvent): ContainerChange | undefined {
  const changes = Object.hasOwn(stateAfter, action) || action === 'destroy' || action === 'rename'
  return type === 'container' && actorId !== '' && changes
    ? { action, actorId, attributes, timeNano }
    : undefined
}

const rememberedRemoved = 1024

/** What exists, as far as events and listings said; compared with a listing after a gap. */
export class KnownContainers {
  readonly #limit: number
  readonly #containers = new Map<string, KnownContainer>()
  /** An id never comes back, but what is found about one may be told after its end. */
  readonly #removed = new BoundedMap<string, true>(rememberedRemoved)
  /** Grows with every change. */
  version = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#containers.size
  }

  get(id: string): KnownContainer | undefined {
    return this.#containers.get(id)
  }

  ids(): readonly string[] {
    return [...this.#containers.keys()]
  }

  entries(): Iterable<readonly [string, KnownContainer]> {
    return this.#containers
  }

  set(id: string, container: KnownContainer): void {
    if (this.#containers.size >= this.#limit && !this.#containers.has(id)) return
    this.#containers.set(id, container)
    this.version += 1
  }

  delete(id: string): void {
    if (this.#containers.delete(id)) this.version += 1
  }

  /** A listing showed it: that it was made is no news from now on. */
  show(id: string, listed: KnownContainer): void {
    const before = this.#containers.get(id)
    if (before?.told.create !== undefined || this.#removed.has(id)) return
    this.set(id, before ? { ...before, told: { create: 0n, ...before.told } } : listed)
  }

  apply({ action, actorId, attributes, timeNano }: ContainerChange): void {
    if (action === 'destroy') {
      this.#removed.set(actorId, true)
      return this.delete(actorId)
    }
    if (this.#removed.has(actorId)) return
    const before = this.#containers.get(actorId)
    const told = toldAfter(before, action, timeNano)
    const state = Object.hasOwn(stateAfter, action) ? stateAfter[action] : undefined
    if (before && before.nano > timeNano) {
      if (told !== before.told) this.set(actorId, { ...before, told })
    } else if (state !== undefined) this.set(actorId, { state, nano: timeNano, told, ...names(attributes) })
    else if (before && action === 'rename') this.set(actorId, { ...before, ...names(attributes) })
  }
}

function toldAfter(
  before: KnownContainer | undefined,
  action: string,
  timeNano: bigint,
): KnownContainer['told'] {
  const told = before?.told ?? {}
  if (action !== 'create' && action !== 'start' && action !== 'die') return told
  return (told[action] ?? -1n) >= timeNano ? told : { ...told, [action]: timeNano }
}

function names(attributes: JsonObject): { name: string; image: string } {
  return { name: textOf(attributes['name']), image: textOf(attributes['image']) }
}
