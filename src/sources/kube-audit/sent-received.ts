import type { AuditCounters } from './audit-counters.ts'
import type { HealthEvent } from './cluster-health.ts'

/** Fewer missing events are in flight, or were made before the first look. */
const tolerated = 20
const toleratedShare = 0.01
/** Back ends whose errors mean that we did not get something. `log` and others are none of ours. */
const ours = /^(?:webhook|buffered|truncate)$/

interface Server {
  events: number
  errors: number
}

/** Compares what the API servers of one cluster say they made with what came. */
export class SentReceived {
  readonly #cluster: string
  readonly #tell: (event: HealthEvent) => void
  readonly #servers = new Map<string, Server>()
  /** Events made since the first look, by all servers. */
  #sent = 0
  /** The same, two looks ago: retries of the API server may take that long. */
  #earlier: readonly number[] = []
  #receivedBefore: number | undefined
  /** Already told as missing. */
  #told = 0

  constructor(cluster: string, tell: (event: HealthEvent) => void) {
    this.#cluster = cluster
    this.#tell = tell
  }

  /** Events made since the first look. */
  get sent(): number {
    return this.#sent
  }

  /** Takes one look at every server that answered, and at what came from the cluster since the start. Resolves what is missing by now. */
  look(
    counters: ReadonlyMap<string, AuditCounters>,
    received: number,
  ): { readonly notSent: number; readonly notReceived: number } {
    let notSent = 0
    for (const [server, found] of counters) notSent += this.#add(server, found)
    this.#receivedBefore ??= received
    const notReceived = this.#missing(received - this.#receivedBefore)
    this.#earlier = [...this.#earlier, this.#sent].slice(-2)
    if (notSent > 0) this.#tell({ kind: 'kube-not-sent', cluster: this.#cluster, count: notSent })
    if (notReceived > 0)
      this.#tell({
        kind: 'kube-missing',
        cluster: this.#cluster,
        count: notReceived,
        sent: this.#sent,
        received: received - this.#receivedBefore,
      })
    return { notSent, notReceived }
  }

  /** Counts what a server did since the look before; after a restart its counters begin at zero. Resolves its new errors. */
  #add(server: string, { events, errors }: AuditCounters): number {
    const failed = [...errors].reduce((sum, [plugin, count]) => sum + (ours.test(plugin) ? count : 0), 0)
    const before = this.#servers.get(server)
    this.#servers.set(server, { events, errors: failed })
    if (before === undefined) return 0
    const isRestarted = events < before.events
    this.#sent += isRestarted ? events : events - before.events
    return isRestarted ? failed : Math.max(0, failed - before.errors)
  }

  #missing(received: number): number {
    const [expected] = this.#earlier.length === 2 ? this.#earlier : []
    if (expected === undefined) return 0
    const missing = expected - received - this.#told
    if (missing <= Math.max(tolerated, toleratedShare * expected)) return 0
    this.#told += missing
    return missing
  }
}
