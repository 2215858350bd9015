/* oxlint-disable max-depth -- the machine is one loop over local variables: measured, and it follows the specification's order */
import type { MatchBudget } from '../match-budget.ts'
import type { Alternative, Program } from './alternative.ts'
import { fold, groupToken, literalToken, oneToken, plusToken, programOf, starToken } from './alternative.ts'

export const noMatch = -2
/** The budget of steps was used up: no match, and somebody should hear of it. */
export const exhausted = -3

/** `last` before anything matched after a restart; end indexes are -1 or more. */
const unset = -2
const maxSaved = 4
const folded = Uint8Array.from({ length: 256 }, (_, byte) => fold(byte))

/** More than any real rule and log need (236 steps per byte were seen at most) and little enough to go unnoticed. */
export function stepBudget(subjectBytes: number): number {
  return Math.min(2000 * subjectBytes + 100_000, 5_000_000 + 8 * subjectBytes)
}

/**
 * The matching machine of spec/decoders.md §1.5, step by step; its rules are named R1 to R4 and E1 to E4 there. It is not a backtracking
 * matcher: one scan, four saved positions, one flag. One instance per alternative, used again for every subject.
 */
export class Machine {
  readonly marks: Int32Array
  readonly #alternative: Alternative & Program
  readonly #near: Uint8Array
  readonly #savedTokens = new Int32Array(maxSaved)
  readonly #savedIndexes = new Int32Array(maxSaved)
  readonly #budget: MatchBudget | undefined
  /** Steps that the last scan left. */
  #left = 0

  constructor(alternative: Alternative, budget?: MatchBudget) {
    this.#budget = budget
    const program = programOf(alternative)
    this.#alternative = { ...alternative, ...program }
    this.marks = new Int32Array(alternative.groups * 2)
    this.#near = Uint8Array.from(program.kinds, (_, p) => (isNear(program, p) ? 1 : 0))
  }

  /**
   * The end index (absolute; `from - 1` stands for the -1 of the specification), `noMatch` or `exhausted`. An attempt at an index where
   * the literal head of the alternative does not begin changes nothing, so such indexes are skipped.
   */
  run(s: string, lower: string, from: number, isCapturing: boolean): number {
    const own = stepBudget(s.length - from)
    const allowed = this.#budget ? this.#budget.allowed(own) : own
    this.#left = allowed
    const end = this.#scan(s, lower, from, isCapturing)
    this.#budget?.spend(allowed - this.#left)
    return end
  }

  #stop(steps: number, end: number): number {
    this.#left = steps
    return end
  }

  // One function on purpose: its state lives in registers, and the rules read in the order of the specification.
  // oxlint-disable-next-line complexity
  #scan(s: string, lower: string, from: number, isCapturing: boolean): number {
    const { size, kinds, bytes, sets, marks: markOf, isStart, isEnd, head } = this.#alternative
    const near = this.#near
    const marks = this.marks
    const savedTokens = this.#savedTokens
    const savedIndexes = this.#savedIndexes
    const n = s.length
    const isSkipping = head !== '' && !isStart
    if (isCapturing) marks.fill(-1)
    let i = isSkipping ? lower.indexOf(head, from) : from
    if (i === -1) return noMatch
    let p = 0
    let primed = false
    let anchor = -1
    let last = i === from ? from : unset
    let saved = 0
    let steps = this.#left
    while (i < n) {
      steps -= 1
      if (steps < 0) return this.#stop(0, exhausted)
      let isFailed = p === size // R1
      if (isFailed && !isEnd) return this.#stop(steps, last === unset ? noMatch : last)
      if (!isFailed && kinds[p] === groupToken) {
        // R2
        if (isCapturing) marks[markOf[p] ?? 0] = i
        p += 1
        isFailed = p === size
        if (isFailed && !isEnd) return this.#stop(steps, last === unset ? noMatch : last)
      }
      if (!isFailed) {
        const byte = s.charCodeAt(i)
        const kind = kinds[p] ?? literalToken
        if (kind < oneToken) {
          // R4
          if (bytes[p] === folded[byte]) {
            p += 1
            if (anchor === -1) anchor = i
            last = i
            i += 1
            continue
          }
        } else if (sets[p]?.[byte] === 1) {
          // R3, in the class
          if (kind === oneToken) {
            p += 1
            if (anchor === -1) anchor = i
            last = i
            i += 1
            continue
          }
          if (kind === starToken) primed = true
          let j = p + 1
          let group = -1
          if (j < size && kinds[j] === groupToken) {
            group = markOf[j] ?? 0
            j += 1
          }
          if (!primed) {
            if (isCapturing && group !== -1) marks[group] = i === n - 1 ? i + 1 : i
            primed = true
          } else if (j === size) {
            if (isCapturing && group !== -1) marks[group] = i + 1
            i += 1
            continue
          } else {
            const kindAfter = kinds[j] ?? literalToken
            const isHit = kindAfter < oneToken ? bytes[j] === folded[byte] : sets[j]?.[byte] === 1
            if (isHit) {
              if (kindAfter < oneToken) primed = false
              if (isCapturing && group !== -1) marks[group] = i
              if (saved < maxSaved) {
                savedTokens[saved] = p
                savedIndexes[saved] = i
                saved += 1
              }
              p = kindAfter > oneToken ? j : j + 1
            }
          }
          last = i
          i += 1
          continue
        } else {
          // R3, not in the class
          if (primed && near[p] === 1 && last !== unset) {
            last = i
            if (!isEnd) return this.#stop(steps, last)
            primed = false
          } else if (kind === plusToken && primed) {
            p += 1
            primed = false
            continue
          } else if (kind === starToken) {
            p += 1
            primed = false
            last = i - 1
            continue
          } else primed = false
        }
      }
      // FAIL
      if (saved > 0) {
        saved -= 1
        p = savedTokens[saved] ?? 0
        i = savedIndexes[saved] ?? 0
      } else if (isStart) return this.#stop(steps, noMatch)
      else {
        if (anchor !== -1) {
          i = anchor
          anchor = -1
        }
        p = 0
        last = unset
        if (isSkipping) {
          i = lower.indexOf(head, i + 1) - 1
          if (i < 0) return this.#stop(steps, noMatch)
        }
      }
      i += 1
    }
    const isMatch = last !== unset && this.#endsAt(p, primed, isCapturing ? n : -1)
    return this.#stop(steps, isMatch ? last : noMatch)
  }

  /** E1 and E2: may the match end here, at the end of the subject? `captureAt` is -1 without captures. */
  #endsAt(at: number, primed: boolean, captureAt: number): boolean {
    const { size, kinds, marks: markOf } = this.#alternative
    let p = at
    if (captureAt !== -1) {
      while (kinds[p] === starToken) p += 1
      if (kinds[p] === groupToken) this.marks[markOf[p] ?? 0] = captureAt
    }
    p = this.#afterGroup(p)
    return p >= size || (primed ? this.#endsPrimed(p) : this.#endsInStar(p))
  }

  /** E3 */
  #endsPrimed(p: number): boolean {
    const { size, kinds } = this.#alternative
    const kind = kinds[p] ?? literalToken
    if (kind === oneToken) return this.#endsInStar(p + 1)
    if (kind < oneToken) return this.#endsInStar(p)
    const r = this.#afterGroup(p + 1)
    if (r >= size) return true
    const next = kinds[r] ?? literalToken
    if (next === plusToken) return false
    if (next === oneToken) return this.#endsInStar(r + 1)
    if (next !== starToken) return this.#endsInStar(r)
    const after = this.#afterGroup(r + 1)
    return after >= size || this.#endsInStar(after)
  }

  /** E4 */
  #endsInStar(x: number): boolean {
    const { size, kinds } = this.#alternative
    return kinds[x] === starToken && this.#afterGroup(x + 1) >= size
  }

  #afterGroup(p: number): number {
    return this.#alternative.kinds[p] === groupToken ? p + 1 : p
  }
}

function isNear({ kinds, size }: Program, p: number): boolean {
  const kind = kinds[p] ?? literalToken
  if (kind < oneToken) return false
  if (p === size - 1) return true
  return kind === oneToken && p === size - 2 && (kinds[p + 1] ?? oneToken) < oneToken
}
