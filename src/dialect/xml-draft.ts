import type { Place } from './problem.ts'

/** A piece of the source; several when comments were removed from between them. */
export interface Piece {
  readonly from: number
  readonly to: number
}

/** The lines of one text, for places in it. */
export class Lines {
  readonly #file: string
  readonly #starts: number[] = [0]

  constructor(text: string, file: string) {
    this.#file = file
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  place(offset: number): Place {
    let low = 0
    let high = this.#starts.length
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return { file: this.#file, line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 }
  }
}

/** Most places are never asked for: they are worked out when they are. */
export class AttributeDraft {
  readonly name: string
  value: string
  readonly from: number
  readonly valueFrom: number
  readonly #lines: Lines

  constructor(name: string, value: string, offsets: { from: number; valueFrom: number }, lines: Lines) {
    this.name = name
    this.value = value
    this.from = offsets.from
    this.valueFrom = offsets.valueFrom
    this.#lines = lines
  }

  get at(): Place {
    return this.#lines.place(this.from)
  }
}

const nothing: readonly never[] = []

export class ElementDraft {
  readonly name: string
  attributes: readonly AttributeDraft[] = nothing
  content = ''
  children: readonly ElementDraft[] = nothing
  #ownChildren: ElementDraft[] | undefined = undefined
  readonly #lines: Lines
  readonly #from: number
  /** Of the content. */
  contentFrom: number
  pieces: readonly Piece[] = nothing

  constructor(name: string, from: number, lines: Lines) {
    this.name = name
    this.#from = from
    this.contentFrom = from
    this.#lines = lines
  }

  add(child: ElementDraft): void {
    if (this.#ownChildren) this.#ownChildren.push(child)
    else {
      this.#ownChildren = [child]
      this.children = this.#ownChildren
    }
  }

  get at(): Place {
    return this.#lines.place(this.#from)
  }

  get contentAt(): Place {
    return this.#lines.place(this.contentFrom)
  }
}
