import { AhoCorasick } from './aho-corasick.ts'
import { compileFind } from './contains.ts'
import type { Literal } from './pattern.ts'

/** From how many alternatives on one pass over the subject is cheaper than one search each. */
const manyContains = 24
const manyOthers = 8

type Check = (lower: string, from: number) => boolean

/** One test for a list of alternatives: does any of them hold for the lower-cased subject from an offset on? */
export function compileLiterals(literals: readonly Literal[]): Check {
  const checks = [
    equalsCheck(textsOf(literals, 'equals')),
    prefixCheck(textsOf(literals, 'prefix')),
    suffixCheck(textsOf(literals, 'suffix')),
    containsCheck(textsOf(literals, 'contains')),
  ].filter((check) => check !== undefined)
  const [first, second] = checks
  if (!first) return () => false
  if (!second) return first
  return (lower, from) => checks.some((check) => check(lower, from))
}

function textsOf(literals: readonly Literal[], kind: Literal['kind']): string[] {
  return [...new Set(literals.filter((literal) => literal.kind === kind).map(({ text }) => text))]
}

function equalsCheck(texts: readonly string[]): Check | undefined {
  const [only] = texts
  if (only === undefined) return undefined
  if (texts.length === 1) {
    return (lower, from) => lower.length - from === only.length && lower.startsWith(only, from)
  }
  const set = new Set(texts)
  return (lower, from) => set.has(from === 0 ? lower : lower.slice(from))
}

function prefixCheck(texts: readonly string[]): Check | undefined {
  const [only] = texts
  if (only === undefined) return undefined
  if (texts.length === 1) return (lower, from) => lower.startsWith(only, from)
  if (texts.length < manyOthers) return (lower, from) => texts.some((text) => lower.startsWith(text, from))
  const sets = [...byLength(texts)]
  return (lower, from) => sets.some(([length, set]) => set.has(lower.slice(from, from + length)))
}

function suffixCheck(texts: readonly string[]): Check | undefined {
  if (texts.length === 0) return undefined
  const sets = [...byLength(texts)]
  if (texts.length < manyOthers) {
    return (lower, from) => texts.some((text) => lower.length - from >= text.length && lower.endsWith(text))
  }
  return (lower, from) =>
    sets.some(([length, set]) => lower.length - from >= length && set.has(lower.slice(lower.length - length)))
}

function containsCheck(texts: readonly string[]): Check | undefined {
  const [first, second] = texts
  if (first === undefined) return undefined
  if (second === undefined) {
    const find = compileFind(first)
    return (lower, from) => find(lower, from) !== -1
  }
  if (texts.length < manyContains) {
    const finds = texts.map(compileFind)
    return (lower, from) => {
      for (const find of finds) if (find(lower, from) !== -1) return true
      return false
    }
  }
  const automaton = new AhoCorasick(texts)
  return (lower, from) => automaton.test(lower, from)
}

function byLength(texts: readonly string[]): Map<number, Set<string>> {
  const sets = new Map<number, Set<string>>()
  for (const text of texts) {
    const set = sets.get(text.length)
    if (set) set.add(text)
    else sets.set(text.length, new Set([text]))
  }
  return sets
}
