import { type Blocks, mergeBlocks, readBlocks } from '../config/blocks.ts'
import { readSection, type Options, type Values } from '../config/option.ts'
import { alertsOptions, globalOptions } from '../config/sections/global.ts'
import { storeOptions, type StoreSection } from '../config/sections/own.ts'
import { rulesetOptions, severalRulesets } from '../config/sections/ruleset.ts'
import { formatProblem, type Problem } from '../dialect/problem.ts'
import { fromByteString, toByteString } from '../event/byte-string.ts'
import { configurationFile, homeFolder } from '../home.ts'
import { type EngineSettings, type LoadedEngine, loadEngine } from '../load-engine.ts'
import { printable } from '../telemetry/printable.ts'
import { readFileSync } from 'node:fs'

/** Options that every command with an engine has, for `parseArgs`. */
export const engineOptions = {
  home: { type: 'string' },
  config: { type: 'string' },
  ruleset: { type: 'string' },
} as const

export const engineUsage = `  --home DIR      home directory; its etc/{rules,decoders,lists} are loaded
  --config FILE   configuration instead of HOME/etc/ossec.conf
  --ruleset DIR   a tree rules/ decoders/ lists/ instead of the built-in ruleset`

export interface EngineArguments {
  readonly home?: string | undefined
  readonly config?: string | undefined
  readonly ruleset?: string | undefined
}

/** Loads decoders and rules as the manager would, without reading the sections that only a manager needs. */
export function loadForCommand(given: EngineArguments, settings: Partial<EngineSettings> = {}): LoadedEngine {
  const sections = new Sections(given)
  return loadEngine({
    home: sections.home,
    rulesetFolder: given.ruleset,
    ruleset: sections.read('ruleset', rulesetOptions),
    global: sections.read('global', globalOptions),
    alerts: sections.read('alerts', alertsOptions),
    earlierProblems: sections.problems,
    ...settings,
  })
}

/** `<store>` of the configuration in force. */
export function storeSection(given: EngineArguments): StoreSection {
  return new Sections(given).read('store', storeOptions)
}

/** The configuration in force, without the sections that are other commands' business. */
class Sections {
  readonly home: string
  readonly problems: Problem[]
  readonly #file: string
  readonly #blocks: Blocks

  constructor(given: EngineArguments) {
    this.home = homeFolder(given.home)
    const file = configurationFile(this.home, given.config)
    const text = file === undefined ? '' : toByteString(readFileSync(file))
    const known = ['ruleset', 'global', 'alerts', 'store'].map((element) => ({ element }))
    this.#file = file ?? ''
    this.#blocks = readBlocks(text, file ?? 'ossec.conf', known)
    this.problems = this.#blocks.problems.filter(({ severity }) => severity === 'fatal')
    this.problems.push(...severalRulesets(this.#blocks.of({ element: 'ruleset' })))
  }

  read<O extends Options>(element: string, options: O): Values<O> {
    const at = { file: this.#file, line: 1, column: 1 }
    const empty = { name: element, attributes: [], content: '', children: [], at, contentAt: at }
    const section = readSection(mergeBlocks(this.#blocks.of({ element })) ?? empty, options)
    this.problems.push(...section.problems.filter(({ severity }) => severity !== 'warning'))
    return section.values
  }
}

/** Everything found while loading, one line each, on stderr; true when the engine may be used. */
export function reportProblems(loaded: LoadedEngine): boolean {
  for (const problem of loaded.problems)
    if (problem.severity !== 'info') process.stderr.write(`${printable(formatProblem(readable(problem)))}\n`)
  return !loaded.problems.some(({ severity }) => severity === 'fatal')
}

/** Messages quote rule files, which are read as bytes. */
export function readable(problem: Problem): Problem {
  return { ...problem, message: fromByteString(problem.message) }
}
