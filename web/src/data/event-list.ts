import { signal } from '@preact/signals'
import type { Hit, SearchAnswer } from './answers.ts'
import type { Problem } from './client.ts'
import { apiUrl, call, me, parseAnswer, Problem as ProblemClass, queryString } from './client.ts'

const pageSize = 200
const mostRows = 20_000
const mostPending = 5000
const calmMs = 250

interface Question {
  readonly ds: string
  readonly q: string
  readonly f: readonly string[]
  readonly from: string | undefined
  readonly to: string | undefined
  readonly sort: 'newest' | 'oldest'
  readonly muted: string
}

/** Rows of the Events page: pages from the search, and what the live tail adds on top. */
export class EventList {
  readonly hits = signal<readonly Hit[]>([])
  readonly total = signal<SearchAnswer['total'] | undefined>(undefined)
  readonly isLoading = signal(true)
  readonly problem = signal<Problem | undefined>(undefined)
  readonly partial = signal<string | undefined>(undefined)
  /** Arrived while the reader was looking further down. */
  readonly pending = signal<readonly Hit[]>([])
  readonly dropped = signal(0)
  /** More came in than the stream repeats: only a new search has it. */
  readonly isBehind = signal(false)
  readonly tail = signal<'off' | 'connecting' | 'live' | 'broken'>('off')
  /** True while new rows must not move what is being read. */
  isHeld = false
  #question: Question | undefined
  #next: number | undefined
  #cancel = new AbortController()
  #stream: EventSource | undefined
  #arrived: Hit[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #settledAt = 0
  /** Everything up to it is shown, waits in `pending`, or does not match. */
  #newest = 0
  #isCatchingUp = false

  async load(question: Question): Promise<void> {
    this.close()
    this.#question = question
    this.#cancel = new AbortController()
    this.isLoading.value = true
    this.pending.value = []
    this.dropped.value = 0
    this.isBehind.value = false
    await this.#page(undefined)
  }

  async more(): Promise<void> {
    if (this.isLoading.value || this.#next === undefined) return
    this.isLoading.value = true
    await this.#page(this.#next)
  }

  get hasMore(): boolean {
    return this.#next !== undefined
  }

  async #page(after: number | undefined): Promise<void> {
    const { signal: cancelled } = this.#cancel
    try {
      const path = `/search${queryString({ ...this.#question, limit: pageSize, after })}`
      const answer = await call<SearchAnswer>({ path }, cancelled)
      if (cancelled.aborted) return
      this.hits.value = after === undefined ? answer.hits : [...this.hits.value, ...answer.hits]
      if (after === undefined) this.#newest = Math.max(answer.head, answer.hits[0]?.position ?? 0)
      this.#next = answer.next
      this.total.value = answer.total
      this.partial.value = answer.partial
      this.problem.value = undefined
    } catch (error) {
      if (cancelled.aborted) return
      this.problem.value = error instanceof ProblemClass ? error : new ProblemClass(0, {})
    }
    this.isLoading.value = false
  }

  /** Begins where the list ends, so that nothing is missed between the search and the stream. */
  follow(): void {
    if (this.#stream || !this.#question) return
    this.tail.value = 'connecting'
    const { ds, q, f, muted } = this.#question
    const stream = new EventSource(apiUrl(`/tail${queryString({ ds, q, f, muted, since: this.#newest })}`))
    this.#stream = stream
    stream.addEventListener('batch', (event) => this.#receive(String(event.data)))
    stream.addEventListener('ping', () => (this.tail.value = 'live'))
    stream.addEventListener('dropped', (event) => {
      const { count } = parseAnswer<{ count: number }>(String(event.data))
      this.dropped.value += count
      // They are stored and match: only this list does not hold them.
      this.#countMore(count)
    })
    stream.addEventListener('gap', () => {
      this.isBehind.value = true
      if (!this.isHeld) this.showPending()
    })
    stream.addEventListener('auth-expired', () => (me.value = null))
    stream.addEventListener('error', () => (this.tail.value = 'broken'))
  }

  unfollow(): void {
    this.#stream?.close()
    this.#stream = undefined
    this.tail.value = 'off'
  }

  close(): void {
    this.#cancel.abort()
    this.unfollow()
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#arrived = []
    this.#newest = 0
    this.#isCatchingUp = false
  }

  #receive(data: string): void {
    this.tail.value = 'live'
    // The stream sends what the search sends; both come from the same schema.
    this.#arrived.push(...parseAnswer<Hit[]>(data))
    if (this.#arrived.length > mostPending) {
      this.dropped.value += this.#arrived.length - mostPending
      this.#countMore(this.#arrived.length - mostPending)
      this.#arrived = this.#arrived.slice(-mostPending)
    }
    // One event is shown at once; a flood four times a second, which is as fast as anybody reads.
    if (this.#timer !== undefined) return
    const wait = Math.max(0, this.#settledAt + calmMs - performance.now())
    this.#timer = setTimeout(() => this.#settle(), wait)
  }

  #settle(): void {
    this.#timer = undefined
    if (this.#isCatchingUp) return
    this.#settledAt = performance.now()
    const known = this.#newest
    const fresh = this.#arrived.filter((hit) => hit.position > known).reverse()
    this.#arrived = []
    const [first] = fresh
    if (!first) return
    this.#newest = first.position
    this.#countMore(fresh.length)
    this.pending.value = [...fresh, ...this.pending.value].slice(0, mostPending)
    if (!this.isHeld) this.showPending()
  }

  #countMore(count: number): void {
    const total = this.total.value
    if (total) this.total.value = { ...total, value: total.value + count }
  }

  /** Asks anew; what the stream brings meanwhile comes on top of the answer. */
  async #catchUp(): Promise<void> {
    this.#cancel.abort()
    this.#cancel = new AbortController()
    const { signal: cancelled } = this.#cancel
    this.isBehind.value = false
    this.isLoading.value = true
    this.pending.value = []
    this.#isCatchingUp = true
    await this.#page(undefined)
    if (cancelled.aborted) return
    this.#isCatchingUp = false
    this.#settle()
  }

  showPending(): void {
    if (this.isBehind.value) {
      void this.#catchUp()
      return
    }
    if (this.pending.value.length === 0) return
    const all = [...this.pending.value, ...this.hits.value]
    const last = all[mostRows - 1]
    // Rows that fell off the end come back from the search when somebody scrolls there.
    if (all.length > mostRows && last) this.#next = last.position
    this.hits.value = all.slice(0, mostRows)
    this.pending.value = []
  }
}
