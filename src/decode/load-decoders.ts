import type { PatternOptions } from '../dialect/pattern.ts'
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
  readonly pattern?: PatternOptions
}

/** Linked decoders, ready for `createDecoder`. */
export interface Decoders {
  readonly lists: RootLists
  readonly roots: readonly Root[]
  /** All decoders under the names that rules test with `decoded_as`, in load order. */
  readonly views: readonly DecoderView[]
  /** All names as written: `decoded_as` may name any of them, though a renamed child is never found under its own. */
  readonly names: ReadonlySet<string>
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
  const reading: ReadOptions = {
    orderSize: options.orderSize ?? Infinity,
    plugins: new Map([...standardPlugins, ...(options.plugins ?? [])].map((plugin) => [plugin.name, plugin])),
    pattern: options.pattern ?? {},
  }
  for (const file of files) loadFile(file, reading, tree, problems)
  if (!problems.some(({ severity }) => severity === 'fatal')) problems.push(...missingLists(tree.roots))
  const names = tree.roots.flatMap(({ definition, children }) => [
    definition.name,
    ...children.map((child) => child.definition.name),
  ])
  const lists = new RootLists(tree.roots)
  return { decoders: { lists, roots: tree.roots, views: tree.views, names: new Set(names) }, problems }
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
