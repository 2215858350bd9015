import type { XmlElement } from '../dialect/xml-element.ts'
import type { MitreReference } from './mitre.ts'
import { type ProblemList, quoted } from './problem-list.ts'

type Block =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'pair'; readonly tactic: string; readonly technique: string }

/** The `<mitre>` blocks of a rule, either form; a bad block is dropped (spec/rules.md §3.8). */
export function readMitre(items: readonly XmlElement[], problems: ProblemList): MitreReference {
  const elements = items.filter(({ name }) => name.toLowerCase() === 'mitre')
  const blocks = elements.flatMap((element) => readBlock(element, problems) ?? [])
  const pairs = blocks.flatMap((block) => (block.kind === 'pair' ? [block] : []))
  const ids = blocks.flatMap((block) => (block.kind === 'ids' ? block.ids : []))
  const [first] = elements
  if (first && pairs.length > 0 && ids.length > 0)
    problems.warn('mitre-mixed', 'both forms of <mitre> are used; the plain ids are dropped', first.at)
  return { ids: pairs.length > 0 ? [] : [...new Set(ids)], pairs }
}

function readBlock(element: XmlElement, problems: ProblemList): Block | undefined {
  const named = (name: string): XmlElement[] =>
    element.children.filter((child) => child.name.toLowerCase() === name)
  const ids = named('id')
  const tactics = named('tacticid')
  const techniques = named('techniqueid')
  const unknown = element.children.find((child) => ![...ids, ...tactics, ...techniques].includes(child))
  const drop = (code: string, why: string): undefined => {
    problems.warn(code, `this <mitre> is dropped: ${why}`, element.at)
    return undefined
  }
  if (unknown) {
    problems.error('unknown-element', `<mitre> has no element ${quoted(unknown.name)}`, unknown.at)
    return undefined
  }
  if (element.children.length === 0) return drop('mitre-empty', 'it is empty')
  if (ids.length > 0 && ids.length < element.children.length)
    return drop('mitre-mixed', 'it mixes both forms')
  if (ids.some(({ content }) => content === '')) return drop('mitre-no-technique', 'an id is empty')
  if (ids.length > 0) return { kind: 'ids', ids: ids.map(({ content }) => content) }
  const [tactic] = tactics
  const [technique] = techniques
  if (!tactic || tactic.content === '') return drop('mitre-no-tactic', 'it has no <tacticID>')
  if (!technique || technique.content === '') return drop('mitre-no-technique', 'it has no <techniqueID>')
  if (element.children.length > 2) return drop('mitre-more-than-one-pair', 'it has more than one pair')
  return { kind: 'pair', tactic: tactic.content, technique: technique.content }
}
