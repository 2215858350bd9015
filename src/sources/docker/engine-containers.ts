import type { ContainerChange, KnownContainer } from './known-containers.ts'
import { KnownContainers } from './known-containers.ts'

/**
 * The containers of one engine, twice: as they are after everything that was received, and after everything that is stored. Who goes on after
 * this process was killed knows the second: what was only received is told again, or found by comparing.
 */
export class EngineContainers {
  readonly received: KnownContainers
  readonly stored: KnownContainers
  #storedNano: bigint | undefined

  constructor(limit: number) {
    this.received = new KnownContainers(limit)
    this.stored = new KnownContainers(limit)
  }

  /** After this what an earlier process left counts as received. `storedNano`: of the newest stored event. */
  begin(storedNano: bigint | undefined): void {
    this.#storedNano = storedNano
    for (const [id, container] of this.stored.entries()) this.received.set(id, container)
  }

  store(change: ContainerChange): void {
    this.stored.apply(change)
  }

  storedUntil(nano: bigint | undefined): void {
    this.#storedNano = nano
  }

  /** One that a listing showed. When it may be so new that its creation is still on its way, only an event makes it stored. */
  list(id: string, container: KnownContainer, createdNano: bigint): void {
    if (!this.received.get(id)) this.received.set(id, container)
    const isOld = this.#storedNano === undefined || createdNano < this.#storedNano - 1_000_000_000n
    if (isOld && !this.stored.get(id)) this.stored.set(id, container)
  }
}
