import { MatchBudget } from '../dialect/match-budget.ts'
import type { Problem } from '../dialect/problem.ts'
import { parseXml } from '../dialect/xml.ts'
import type { DecoderView } from '../event/decoded-event.ts'
import { DecoderTree, type Root } from './decoder-tree.ts'
import type { Plugin } from './plugin.ts'
import { plugins as standardPlugins } from './plugins/plugins.ts'
import { RootLists } from './root-lists.ts'
import { readDefinition, type ReadOptions } from './read-definition.ts'

export interface DecoderFile {
  readonly file: string
  /** Byte string. */
  readonly text: string
}

export interface LoadOptions {
  /** Names of one `<order>` at most (`decoder_order_size`); default: no limit. */
  readonly orderSize?: number
  /** Plugin decoders besides the standard ones. */
  readonly plugins?: readonly Plugin[]
}

/** Linked decoders, ready for `createDecoder`. */
export interface Decoders {
  readonly lists: RootLists
  readonly roots: readonly Root[]
  /** All decoders under the names that rules test with `decoded_as`, in load order. */
  readonly views: readonly DecoderView[]
  /** All names as written: `decoded_as` may name any of them, though a renamed child is never found under its own. */
  readonly names: ReadonlySet<string>
  /** What all patterns together may do for one event. */
  readonly budget: MatchBudget
  /** How often a pattern was given up because its budget or that of the event was used up, by name of the decoder. */
  readonly exhausted: ReadonlyMap<string, number>
}

export interface LoadedDecoders {
  /** What could be used. With a fatal problem among the others it should not be. */
  readonly decoders: Decoders
  readonly problems: readonly Problem[]
}

/** Reads decoder files that are already in load order (spec/decoders.md §6.2). Never throws; reports everything. */
export function loadDecoders(files: readonly DecoderFile[], options: LoadOptions = {}): LoadedDecoders {
  const problems: Problem[] = []
  const tree = new DecoderTree()
  const budget = new MatchBudget()
  const exhausted = new Map<string, number>()
  const reading: ReadOptions = {
    orderSize: options.orderSize ?? Infinity,
    plugins: new Map([...standardPlugins, ...(options.plugins ?? [])].map((plugin) => [plugin.name, plugin])),
    budget,
    onExhausted: (name) => exhausted.set(name, (exhausted.get(name) ?? 0) + 1),
  }
  for (const file of files) loadFile(file, reading, tree, problems)
  if (!problems.some(({ severity }) => severity === 'fatal')) problems.push(...missingLists(tree.roots))
  const names = tree.roots.flatMap(({ definition, children }) => [
    definition.name,
    ...children.map((child) => child.definition.name),
  ])
  const lists = new RootLists(tree.roots)
  const decoders = { lists, roots: tree.roots, views: tree.views, names: new Set(names), budget, exhausted }
  return { decoders, problems }
}

function loadFile(
  { file, text }: DecoderFile,
  options: ReadOptions,
  tree: DecoderTree,
  problems: Problem[],
): void {
  const xml = parseXml(text, file)
  problems.push(...xml.problems)
  if (xml.roots.length === 0 && xml.problems.length === 0 && text !== '')
    problems.push({
      code: 'unspecified',
      severity: 'fatal',
      message: 'the file has no decoder',
      at: { file, line: 1, column: 1 },
    })
  for (const element of xml.roots) {
    const definition = readDefinition(element, options, (problem) => problems.push(problem))
    if (definition === undefined) tree.addBroken(element.attributes[0]?.value ?? '')
    else {
      const problem = tree.add(definition)
      if (problem !== undefined) problems.push(problem)
    }
  }
}

/** Both lists must have a decoder: without one of them the original does not load. */
function missingLists(roots: readonly Root[]): Problem[] {
  const missing = [
    { found: roots.some(({ definition }) => definition.programName), what: 'with a program_name' },
    { found: roots.some(({ definition }) => !definition.programName), what: 'without a program_name' },
  ]
  return missing
    .filter(({ found }) => !found)
    .slice(0, 1)
    .map(({ what }) => ({
      code: 'no-decoders',
      severity: 'fatal',
      message: `there is no root decoder ${what}`,
    }))
}
