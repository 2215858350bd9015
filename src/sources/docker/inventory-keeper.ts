import { performance } from 'node:perf_hooks'
import { containerFacts } from './container-facts.ts'
import type { EngineApi } from './engine-api.ts'
import type { EngineEvent } from './engine-event.ts'
import type { Inventory } from './inventory.ts'
import { objectOf, objectsOf } from './json-object.ts'
import { pause } from './pause.ts'

type Kind = 'containers' | 'images' | 'volumes' | 'networks'

const everything: readonly Kind[] = ['containers', 'images', 'volumes', 'networks']
/** After a change, others usually follow at once. */
const settleMs = 1000
/** A list that takes long is asked for less often: at most this part of the time, unless `everyMs` is over. */
const workShare = 0.05
/** Whatever no event told is seen then. */
const everyMs = 5 * 60_000
const inspectsAtATime = 2

/** Which lists an event makes out of date. Nothing changes by what people run or read in a container. */
function outdatedBy({ type, action }: EngineEvent): readonly Kind[] {
  if (type === 'image') return ['images']
  if (type === 'volume') return ['volumes']
  if (type === 'network') return ['networks', 'containers']
  if (type !== 'container' || /^(?:exec_|top$|attach$|detach$|resize$|archive-path$)/.test(action)) return []
  return action === 'create' || action === 'commit' ? ['containers', 'images'] : ['containers']
}

export interface KeeperParts {
  readonly api: EngineApi
  readonly inventory: Inventory
  readonly now: () => number
  readonly failed: (doing: string, error: unknown) => void
}

/** Keeps the inventory of an engine right while connected to it: lists at the start, after changes, and now and then. */
export class InventoryKeeper {
  readonly #parts: KeeperParts
  readonly #outdated = new Set<Kind>(everything)
  #wake: () => void = () => undefined

  constructor(parts: KeeperParts) {
    this.#parts = parts
  }

  /** An event has come. */
  note(event: EngineEvent): void {
    const kinds = outdatedBy(event)
    for (const kind of kinds) this.#outdated.add(kind)
    if (kinds.length > 0) this.#wake()
  }

  /** Until `signal` aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const began = performance.now() // a clock may be set meanwhile
      await this.#refresh(signal)
      const tookMs = performance.now() - began
      await this.#rest(everyMs, signal)
      await pause(Math.max(settleMs, Math.min(everyMs, tookMs / workShare)), signal)
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const kinds = [...this.#outdated]
    this.#outdated.clear()
    try {
      for (const kind of kinds) await this.#list(kind, signal)
      if (kinds.includes('containers')) await this.#inspectNew(signal)
      this.#compared(kinds)
    } catch (error) {
      for (const kind of kinds) this.#outdated.add(kind)
      if (!signal.aborted) this.#parts.failed('listing what exists', error)
    }
  }

  #compared(kinds: readonly Kind[]): void {
    const { inventory, now } = this.#parts
    inventory.comparedAtMs = now()
    if (kinds.length < everything.length || !inventory.sightings.isBaseline) return
    inventory.sightings.isBaseline = false
    inventory.watchedSinceMs = now()
  }

  async #list(kind: Kind, signal: AbortSignal): Promise<void> {
    const { api, inventory, now } = this.#parts
    const asked = inventory.moment
    switch (kind) {
      case 'containers':
        return inventory.setContainers(
          objectsOf(await api.get('/containers/json', { all: '1' }, signal)),
          asked,
        )
      case 'images':
        return inventory.setImages(objectsOf(await api.get('/images/json', {}, signal)), now())
      case 'volumes':
        return inventory.setVolumes(objectsOf(objectOf(await api.get('/volumes', {}, signal))['Volumes']))
      case 'networks':
        return inventory.setNetworks(objectsOf(await api.get('/networks', {}, signal)))
    }
  }

  /** Those that no event has brought an inspect for. */
  async #inspectNew(signal: AbortSignal): Promise<void> {
    const { api, inventory, now } = this.#parts
    const ids = [...inventory.containers.values()].flatMap(({ id, inspected }) => (inspected ? [] : [id]))
    const next = async (): Promise<void> => {
      for (let id = ids.pop(); id !== undefined && !signal.aborted; id = ids.pop()) {
        if (inventory.containers.get(id)?.inspected === true) continue
        const asked = inventory.moment
        // Gone meanwhile: its event or the next list says so.
        const answer = await api.get(`/containers/${id}/json`, {}, signal).catch(() => undefined)
        if (answer !== undefined && inventory.containers.has(id))
          inventory.learn(id, containerFacts(answer), now(), asked)
      }
    }
    await Promise.all(Array.from({ length: inspectsAtATime }, next))
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#outdated.size > 0) return
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    await pause(ms, AbortSignal.any([signal, woken.signal]))
    if (!woken.signal.aborted) for (const kind of everything) this.#outdated.add(kind)
    this.#wake = () => undefined
  }
}
