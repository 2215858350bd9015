import { BoundedMap } from './bounded-map.ts'
import type { ContainerChange, KnownContainer } from './known-containers.ts'
import { KnownContainers } from './known-containers.ts'

const rememberedFound = 4096
/** Half a megabyte of the cursor; more than an engine does in the seconds until the list is saved. */
const keptUnsaved = 2048

/**
 * The containers of one engine, twice: as they are after everything that was received, and after everything that is stored. Who goes on after
 * this process was killed knows the second: what was only received is told again, or found by comparing.
 */
export class EngineContainers {
  readonly received: KnownContainers
  readonly stored: KnownContainers
  #storedNano: bigint | undefined
  readonly #unsaved = new BoundedMap<string, { readonly version: number; readonly change: ContainerChange }>(
    keptUnsaved,
  )
  /** What happens once to a container, and was told without its event. */
  readonly #found = new BoundedMap<string, true>(rememberedFound)

  constructor(limit: number) {
    this.received = new KnownContainers(limit)
    this.stored = new KnownContainers(limit)
  }

  /** After this what an earlier process left counts as received. `storedNano`: of the newest stored event. */
  begin(storedNano: bigint | undefined): void {
    this.#storedNano = storedNano
    for (const [id, container] of this.stored.entries()) this.received.set(id, container)
  }

  /** Told now because no event told of it. */
  found({ action, actorId }: ContainerChange): void {
    if (action === 'create' || action === 'destroy') this.#found.set(`${action} ${actorId}`, true)
  }

  /** The event of something that was found came after all. */
  wasFound({ action, actorId }: ContainerChange): boolean {
    return this.#found.has(`${action} ${actorId}`)
  }

  store(change: ContainerChange): void {
    const before = this.stored.version
    this.stored.apply(change)
    const { version } = this.stored
    if (version === before) return
    const key = `${change.actorId} ${change.action} ${change.timeNano}`
    // An event that came without its facts is stored once more, with them.
    if (!this.#unsaved.has(key)) this.#unsaved.set(key, { version, change })
  }

  /**
   * Changes that are stored and may not be in the saved list of containers: they lie in the cursor, so that list and cursor together are never
   * older than what is stored. When there were more than 2,048 since the list was saved, one that happened in a gap may be told twice.
   */
  unsaved(): readonly ContainerChange[] {
    return [...this.#unsaved.entries()].map(([, { change }]) => change)
  }

  /** The list of what is stored was saved as it was at this version. */
  saved(version: number): void {
    for (const [key, one] of this.#unsaved.entries()) if (one.version <= version) this.#unsaved.delete(key)
  }

  storedUntil(nano: bigint | undefined): void {
    this.#storedNano = nano
  }

  /** One that a listing showed. When it may be so new that its creation is still on its way, only an event makes it stored. */
  list(id: string, container: KnownContainer, createdNano: bigint): void {
    this.received.show(id, container)
    const isOld = this.#storedNano === undefined || createdNano < this.#storedNano - 1_000_000_000n
    if (isOld) this.stored.show(id, container)
  }
}
