import { AuditIdMemory } from './audit-id-memory.ts'

/** Entries in the order of their last change; the oldest goes when there are too many. */
export class BoundedMap<V> {
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

  entries(): Iterable<readonly [key: string, value: V]> {
    return this.#entries.entries()
  }
}

export interface KnownPod {
  readonly risks: string
  readonly createdBy: string
  readonly createdAtMs: number
  readonly enteredBy: string | undefined
}

/** What somebody was refused lately, and what else the same client asked for meanwhile. */
export interface Attempts {
  readonly sinceMs: number
  refused: number
  requests: number
  /** `list secrets` that was refused. */
  readonly kinds: Set<string>
  readonly resources: Set<string>
  readonly uris: Set<string>
  /** Refusals at which many were told last; the next time is at twice as many. */
  toldAt: number
  isMappingTold: boolean
}

/** Somebody who came back. */
export interface Silence {
  readonly days: number
  readonly endedAtMs: number
}

/** What is known of somebody: the program and network used last, when the API server last heard of them, and what was refused, by address. */
export interface ActorState {
  program: string | undefined
  network: string | undefined
  /** By the clock of the API server; of people only. */
  lastSeenMs: number | undefined
  /** Until it was told. */
  silence: Silence | undefined
  attempts: Map<string, Attempts> | undefined
}

/** Where a credential was seen first. */
export interface CredentialUse {
  readonly ip: string
  readonly program: string
}

/** Who read the token of a pod, from where. */
export interface ReadToken {
  readonly by: string
  readonly ip: string
  readonly atMs: number
}

/** Failure policy and selectors of each webhook, by its name. */
export type KnownWebhooks = ReadonlyMap<
  string,
  { readonly failurePolicy: string; readonly selectors: string }
>

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
  /** Image of each container of a workload or pod, by cluster, resource, namespace, name. */
  readonly images = new BoundedMap<ReadonlyMap<string, string>>(10_000)
  /** Users who were made administrators, and by whom. Unlike grants they stay. */
  readonly administrators = new BoundedMap<string>(5_000)
  /** Bindings made lately, by cluster and name, with who made them. */
  readonly bindings = new BoundedMap<{ readonly by: string; readonly atMs: number }>(5_000)
  /** By cluster and credential id. */
  readonly credentials = new BoundedMap<CredentialUse>(20_000)
  /** By cluster, namespace and pod. */
  readonly readTokens = new BoundedMap<ReadToken>(5_000)
  /** By cluster and user. */
  readonly actors = new BoundedMap<ActorState>(20_000)
  /** By cluster and registry of images. */
  readonly registries = new BoundedMap<true>(5_000)
  /** Whether a node wants the certificate, by cluster and name of the request. */
  readonly signingRequests = new BoundedMap<boolean>(2_000)
  /** What service accounts do again and again. */
  readonly habits = new BoundedMap<true>(20_000)
  /** By cluster, resource, namespace and name of a binding, which never changes its role. */
  readonly bindingRoles = new BoundedMap<string>(5_000)
  /** Pod security level that a namespace enforces, by cluster and name. */
  readonly namespaces = new BoundedMap<string>(5_000)
  /** What an admission webhook configuration lets pass, by cluster, resource and name. */
  readonly webhooks = new BoundedMap<KnownWebhooks>(1_000)
  /** By cluster and user name. */
  readonly grants = new BoundedMap<Grant>(5_000)
  /** Long-running requests whose start was told. */
  readonly started = new BoundedMap<true>(20_000)
  readonly auditIds = new AuditIdMemory(50_000)
  /** Who created a secret, by cluster, namespace, name. */
  readonly secrets = new BoundedMap<{ readonly by: string; readonly atMs: number }>(2_000)
}
