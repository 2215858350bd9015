import type { MatchBudget } from '../match-budget.ts'
import { otherCase, word } from './byte-set.ts'
import type { Program } from './program.ts'
import { op, runLazy, runPossessive } from './program.ts'

export const noMatch = -1
/** The budget of steps or of memory was used up. */
export const exhausted = -2

/** Entries of the stack: kind and three numbers. */
const entry = 4
const choice = 0
const undo = 1
const greedyRun = 2
const lazyRun = 3
const maxStackLength = entry << 19

/** One for all machines: nothing runs inside a run. */
let stack = new Int32Array(256 * entry)

function grow(): boolean {
  if (stack.length >= maxStackLength) return false
  const grown = new Int32Array(stack.length * 2)
  grown.set(stack)
  stack = grown
  return true
}

export function stepBudget(subjectBytes: number): number {
  return 1_000_000 + 4 * subjectBytes
}

export interface Search {
  /** Bytes that a match can begin with; `undefined`: any, or it may be empty. */
  readonly first: Uint8Array | undefined
  /** Only at the start of the subject. */
  readonly isAnchored: boolean
  /** Only at the start of a line: the pattern begins with `.*`. */
  readonly isLineAnchored: boolean
}

/**
 * A backtracking matcher with the semantics of PCRE2, for what V8's RegExp does not do alike or not safely. It has its own stack, so
 * that long subjects do not overflow the one of the process, and a budget. One instance serves one pattern.
 */
export class Machine {
  /** Start and end of the match and its groups after a match; -1 for groups that took no part. */
  readonly registers: Int32Array
  readonly #program: Program
  readonly #search: Search
  readonly #budget: MatchBudget | undefined
  #height = 0
  #steps = 0
  #from = 0

  constructor(program: Program, search: Search, budget?: MatchBudget) {
    this.#program = program
    this.#search = search
    this.#budget = budget
    this.registers = new Int32Array(program.registers)
  }

  /** The end of the first match at or after `from`, which is where the subject begins for the pattern. */
  run(s: string, from: number): number {
    const own = stepBudget(s.length - from)
    const allowed = this.#budget ? this.#budget.allowed(own) : own
    this.#steps = allowed
    this.#from = from
    const end = this.#find(s, from)
    this.#budget?.spend(allowed - Math.max(this.#steps, 0))
    return end
  }

  #find(s: string, from: number): number {
    const { first, isAnchored, isLineAnchored } = this.#search
    const last = isAnchored ? from : s.length
    for (let at = from; at <= last; at += 1) {
      if (first && first[s.charCodeAt(at)] !== 1) continue
      if (isLineAnchored && at > from && s.charCodeAt(at - 1) !== 0x0a) continue
      this.registers.fill(-1)
      this.#height = 0
      const end = this.#runAt(s, at)
      if (end !== noMatch) return end
    }
    return noMatch
  }

  // One function on purpose: its state lives in local variables, and every instruction is one case.
  // oxlint-disable-next-line complexity
  #runAt(s: string, start: number): number {
    const { code, sets } = this.#program
    const { registers } = this
    const n = s.length
    let pc = 0
    let at = start
    for (;;) {
      this.#steps -= 1
      if (this.#steps < 0) return exhausted
      const a = code[pc + 1] ?? 0
      let isFailed = false
      switch (code[pc]) {
        case op.set:
          isFailed = at >= n || sets[a]?.[s.charCodeAt(at)] !== 1
          at += 1
          pc += 2
          break
        case op.jump:
          pc = a
          break
        case op.fork:
          this.#push(choice, a, at, 0)
          pc += 2
          break
        case op.forkAway:
          this.#push(choice, pc + 2, at, 0)
          pc = a
          break
        case op.position:
          this.#assign(a, at)
          pc += 2
          break
        case op.close:
          this.#assign(2 * a, registers[code[pc + 2] ?? 0] ?? -1)
          this.#assign(2 * a + 1, at)
          pc += 3
          break
        case op.assert:
          isFailed = !this.#holds(a, s, at)
          pc += 2
          break
        case op.back: {
          const length = this.#referenceLength(s, at, a, code[pc + 2] === 1)
          isFailed = length < 0
          at += length
          pc += 3
          break
        }
        case op.run: {
          const end = this.#runSet(s, pc, at)
          isFailed = end < 0
          at = end
          pc += 5
          break
        }
        case op.mark:
          this.#assign(a, this.#height)
          pc += 2
          break
        case op.cut:
          this.#cut(registers[a] ?? 0)
          pc += 2
          break
        case op.restore:
          at = registers[a] ?? 0
          pc += 2
          break
        case op.failTo:
          this.#unwind(registers[a] ?? 0)
          isFailed = true
          break
        case op.behind:
          at -= a
          isFailed = at < this.#from
          pc += 2
          break
        case op.zero:
          this.#assign(a, 0)
          pc += 2
          break
        case op.count:
          this.#assign(a, (registers[a] ?? 0) + 1)
          pc += 2
          break
        case op.loop:
          pc = this.#loop(pc, at)
          break
        case op.leaveIfEmpty: {
          const isEmpty = registers[code[pc + 2] ?? 0] === at && (registers[a] ?? 0) >= (code[pc + 3] ?? 0)
          pc = isEmpty ? (code[pc + 4] ?? 0) : pc + 5
          break
        }
        default:
          registers[0] = start
          registers[1] = at
          return at
      }
      if (!isFailed) continue
      pc = this.#backtrack(s)
      if (pc === -1) return noMatch
      at = this.#resumeAt
    }
  }

  #resumeAt = 0

  /** The instruction to go on with at `#resumeAt`; -1 when nothing is left to try. */
  #backtrack(s: string): number {
    while (this.#height > 0) {
      const top = this.#height - entry
      const pc = stack[top + 1] ?? 0
      const at = stack[top + 2] ?? 0
      switch (stack[top]) {
        case undo:
          this.registers[pc] = at
          this.#height = top
          break
        case choice:
          this.#height = top
          this.#resumeAt = at
          return pc
        case greedyRun: {
          const found = this.#shorten(s, top)
          if (found === -1) break
          this.#resumeAt = found
          return pc
        }
        default:
          // lazyRun: `pc` is the one of the run, `at` where the last try went on.
          if (at >= (stack[top + 3] ?? 0)) this.#height = top
          else if (this.#program.sets[this.#program.code[pc + 1] ?? 0]?.[s.charCodeAt(at)] !== 1)
            this.#height = top
          else {
            stack[top + 2] = at + 1
            this.#resumeAt = at + 1
            return pc + 5
          }
      }
      this.#steps -= 1
    }
    return -1
  }

  /** A greedy run gives back one byte, or more when what follows is a set that cannot match there. */
  #shorten(s: string, top: number): number {
    const { code, sets } = this.#program
    const pc = stack[top + 1] ?? 0
    const low = stack[top + 2] ?? 0
    const next = code[pc] === op.set ? sets[code[pc + 1] ?? 0] : undefined
    let at = (stack[top + 3] ?? 0) - 1
    if (next) {
      const before = at
      while (at >= low && next[s.charCodeAt(at)] !== 1) at -= 1
      this.#steps -= (before - at) >> 3
    }
    if (at > low) stack[top + 3] = at
    else this.#height = top
    return at < low ? -1 : at
  }

  /** The end of a repeated set, -1 when there are too few. */
  #runSet(s: string, pc: number, at: number): number {
    const { code, sets } = this.#program
    const set = sets[code[pc + 1] ?? 0]
    const min = code[pc + 2] ?? 0
    const max = code[pc + 3] ?? 0
    const mode = code[pc + 4] ?? 0
    const limit = max === -1 ? s.length : Math.min(s.length, at + max)
    const low = at + min
    const most = mode === runLazy ? Math.min(low, limit) : limit
    let end = at
    while (end < most && set?.[s.charCodeAt(end)] === 1) end += 1
    this.#steps -= (end - at) >> 3
    if (end < low) return -1
    if (mode === runLazy) {
      if (end < limit) this.#push(lazyRun, pc, end, limit)
    } else if (mode !== runPossessive && end > low) this.#push(greedyRun, pc + 5, low, end)
    return end
  }

  #loop(pc: number, at: number): number {
    const { code } = this.#program
    const counter = code[pc + 1] ?? 0
    const max = code[pc + 3] ?? 0
    const isLazy = code[pc + 4] === 1
    const exit = code[pc + 5] ?? 0
    const count = this.registers[counter] ?? 0
    if (max !== -1 && count >= max) return exit
    if (count < (code[pc + 2] ?? 0)) return pc + 6
    this.#push(choice, isLazy ? pc + 6 : exit, at, 0)
    return isLazy ? exit : pc + 6
  }

  #assign(register: number, value: number): void {
    this.#push(undo, register, this.registers[register] ?? -1, 0)
    this.registers[register] = value
  }

  #push(kind: number, a: number, b: number, c: number): void {
    if (this.#height + entry > stack.length && !grow()) {
      this.#steps = -1 // ends the run before anything is missed
      return
    }
    const top = this.#height
    stack[top] = kind
    stack[top + 1] = a
    stack[top + 2] = b
    stack[top + 3] = c
    this.#height = top + entry
  }

  /** Keeps what undoes assignments: going back beyond the atomic group must still restore groups. */
  #cut(mark: number): void {
    let to = mark
    for (let from = mark; from < this.#height; from += entry) {
      if (stack[from] !== undo) continue
      stack.copyWithin(to, from, from + entry)
      to += entry
    }
    this.#height = to
  }

  #unwind(mark: number): void {
    while (this.#height > mark) {
      this.#height -= entry
      if (stack[this.#height] === undo) {
        this.registers[stack[this.#height + 1] ?? 0] = stack[this.#height + 2] ?? -1
      }
    }
  }

  #holds(assertion: number, s: string, at: number): boolean {
    const n = s.length
    switch (assertion) {
      case 0:
        return at === this.#from
      case 1:
        return at === this.#from || (at < n && s.charCodeAt(at - 1) === 0x0a)
      case 2:
        return at === n || (at === n - 1 && s.charCodeAt(at) === 0x0a)
      case 3:
        return at === n || s.charCodeAt(at) === 0x0a
      case 4:
        return at === n
      default: {
        const before = at > this.#from && word[s.charCodeAt(at - 1)] === 1
        const after = at < n && word[s.charCodeAt(at)] === 1
        return (before !== after) === (assertion === 5)
      }
    }
  }

  /** -1 when the group is unset or its text does not stand here. */
  #referenceLength(s: string, at: number, group: number, isCaseless: boolean): number {
    const start = this.registers[2 * group] ?? -1
    const length = (this.registers[2 * group + 1] ?? -1) - start
    if (start < 0 || at + length > s.length) return -1
    this.#steps -= length
    for (let i = 0; i < length; i += 1) {
      const one = s.charCodeAt(start + i)
      const other = s.charCodeAt(at + i)
      if (one !== other && !(isCaseless && otherCase(one) === other)) return -1
    }
    return length
  }
}
