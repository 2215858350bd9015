import { LiteralIndex } from '../dialect/literal-index.ts'
import { type Condition, dependsOnValue } from './condition.ts'
import type { Evaluation } from './evaluation.ts'
import type { RuleNode } from './rule.ts'

/** One pass over the text pays for so many rules that need a text, when the text has no more bytes than this for each of them. */
const fewestSearched = 6
const bytesPerSearched = 14
/** Lists that are hardly ever used get no index. */
const usesBeforeIndex = 16
const mostSearched = 256

/** A sibling that could match. */
export interface Candidate {
  readonly node: RuleNode
  /** Those that are not known to hold already. */
  readonly conditions: readonly Condition[]
}

/** Siblings in the order in which they are tried. */
export class Candidates {
  readonly list: readonly Candidate[]
  /** Bit of each sibling among those found by text; −1: to be tried in any case. */
  readonly bits: Int16Array
  readonly #texts: (readonly string[])[] = []
  #uses = 0
  #index: LiteralIndex | undefined = undefined
  readonly #found: Int32Array
  readonly #all: Int32Array

  constructor(list: readonly Candidate[]) {
    this.list = list
    this.bits = Int16Array.from(list, ({ conditions }) => {
      const texts = neededTexts(conditions)
      return texts && this.#texts.length < mostSearched ? this.#texts.push(texts) - 1 : -1
    })
    this.#found = new Int32Array(Math.ceil(this.#texts.length / 32))
    this.#all = this.#found.map(() => -1)
    if (this.#texts.length < fewestSearched) this.bits.fill(-1)
  }

  /** The siblings whose texts the event has, as `bits` counts them; good until the next call. */
  found(evaluation: Evaluation): Int32Array {
    if (evaluation.event.log.length > this.#texts.length * bytesPerSearched) return this.#all
    this.#uses += 1
    if (this.#uses < usesBeforeIndex) return this.#all
    if (this.#uses === usesBeforeIndex) this.#index = LiteralIndex.of(this.#texts)
    if (this.#index === undefined) return this.#all
    this.#index.find(evaluation.lowerLog, this.#found)
    return this.#found
  }
}

/** The most telling texts of one condition, one of which must be in the text of the event. Values are quicker to test. */
function neededTexts(conditions: readonly Condition[]): readonly string[] | undefined {
  if (conditions.some(dependsOnValue)) return undefined
  let best: readonly string[] | undefined
  let bestLength = 0
  for (const { needs } of conditions) {
    const length = needs === undefined ? 0 : Math.min(...needs.map((text) => text.length))
    if (length > bestLength) [best, bestLength] = [needs, length]
  }
  return best
}
