import { overlap } from './byte-set.ts'
import type { Node } from './node.ts'

/** A count from here on is as good as unbounded for what it can cost. */
const manyTimes = 10
const maxPositions = 120

/**
 * Can a backtracking matcher need a number of steps that grows exponentially with the subject? It can when a loop can read the same
 * text in two ways (Weideman et al., "Analyzing matching time behavior of backtracking regular expression matchers", 2016).
 * Conservative: very large loops count as such.
 */
export function isExponential(node: Node): boolean {
  switch (node.kind) {
    case 'sequence':
      return node.items.some(isExponential)
    case 'either':
      return node.branches.some(isExponential)
    case 'group':
    case 'look':
    case 'atomic':
      return isExponential(node.body)
    case 'repeat':
      if (node.mode === 'possessive' || node.body.kind === 'set') return false
      return (node.max >= manyTimes && isAmbiguousLoop(node.body)) || isExponential(node.body)
    default:
      return false
  }
}

/** Unbounded loops on the longest way through the pattern: the exponent of what a failing match can cost. */
export function loopCount(node: Node): number {
  switch (node.kind) {
    case 'sequence':
      return node.items.reduce((sum, item) => sum + loopCount(item), 0)
    case 'either':
      return Math.max(...node.branches.map(loopCount))
    case 'group':
    case 'look':
    case 'atomic':
      return loopCount(node.body)
    case 'repeat':
      return loopCount(node.body) + (node.max >= manyTimes ? 1 : 0)
    default:
      return 0
  }
}

/** Positions of an automaton that reads a node (Glushkov): where it can begin and end. */
interface Part {
  readonly first: readonly number[]
  readonly last: readonly number[]
  readonly isNullable: boolean
}

const empty: Part = { first: [], last: [], isNullable: true }

function isAmbiguousLoop(body: Node): boolean {
  const automaton = new Automaton()
  const part = automaton.read(body)
  automaton.connect(part.last, part.first)
  return automaton.isAmbiguous || automaton.sets.length > maxPositions || automaton.hasTwoWays()
}

class Automaton {
  readonly sets: Uint8Array[] = []
  readonly #next: Set<number>[] = []
  /** One step can be made in two ways. */
  isAmbiguous = false

  connect(from: readonly number[], to: readonly number[]): void {
    for (const one of from) {
      const next = this.#next[one]
      for (const other of to) {
        if (next?.has(other)) this.isAmbiguous = true
        next?.add(other)
      }
    }
  }

  read(node: Node): Part {
    if (this.sets.length > maxPositions) return empty
    switch (node.kind) {
      case 'set': {
        const position = this.sets.push(node.members) - 1
        this.#next.push(new Set())
        return { first: [position], last: [position], isNullable: false }
      }
      case 'sequence':
        return node.items.reduce<Part>((before, item) => this.#join(before, this.read(item)), empty)
      case 'either': {
        const parts = node.branches.map((branch) => this.read(branch))
        return {
          first: parts.flatMap(({ first }) => first),
          last: parts.flatMap(({ last }) => last),
          isNullable: parts.some(({ isNullable }) => isNullable),
        }
      }
      case 'group':
      case 'atomic':
        return this.read(node.body)
      case 'repeat':
        return this.#repeat(node)
      default:
        return empty
    }
  }

  #join(one: Part, other: Part): Part {
    this.connect(one.last, other.first)
    return {
      first: one.isNullable ? [...one.first, ...other.first] : one.first,
      last: other.isNullable ? [...one.last, ...other.last] : other.last,
      isNullable: one.isNullable && other.isNullable,
    }
  }

  #repeat({ body, min, max }: Node & { readonly kind: 'repeat' }): Part {
    if (max >= manyTimes) {
      const part = this.read(body)
      this.connect(part.last, part.first)
      return { ...part, isNullable: min === 0 || part.isNullable }
    }
    let all = empty
    for (let i = 0; i < max; i += 1) {
      const part = this.read(body)
      all = this.#join(all, i < min ? part : { ...part, isNullable: true })
    }
    return all
  }

  /** From one position two different ways lead, over the same text, to one position again. All positions reach each other. */
  hasTwoWays(): boolean {
    const size = this.sets.length
    const seen = new Uint8Array(size * size)
    const waiting: (readonly [number, number])[] = []
    const visit = (one: number, other: number) => {
      const at = one * size + other
      if (seen[at] === 1) return
      seen[at] = 1
      waiting.push([one, other])
    }
    for (let one = 0; one < size; one += 1) {
      for (const [left, right] of this.#steps(one, one)) if (left !== right) visit(left, right)
    }
    for (let pair = waiting.pop(); pair; pair = waiting.pop()) {
      for (const [left, right] of this.#steps(pair[0], pair[1])) {
        if (left === right) return true
        visit(left, right)
      }
    }
    return false
  }

  *#steps(one: number, other: number): Generator<readonly [number, number]> {
    for (const left of this.#next[one] ?? []) {
      for (const right of this.#next[other] ?? []) {
        const [leftSet, rightSet] = [this.sets[left], this.sets[right]]
        if (leftSet && rightSet && (left === right || overlap(leftSet, rightSet))) yield [left, right]
      }
    }
  }
}
