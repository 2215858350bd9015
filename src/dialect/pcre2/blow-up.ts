import { overlap } from './byte-set.ts'
import { firstBytes } from './facts.ts'
import type { Node } from './node.ts'

/** From so many iterations on a loop over an ambiguous body costs too much. */
const manyTimes = 10
/** Counts below this are read as so many copies, others as unbounded. */
const manyCopies = 4
const maxPositions = 120
/** Bits of choice that cost as much as one more pass over a usual subject. */
const bitsPerPass = 9

/**
 * Can a backtracking matcher need a number of steps that grows exponentially with the subject? It can when a loop can read the same
 * text in two ways (Weideman et al., "Analyzing matching time behavior of backtracking regular expression matchers", 2016).
 * Conservative: very large loops count as such. `times`: iterations of the loops around the node.
 */
export function isExponential(node: Node, times = 1): boolean {
  switch (node.kind) {
    case 'sequence':
      return node.items.some((item) => isExponential(item, times))
    case 'either':
      return node.branches.some((branch) => isExponential(branch, times))
    case 'group':
    case 'look':
    case 'atomic':
      return isExponential(node.body, times)
    case 'repeat': {
      if (node.mode === 'possessive' || node.body.kind === 'set') return false
      const all = times * Math.max(node.max, 1)
      return (node.max > 1 && all >= manyTimes && isAmbiguousLoop(node.body)) || isExponential(node.body, all)
    }
    default:
      return false
  }
}

/**
 * The exponent of what a failing match can cost: passes over the subject that nest. Bounded choices count a part,
 * unbounded loops `perLoop`.
 */
export function costExponent(node: Node, perLoop = 1): number {
  switch (node.kind) {
    case 'sequence':
      return node.items.reduce((sum, item) => sum + costExponent(item, perLoop), 0)
    case 'either':
      return (
        Math.max(...node.branches.map((branch) => costExponent(branch, perLoop))) +
        choice(alikeBranches(node.branches))
      )
    case 'group':
    case 'look':
    case 'atomic':
      return costExponent(node.body, perLoop)
    case 'repeat': {
      const own = node.max === Infinity ? perLoop : choice(node.max - node.min + 1)
      return own + costExponent(node.body, perLoop) * Math.min(Math.max(node.max, 1), manyTimes)
    }
    default:
      return 0
  }
}

function choice(ways: number): number {
  return Math.min(1, Math.log2(ways) / bitsPerPass)
}

/** How many branches may begin alike. */
function alikeBranches(branches: readonly Node[]): number {
  const firsts = branches.map(firstBytes)
  const alike = firsts.filter((one, i) =>
    firsts.some((other, k) => i !== k && (!one || !other || overlap(one, other))),
  )
  return Math.max(1, alike.length)
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
    if (max >= manyCopies) {
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
