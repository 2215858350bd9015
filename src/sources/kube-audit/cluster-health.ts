/** What the webhook tells about its own work; rules 409020–409039 decide what is an alert. */
export interface HealthEvent {
  readonly kind:
    | 'kube-cluster-silent'
    | 'kube-cluster-back'
    | 'kube-lag'
    | 'kube-lag-over'
    | 'kube-truncated'
    | 'kube-dead-letters'
  readonly cluster: string
  readonly [name: string]: string | number
}

interface Cluster {
  lastAtMs: number
  /** Usual pause between two bodies, smoothed. */
  pauseMs: number
  isSilent: boolean
  isLate: boolean
  truncated: number
  deadLetters: number
  /** Of the last body whose age says something. */
  lagMs: number | undefined
  /** Events since the rate was last worked out. */
  recent: number
  perSecond: number | undefined
}

const lateMs = 30_000
/** Not before; an idle cluster still sends something every few seconds. */
const silentMs = 300_000
/** Counts are told at most so often. */
const tellMs = 60_000
const mostClusters = 1_000

/** Watches what each cluster sends. Says each change once. */
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

  /** What each cluster sends: `prod-eu (12.5 events/s, lag 0.8 s)`. The rate is that of the last few seconds. */
  get summaries(): readonly string[] {
    return [...this.#clusters].map(([cluster, { perSecond, lagMs }]) => {
      const rate = perSecond === undefined ? [] : [`${perSecond.toFixed(1)} events/s`]
      const lag = lagMs === undefined ? [] : [`lag ${(lagMs / 1000).toFixed(1)} s`]
      const known = [...rate, ...lag]
      return known.length === 0 ? cluster : `${cluster} (${known.join(', ')})`
    })
  }

  get lastAtMs(): number | undefined {
    const times = [...this.#clusters.values()].map(({ lastAtMs }) => lastAtMs)
    return times.length === 0 ? undefined : Math.max(...times)
  }

  /** A body became durable. */
  stored(
    cluster: string,
    counts: { events: number; lagMs: number | undefined; deadLetters: number; truncated: number },
  ): void {
    const nowMs = this.#now()
    const state = this.#state(cluster, nowMs)
    if (state.isSilent) {
      state.isSilent = false
      this.#tell({
        kind: 'kube-cluster-back',
        cluster,
        silent_seconds: Math.round((nowMs - state.lastAtMs) / 1000),
      })
    } else state.pauseMs = 0.9 * state.pauseMs + 0.1 * (nowMs - state.lastAtMs)
    state.lastAtMs = nowMs
    state.truncated += counts.truncated
    state.deadLetters += counts.deadLetters
    state.recent += counts.events
    if (counts.lagMs !== undefined) state.lagMs = counts.lagMs
    if (counts.lagMs !== undefined && counts.lagMs > lateMs !== state.isLate) {
      state.isLate = !state.isLate
      const lag_seconds = Math.round(counts.lagMs / 1000)
      this.#tell({ kind: state.isLate ? 'kube-lag' : 'kube-lag-over', cluster, lag_seconds })
    }
  }

  #state(cluster: string, nowMs: number): Cluster {
    let state = this.#clusters.get(cluster)
    if (state === undefined) {
      const [oldest] = this.#clusters.size >= mostClusters ? this.#clusters.keys() : []
      if (oldest !== undefined) this.#clusters.delete(oldest)
      state = {
        lastAtMs: nowMs,
        pauseMs: 0,
        isSilent: false,
        isLate: false,
        truncated: 0,
        deadLetters: 0,
        lagMs: undefined,
        recent: 0,
        perSecond: undefined,
      }
      this.#clusters.set(cluster, state)
    }
    return state
  }

  /** Called now and then: tells what only time shows. */
  tick(): void {
    const nowMs = this.#now()
    const isTelling = nowMs - this.#toldAtMs >= tellMs
    if (isTelling) this.#toldAtMs = nowMs
    const seconds = (nowMs - this.#ratedAtMs) / 1000
    this.#ratedAtMs = nowMs
    for (const [cluster, state] of this.#clusters) {
      if (seconds > 0) {
        state.perSecond = state.recent / seconds
        state.recent = 0
      }
      const silentForMs = nowMs - state.lastAtMs
      if (!state.isSilent && silentForMs > Math.max(silentMs, 10 * state.pauseMs)) {
        state.isSilent = true
        this.#tell({ kind: 'kube-cluster-silent', cluster, silent_seconds: Math.round(silentForMs / 1000) })
      }
      if (isTelling) this.#tellCounts(cluster, state)
    }
  }

  #tellCounts(cluster: string, state: Cluster): void {
    if (state.truncated > 0) this.#tell({ kind: 'kube-truncated', cluster, count: state.truncated })
    if (state.deadLetters > 0) this.#tell({ kind: 'kube-dead-letters', cluster, count: state.deadLetters })
    state.truncated = 0
    state.deadLetters = 0
  }
}
