import { mergeBlocks, readBlocks, type Blocks, type SectionKey } from './config/blocks.ts'
import { readSection, type Options, type Values } from './config/option.ts'
import { alertsOptions, globalOptions } from './config/sections/global.ts'
import { maskOptions } from './config/sections/mask.ts'
import { dashboardOptions, storeOptions } from './config/sections/own.ts'
import { rulesetOptions, severalRulesets } from './config/sections/ruleset.ts'
import { sourceTypes, type AnySourceType, type PlannedSource } from './components.ts'
import type { Problem } from './dialect/problem.ts'
import type { XmlElement } from './dialect/xml-element.ts'

/** Sections of `ossec.conf` that are not sources. */
export const sections = {
  global: globalOptions,
  alerts: alertsOptions,
  ruleset: rulesetOptions,
  dashboard: dashboardOptions,
  store: storeOptions,
  mask: maskOptions,
}
type Sections = { readonly [K in keyof typeof sections]: Values<(typeof sections)[K]> }

export interface Configuration extends Sections {
  readonly sources: readonly PlannedSource[]
}

export interface ReadConfiguration {
  readonly configuration: Configuration
  readonly problems: readonly Problem[]
}

const supported: readonly SectionKey[] = [
  ...Object.keys(sections).map((element) => ({ element })),
  ...sourceTypes.map(({ section }) => section),
]

/** The text of `ossec.conf`, or nothing for the defaults. All problems are reported; the caller refuses `fatal` ones. */
export function readConfiguration(text: string, file: string): ReadConfiguration {
  const blocks = readBlocks(text, file, supported)
  const problems: Problem[] = [...blocks.problems, ...severalRulesets(blocks.of({ element: 'ruleset' }))]
  const read = <O extends Options>(element: string, options: O): Values<O> => {
    const section = readSection(mergeBlocks(blocks.of({ element })) ?? emptySection(element, file), options)
    problems.push(...section.problems)
    return section.values
  }
  const global = read('global', sections.global)
  problems.push(...notWrittenYet(global, mergeBlocks(blocks.of({ element: 'global' }))))
  const configuration = {
    global,
    alerts: read('alerts', sections.alerts),
    ruleset: read('ruleset', sections.ruleset),
    dashboard: read('dashboard', sections.dashboard),
    store: read('store', sections.store),
    mask: read('mask', sections.mask),
    sources: sourceTypes.flatMap((type) => planSource(type, blocks, file, problems)),
  }
  return { configuration, problems }
}

/** Options that files in use hold, that we read and that have no effect yet: said, never skipped in silence. */
const withoutEffect = ['emailNotification'] as const

function notWrittenYet(global: Sections['global'], block: XmlElement | undefined): Problem[] {
  return withoutEffect.flatMap((key) => {
    const { element, fallback } = sections.global[key]
    const written = block?.children.findLast(({ name }) => name === element)
    if (!written || global[key] === fallback) return []
    const message = `<${element}> of <global> is not supported yet; it has no effect`
    return [{ code: 'unsupported-option', severity: 'warning' as const, message, at: written.at }]
  })
}

function planSource(type: AnySourceType, blocks: Blocks, file: string, problems: Problem[]): PlannedSource[] {
  const found = blocks.of(type.section)
  const written = type.blocks === 'each' ? found : singleBlock(type, found)
  const chosen = written.length > 0 || !type.byDefault ? written : [emptySection(type.section.element, file)]
  return chosen.flatMap((block) => {
    const planned = type.plan(block)
    problems.push(...planned.problems)
    return planned.source ? [planned.source] : []
  })
}

/** A later wodle of the same name replaces the earlier one; other sections are applied over each other. */
function singleBlock({ section }: AnySourceType, found: readonly XmlElement[]): readonly XmlElement[] {
  const block = section.element === 'wodle' ? found.at(-1) : mergeBlocks(found)
  return block ? [block] : []
}

function emptySection(name: string, file: string): XmlElement {
  const at = { file, line: 1, column: 1 }
  return { name, attributes: [], content: '', children: [], at, contentAt: at }
}
