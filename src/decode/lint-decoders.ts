import type { Problem } from '../dialect/problem.ts'
import type { Child, Root } from './decoder-tree.ts'
import type { Definition } from './definition.ts'
import type { Decoders } from './load-decoders.ts'

/** What loaded decoders say that their author hardly meant. Warnings only: everything works as written. */
export function lintDecoders({ roots }: Decoders): Problem[] {
  const definitions = new Set(
    roots.flatMap(({ definition, children }) => [definition, ...children.map((child) => child.definition)]),
  )
  const behind = new Map(roots.flatMap((root) => [...behindAlwaysChosen(root)]))
  // Roots of one name share their children: what is reached below one of them is reached.
  for (const root of roots) for (const definition of reachable(root)) behind.delete(definition)
  return [
    ...roots.flatMap(deadRegex),
    ...[...behind].map(unreachable),
    ...[...definitions].flatMap(explosivePatterns),
  ]
}

/** Its own regex is never tried when a root has children (spec/decoders.md §6.5). */
function deadRegex({ definition, children }: Root): Problem[] {
  const { regex, plugin } = definition
  const dead = regex ?? plugin
  if (!dead || children.length === 0) return []
  const what = regex ? 'regex' : 'plugin_decoder'
  const message = `the <${what}> of decoder ${JSON.stringify(definition.name)} is never used, because it has children`
  return [{ code: 'dead-regex', severity: 'info', message, at: dead.at }]
}

/** Index behind the child that is chosen whatever the event is, and behind its chain (spec/decoders.md §6.5). */
function endOfReach(children: readonly Child[]): {
  readonly end: number
  readonly chosen: Child | undefined
} {
  const always = children.findIndex((child, index) => isHead(children, index) && !child.definition.prematch)
  if (always === -1) return { end: children.length, chosen: undefined }
  let last = always
  while (children[last]?.hasSuccessor === true) last += 1
  return { end: last + 1, chosen: children[always] }
}

function reachable({ children }: Root): Definition[] {
  return children.slice(0, endOfReach(children).end).map(({ definition }) => definition)
}

function* behindAlwaysChosen({ children }: Root): Iterable<readonly [Definition, Definition]> {
  const { end, chosen } = endOfReach(children)
  if (chosen) for (const { definition } of children.slice(end)) yield [definition, chosen.definition]
}

function unreachable([{ name, at }, chosen]: readonly [Definition, Definition]): Problem {
  const { file, line } = chosen.at
  const why =
    name === chosen.name
      ? `the chain of that name is interrupted by another decoder after ${file}:${line}`
      : `${JSON.stringify(chosen.name)} (${file}:${line}) has no prematch, so it is always chosen`
  const message = `decoder ${JSON.stringify(name)} is never reached: ${why}`
  return { code: 'unreachable-decoder', severity: 'warning', message, at }
}

function isHead(children: readonly Child[], index: number): boolean {
  return children[index - 1]?.hasSuccessor !== true
}

function explosivePatterns({ name, prematch, regex }: Definition): Problem[] {
  return [prematch, regex].flatMap((one) => {
    // Decoders extract many fields of anything: what OSRegex costs then is a power of the length, which the budget bounds.
    if (!one?.pattern.isBlowUpProne || one.pattern.dialect === 'osregex') return []
    const message = `decoder ${JSON.stringify(name)}: matching this ${one.pattern.dialect} can take very long; it is given up after a limit and then does not match`
    return [{ code: 'regex-may-blow-up', severity: 'warning' as const, message, at: one.at }]
  })
}
