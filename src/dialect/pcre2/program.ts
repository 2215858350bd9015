import { lookBehindBranches } from './look-behind.ts'
import type { Assertion, Node, Parsed } from './node.ts'

/** Instructions of the backtracking machine; their operands follow them in the code. */
export const op = {
  /** set: one byte of it. */
  set: 0,
  /** to */
  jump: 1,
  /** to: go on here, come back there. */
  fork: 2,
  /** to: go there, come back here. */
  forkAway: 3,
  /** register: the position into it. */
  position: 4,
  /** group, register: the group spans from the register to here. */
  close: 5,
  /** assertion */
  assert: 6,
  /** group, caseless */
  back: 7,
  /** set, min, max (-1: any), mode: a repeated set. */
  run: 8,
  /** register: the height of the stack into it. */
  mark: 9,
  /** register: forget the choices above the mark. */
  cut: 10,
  /** register: to the position in it. */
  restore: 11,
  /** register: back to the mark, and fail. */
  failTo: 12,
  /** bytes: that many back, or fail. */
  behind: 13,
  /** register: 0 into it. */
  zero: 14,
  /** counter, min, max (-1: any), isLazy, exit: one more iteration, which a `count` begins, or leave. */
  loop: 15,
  /** counter, register, min, exit: leave after an empty iteration. */
  leaveIfEmpty: 16,
  /** register: 1 more in it. */
  count: 17,
  match: 18,
} as const

export const runGreedy = 0
export const runLazy = 1
export const runPossessive = 2

export const assertionCodes: readonly Assertion[] = [
  'start',
  'lineStart',
  'end',
  'lineEnd',
  'veryEnd',
  'word',
  'notWord',
]

export interface Program {
  readonly code: Int32Array
  readonly sets: readonly Uint8Array[]
  /** The first `2 * (groups + 1)` hold the groups. */
  readonly registers: number
}

export function compileProgram({ root, groups }: Parsed): Program {
  const compiler = new Compiler(2 * (groups + 1))
  compiler.add(root)
  compiler.code.push(op.match)
  return {
    code: Int32Array.from(compiler.code),
    sets: compiler.sets,
    registers: compiler.registers,
  }
}

class Compiler {
  readonly code: number[] = []
  readonly sets: Uint8Array[] = []
  registers: number

  constructor(registers: number) {
    this.registers = registers
  }

  add(node: Node): void {
    switch (node.kind) {
      case 'set':
        this.code.push(op.set, this.#setIndex(node.members))
        return
      case 'sequence':
        for (const item of node.items) this.add(item)
        return
      case 'either':
        this.#addBranches(node.branches.map((branch) => () => this.add(branch)))
        return
      case 'group':
        this.#addGroup(node.index, node.body)
        return
      case 'atomic':
        this.#addAtomic(() => this.add(node.body))
        return
      case 'look':
        this.#addLook(node)
        return
      case 'repeat':
        this.#addRepeat(node)
        return
      case 'assert':
        this.code.push(op.assert, assertionCodes.indexOf(node.what))
        return
      case 'back':
        this.code.push(op.back, node.index, node.isCaseless ? 1 : 0)
    }
  }

  #register(): number {
    this.registers += 1
    return this.registers - 1
  }

  #setIndex(members: Uint8Array): number {
    const known = this.sets.findIndex((set) => set.every((member, byte) => member === members[byte]))
    return known === -1 ? this.sets.push(members) - 1 : known
  }

  /** Leaves a hole for an address; the result fills it with where the code has got to. */
  #hole(): () => void {
    const at = this.code.push(-1) - 1
    return () => {
      this.code[at] = this.code.length
    }
  }

  #addBranches(branches: readonly (() => void)[]): void {
    const ends: (() => void)[] = []
    branches.forEach((addBranch, index) => {
      const isLast = index === branches.length - 1
      if (!isLast) this.code.push(op.fork)
      const fillNext = isLast ? undefined : this.#hole()
      addBranch()
      if (!fillNext) return
      this.code.push(op.jump)
      ends.push(this.#hole())
      fillNext()
    })
    for (const fill of ends) fill()
  }

  #addGroup(index: number, body: Node): void {
    const register = this.#register()
    this.code.push(op.position, register)
    this.add(body)
    this.code.push(op.close, index, register)
  }

  #addAtomic(addBody: () => void): void {
    const mark = this.#register()
    this.code.push(op.mark, mark)
    addBody()
    this.code.push(op.cut, mark)
  }

  #addLook({ isAhead, isNegative, body }: Node & { readonly kind: 'look' }): void {
    const addBody = () => {
      if (isAhead) return this.add(body)
      const branches = lookBehindBranches(body).map(({ node, length }) => () => {
        this.code.push(op.behind, length)
        this.add(node)
      })
      return this.#addBranches(branches)
    }
    if (!isNegative) {
      const position = this.#register()
      this.code.push(op.position, position)
      this.#addAtomic(addBody)
      this.code.push(op.restore, position)
      return
    }
    const mark = this.#register()
    this.code.push(op.mark, mark, op.fork)
    const fill = this.#hole()
    addBody()
    this.code.push(op.failTo, mark)
    fill()
  }

  #addRepeat(node: Node & { readonly kind: 'repeat' }): void {
    const { body, min, max, mode } = node
    if (max === 0) return
    if (body.kind === 'set') {
      const how = { greedy: runGreedy, lazy: runLazy, possessive: runPossessive }[mode]
      this.code.push(op.run, this.#setIndex(body.members), min, max === Infinity ? -1 : max, how)
    } else if (mode === 'possessive') this.#addAtomic(() => this.#addLoop({ ...node, mode: 'greedy' }))
    else if (min === 1 && max === 1) this.add(body)
    else this.#addLoop(node)
  }

  #addLoop({ body, min, max, mode }: Node & { readonly kind: 'repeat' }): void {
    if (min === 0 && max === 1) {
      this.code.push(mode === 'lazy' ? op.forkAway : op.fork)
      const fill = this.#hole()
      this.add(body)
      fill()
      return
    }
    const counter = this.#register()
    this.code.push(op.zero, counter)
    const start =
      this.code.push(op.loop, counter, min, max === Infinity ? -1 : max, mode === 'lazy' ? 1 : 0) - 5
    const fills = [this.#hole()]
    this.code.push(op.count, counter)
    const isEndless = max === Infinity
    const position = isEndless ? this.#register() : -1
    if (isEndless) this.code.push(op.position, position)
    this.add(body)
    if (isEndless) {
      this.code.push(op.leaveIfEmpty, counter, position, min)
      fills.push(this.#hole())
    }
    this.code.push(op.jump, start)
    for (const fill of fills) fill()
  }
}
