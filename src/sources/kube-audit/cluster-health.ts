import type { Sender } from '../source.ts'
import { Flow } from './flow.ts'

/** What the webhook tells about its own work; rules 409020–409039 decide what is an alert. */
export interface HealthEvent {
  readonly kind:
    | 'kube-cluster-silent'
    | 'kube-cluster-back'
    | 'kube-server-silent'
    | 'kube-server-back'
    | 'kube-lag'
    | 'kube-lag-over'
    | 'kube-truncated'
    | 'kube-dead-letters'
    | 'kube-not-sent'
    | 'kube-missing'
  readonly cluster: string
  readonly [name: string]: string | number
}

interface Cluster {
  readonly flow: Flow
  /** By address of the connection. */
  readonly servers: Map<string, Flow>
  isLate: boolean
  truncated: number
  deadLetters: number
}

const lateMs = 30_000
/** Counts are told at most so often. */
const tellMs = 60_000
const mostClusters = 1_000
/** Behind an address that changes with every connection stand more; the one that was quiet longest is forgotten. */
const mostServers = 64
/** An API server that sent fewer bodies may have been a test, or an address of the moment. */
const fewBodies = 10

const seconds = (ms: number): number => Math.round(ms / 1000)

/** Watches what each cluster and each of its API servers sends. Says each change once. */
export class ClusterHealth {
  readonly #clusters = new Map<string, Cluster>()
  readonly #tell: (event: HealthEvent) => void
  readonly #now: () => number
  #toldAtMs = 0
  #ratedAtMs: number

  constructor(tell: (event: HealthEvent) => void, now: () => number) {
    this.#tell = tell
    this.#now = now
    this.#ratedAtMs = now()
  }

  /** What each cluster sends: `prod-eu (12.5 events/s, lag 0.8 s, 3 API servers)`. The rate is that of the last few seconds. */
  get summaries(): readonly string[] {
    return [...this.#clusters].map(([cluster, { flow, servers }]) => {
      const rate = flow.perSecond === undefined ? [] : [`${flow.perSecond.toFixed(1)} events/s`]
      const lag = flow.lagMs === undefined ? [] : [`lag ${(flow.lagMs / 1000).toFixed(1)} s`]
      const count = servers.size > 1 ? [`${servers.size} API servers`] : []
      const known = [...rate, ...lag, ...count]
      return known.length === 0 ? cluster : `${cluster} (${known.join(', ')})`
    })
  }

  /** Every API server that sent something lately. */
  get senders(): readonly Sender[] {
    return [...this.#clusters].flatMap(([cluster, { servers }]) =>
      [...servers].map(([server, { events, perSecond, lagMs, lastAtMs }]) => ({
        cluster,
        server,
        events,
        lastEventAtMs: lastAtMs,
        ...(perSecond === undefined ? {} : { eventsPerSecond: perSecond }),
        ...(lagMs === undefined ? {} : { lagSeconds: lagMs / 1000 }),
      })),
    )
  }

  get lastAtMs(): number | undefined {
    const times = [...this.#clusters.values()].map(({ flow }) => flow.lastAtMs)
    return times.length === 0 ? undefined : Math.max(...times)
  }

  /** Events of a cluster since the start; retries count again. */
  events(cluster: string): number {
    return this.#clusters.get(cluster)?.flow.events ?? 0
  }

  /** A body of the API server at `server` became durable. */
  stored(
    cluster: string,
    server: string,
    counts: { events: number; lagMs: number | undefined; deadLetters: number; truncated: number },
  ): void {
    const nowMs = this.#now()
    const state = this.#state(cluster, nowMs)
    const { events, lagMs } = counts
    const silentMs = state.flow.arrived(nowMs, events, lagMs)
    if (silentMs !== undefined)
      this.#tell({ kind: 'kube-cluster-back', cluster, silent_seconds: seconds(silentMs) })
    const awayMs = serverOf(state, server, nowMs).arrived(nowMs, events, lagMs)
    if (awayMs !== undefined && silentMs === undefined)
      this.#tell({ kind: 'kube-server-back', cluster, server, silent_seconds: seconds(awayMs) })
    state.truncated += counts.truncated
    state.deadLetters += counts.deadLetters
    if (lagMs === undefined || lagMs > lateMs === state.isLate) return
    state.isLate = !state.isLate
    this.#tell({
      kind: state.isLate ? 'kube-lag' : 'kube-lag-over',
      cluster,
      server,
      lag_seconds: seconds(lagMs),
    })
  }

  #state(cluster: string, nowMs: number): Cluster {
    let state = this.#clusters.get(cluster)
    if (state === undefined) {
      const [oldest] = this.#clusters.size >= mostClusters ? this.#clusters.keys() : []
      if (oldest !== undefined) this.#clusters.delete(oldest)
      state = { flow: new Flow(nowMs), servers: new Map(), isLate: false, truncated: 0, deadLetters: 0 }
      this.#clusters.set(cluster, state)
    }
    return state
  }

  /** Called now and then: tells what only time shows. */
  tick(): void {
    const nowMs = this.#now()
    const isTelling = nowMs - this.#toldAtMs >= tellMs
    if (isTelling) this.#toldAtMs = nowMs
    const passed = (nowMs - this.#ratedAtMs) / 1000
    this.#ratedAtMs = nowMs
    for (const [cluster, state] of this.#clusters) {
      const { flow, servers } = state
      if (passed > 0) for (const one of [flow, ...servers.values()]) one.rate(passed)
      const silentMs = flow.fellSilent(nowMs)
      if (silentMs !== undefined)
        this.#tell({ kind: 'kube-cluster-silent', cluster, silent_seconds: seconds(silentMs) })
      this.#tellSilentServers(cluster, state, nowMs)
      if (isTelling) this.#tellCounts(cluster, state)
    }
  }

  /** One of several API servers; when all of them are silent, the cluster is. */
  #tellSilentServers(cluster: string, { flow, servers }: Cluster, nowMs: number): void {
    for (const [server, one] of servers) {
      const silentMs = one.fellSilent(nowMs)
      if (silentMs !== undefined && !flow.isSilent && one.bodies >= fewBodies)
        this.#tell({ kind: 'kube-server-silent', cluster, server, silent_seconds: seconds(silentMs) })
    }
  }

  #tellCounts(cluster: string, state: Cluster): void {
    if (state.truncated > 0) this.#tell({ kind: 'kube-truncated', cluster, count: state.truncated })
    if (state.deadLetters > 0) this.#tell({ kind: 'kube-dead-letters', cluster, count: state.deadLetters })
    state.truncated = 0
    state.deadLetters = 0
  }
}

function serverOf({ servers }: Cluster, server: string, nowMs: number): Flow {
  const known = servers.get(server)
  if (known !== undefined) return known
  if (servers.size >= mostServers) {
    const [quietest] = [...servers].toSorted(([, left], [, right]) => left.lastAtMs - right.lastAtMs)
    if (quietest !== undefined) servers.delete(quietest[0])
  }
  const flow = new Flow(nowMs)
  servers.set(server, flow)
  return flow
}
