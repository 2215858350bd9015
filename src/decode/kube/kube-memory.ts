import { AuditIdMemory } from './audit-id-memory.ts'

/** Entries in the order of their last change; the oldest goes when there are too many. */
class BoundedMap<V> {
  readonly #limit: number
  readonly #entries = new Map<string, V>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    const [oldest] = this.#entries.size >= this.#limit ? this.#entries.keys() : []
    if (oldest !== undefined) this.#entries.delete(oldest)
    this.#entries.set(key, value)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}

export interface KnownPod {
  readonly risks: string
  readonly createdBy: string
  readonly createdAtMs: number
  readonly enteredBy: string | undefined
}

export interface Grant {
  readonly role: string
  readonly by: string
  readonly atMs: number
}

/**
 * What a cluster's audit events said about pods and rights, as far as later events need it. Bounded: what was seen longest ago is forgotten first.
 * Filled by decoding alone, so that replaying stored events brings it back.
 */
export class KubeMemory {
  /** By cluster, namespace, name. */
  readonly pods = new BoundedMap<KnownPod>(20_000)
  /** Risks of a workload that were already told, by cluster, namespace, kind, name. */
  readonly workloads = new BoundedMap<string>(10_000)
  /** By cluster and user name. */
  readonly grants = new BoundedMap<Grant>(5_000)
  /** Long-running requests whose start was told. */
  readonly started = new BoundedMap<true>(20_000)
  readonly auditIds = new AuditIdMemory(50_000)
  /** Who created a secret, by cluster, namespace, name. */
  readonly secrets = new BoundedMap<{ readonly by: string; readonly atMs: number }>(2_000)
}
