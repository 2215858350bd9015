import type { ByteString } from '../event/byte-string.ts'
import type { Child } from './decoder-tree.ts'
import { canStartWith, emptyLog } from './first-byte.ts'

/** The children of one root in the order in which their prematches are tried (spec/decoders.md §6.5). */
export class ChildOrder {
  readonly #children: readonly Child[]
  /** Members of a chain behind the first are never tried: a chain whose first member failed is skipped. */
  readonly #heads: readonly number[]
  readonly #byFirstByte: (readonly number[] | undefined)[] = Array.from({ length: 257 }, () => undefined)

  constructor(children: readonly Child[]) {
    this.#children = children
    this.#heads = children.flatMap((_, index) => (children[index - 1]?.hasSuccessor === true ? [] : [index]))
  }

  /** Indexes of those that can match at all. */
  candidates(log: ByteString, parentEnd: number): readonly number[] {
    // Where the text begins that a prematch sees differs between children.
    if (parentEnd !== 0) return this.#heads
    const byte = log === '' ? emptyLog : log.charCodeAt(0)
    return (this.#byFirstByte[byte] ??= this.#heads.filter((index) => {
      const child = this.#children[index]
      return child !== undefined && canStartWith(child.definition, byte)
    }))
  }
}
