import type { Place } from '../dialect/problem.ts'
import type { ProblemList } from './problem-list.ts'

/** Says of parents that were not there yet whether they come later, which is only known when everything is read. */
export class MissingParents {
  /** Index of the problem by which a missing rule was reported. */
  readonly #noted: { readonly id: number; readonly by: number; readonly problem: number }[] = []
  /** Parents of rules that were left out because none of them was there. */
  readonly #wanted = new Map<number, readonly number[]>()

  note(id: number, by: number, problem: number): void {
    this.#noted.push({ id, by, problem })
  }

  leftOut(ruleId: number, parents: readonly number[]): void {
    this.#wanted.set(ruleId, parents)
  }

  /** `places`: where rules with these ids stand, whether they could be used or not. */
  explain(problems: ProblemList, places: ReadonlyMap<number, Place>): void {
    for (const { id, by, problem } of this.#noted) {
      const place = places.get(id)
      if (place) problems.reword(problem, this.#why(id, by, place))
    }
  }

  #why(id: number, by: number, { file, line }: Place): string {
    if (id === by) return `rule ${id} names itself as its parent`
    const circle = this.#circleOf(id)
    return circle
      ? `rules name each other as parents, in a circle: ${circle.join(' -> ')}`
      : `rule ${id} stands behind this one, in ${file}:${line}; parents have to come first`
  }

  /** From the rule over its parents back to itself. */
  #circleOf(id: number): readonly number[] | undefined {
    const cameFrom = new Map<number, number>()
    const waiting = [id]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const parent of this.#wanted.get(at) ?? []) {
        if (parent === id) return [...pathTo(at, cameFrom), id]
        if (cameFrom.has(parent)) continue
        cameFrom.set(parent, at)
        waiting.push(parent)
      }
    }
    return undefined
  }
}

function pathTo(id: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [id]
  for (let at = cameFrom.get(id); at !== undefined; at = cameFrom.get(at)) path.unshift(at)
  return path
}
