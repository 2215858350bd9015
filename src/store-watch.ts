import type { HealthCheck } from './api/api-options.ts'
import type { OwnEvent } from './sources/self/self.ts'
import type { Damage } from './store/disk/damage.ts'
import type { Trouble, TroubleKind } from './store/disk/troubles.ts'

interface Since {
  readonly atMs: number
  readonly reason: string
}

const what: Readonly<Record<TroubleKind, string>> = {
  store: 'events cannot be stored',
  search: 'events cannot be made searchable',
}

/**
 * Turns what happens to the store into events of our own and a line of the health page. What cannot be stored now is stored, with the time at
 * which it happened, as soon as anything can.
 */
export class StoreWatch {
  readonly #now: () => number
  readonly #troubles = new Map<TroubleKind, Since>()
  readonly #waiting: OwnEvent[] = []
  #record: ((event: OwnEvent) => void) | undefined
  #damages = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** From now on events go there, first those that happened before. */
  tellsTo(record: (event: OwnEvent) => void): void {
    this.#record = record
    for (const event of this.#waiting.splice(0)) record(event)
  }

  damaged({ file, movedTo, reason, lost }: Damage): void {
    this.#damages += 1
    this.#tell({ kind: 'store-damaged', file, folder: movedTo, reason, lost })
  }

  trouble({ kind, reason }: Trouble): void {
    const before = this.#troubles.get(kind)
    if (reason !== undefined) {
      this.#troubles.set(kind, { atMs: this.#now(), reason })
      this.#tell({ kind: 'store-trouble', trouble: what[kind], reason })
      return
    }
    this.#troubles.delete(kind)
    const seconds = Math.round((this.#now() - (before?.atMs ?? this.#now())) / 1000)
    this.#tell({ kind: 'store-recovered', trouble: what[kind], seconds })
  }

  clockJumped(byMs: number): void {
    this.#tell({ kind: 'clock-changed', seconds: Math.round(byMs / 1000) })
  }

  check(): HealthCheck {
    const base = { id: 'store', title: 'Store' }
    const [[kind, { atMs, reason }] = [undefined, { atMs: 0, reason: '' }]] = this.#troubles
    if (kind !== undefined)
      return {
        ...base,
        state: 'error',
        detail: `${what[kind]} since ${new Date(atMs).toISOString().slice(0, 19)}Z: ${reason}`,
        advice:
          'make HOME/data writable again (space, permissions, mount); everything goes on by itself then',
      }
    if (this.#damages > 0)
      return {
        ...base,
        state: 'warning',
        detail: `${this.#damages} damaged files since the start; rule 409002 says what was lost`,
        advice: 'quaywatch store verify; restore a backup if the events are needed',
      }
    return { ...base, state: 'ok', detail: 'events are stored and searchable' }
  }

  #tell(event: OwnEvent): void {
    if (this.#record) this.#record(event)
    else this.#waiting.push(event)
  }
}
