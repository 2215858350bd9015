/** `store`: nothing can be stored. `search`: what is stored cannot be made searchable. */
export type TroubleKind = 'store' | 'search'

export interface Trouble {
  readonly kind: TroubleKind
  /** Absent: it is over. */
  readonly reason?: string
}

/** Tells when a trouble begins and when it ends, once each. */
export class Troubles {
  readonly #tell: (trouble: Trouble) => void
  readonly #now = new Set<TroubleKind>()

  constructor(tell: (trouble: Trouble) => void) {
    this.#tell = tell
  }

  begins(kind: TroubleKind, reason: string): void {
    if (this.#now.has(kind)) return
    this.#now.add(kind)
    this.#tell({ kind, reason })
  }

  isOver(kind: TroubleKind): void {
    if (this.#now.delete(kind)) this.#tell({ kind })
  }
}
