import type { XmlElement } from '../dialect/xml-element.ts'
import { isModifier } from './modifiers.ts'
import { type ProblemList, quoted } from './problem-list.ts'
import type { PatternType, RuleAttributes, RuleDraft, TextDraft } from './rule-draft.ts'

const maxTextBytes = 2048

/** Elements whose repeats are joined (spec/rules.md §3.1). */
const joined = new Set(
  `match regex program_name hostname location id url status data extra_data protocol system_name srcport dstport
  user action srcgeoip dstgeoip description group info cve if_sid if_level if_group if_matched_group
  if_matched_regex ignore check_if_ignored`.split(/\s+/),
)
/** Elements of which the last one counts. */
const single = new Set(['if_matched_sid', 'decoded_as', 'category', 'time', 'weekday', 'compiled_rule'])
const flags = new Set(['if_fts', 'check_diff', 'global_frequency'])
const listed = new Set(['field', 'list', 'srcip', 'dstip', 'options', 'mitre'])
const deprecated = new Set(['same_agent', 'not_same_agent'])
const patternTypes: readonly PatternType[] = ['osmatch', 'osregex', 'pcre2']
const infoTypes = new Set(['text', 'link', 'cve', 'osvdb'])

/** Reads the children of one `<rule>` (spec/rules.md §3). Everything wrong is reported; what could be read is returned. */
export function readRule(
  rule: XmlElement,
  attributes: RuleAttributes,
  groupName: string,
  problems: ProblemList,
): RuleDraft {
  const reader = new RuleReader(groupName, problems)
  for (const child of rule.children) reader.read(child)
  return { attributes, at: rule.at, ...reader.result() }
}

class RuleReader {
  readonly #problems: ProblemList
  readonly #texts = new Map<string, TextDraft>()
  readonly #items: XmlElement[] = []
  #groupText: string

  constructor(groupName: string, problems: ProblemList) {
    this.#groupText = groupName
    this.#problems = problems
  }

  result(): Pick<RuleDraft, 'groupText' | 'texts' | 'items'> {
    return { groupText: this.#groupText, texts: this.#texts, items: this.#items }
  }

  read(element: XmlElement): void {
    const name = element.name.toLowerCase()
    if (joined.has(name)) this.#join(name, element)
    else if (single.has(name)) this.#keep(name, element)
    else if (flags.has(name)) this.#keep(name, element)
    else if (listed.has(name) || isModifier(element.name)) this.#items.push(element)
    else if (deprecated.has(name))
      this.#problems.warn('deprecated-option', `<${name}> was removed from the language; ignored`, element.at)
    else this.#problems.fatal('unknown-element', `a rule has no element <${element.name}>`, element.at)
  }

  #join(name: string, element: XmlElement): void {
    const before = this.#texts.get(name)
    const limit = before ? maxTextBytes : maxTextBytes - 1
    if (element.content.length > limit) {
      const message = `the text of <${name}> is longer than ${maxTextBytes - 1} bytes`
      this.#problems.fatal('text-too-long', message, element.contentAt)
      return
    }
    if (name === 'group') this.#groupText += element.content.replaceAll('\n', '')
    if (name === 'info') this.#checkInfo(element)
    const part = name === 'description' ? element.content.replace('\n', ' ') : element.content
    const text = before ? before.text + part : part
    this.#texts.set(name, this.#draft(name, element, { text, repeats: (before?.repeats ?? 0) + 1 }))
  }

  #keep(name: string, element: XmlElement): void {
    const repeats = (this.#texts.get(name)?.repeats ?? 0) + 1
    this.#texts.set(name, this.#draft(name, element, { text: element.content, repeats }))
  }

  #draft(
    name: string,
    element: XmlElement,
    { text, repeats }: Pick<TextDraft, 'text' | 'repeats'>,
  ): TextDraft {
    return {
      element: name,
      text,
      repeats,
      type: readType(element, this.#problems),
      negated: readNegate(element, this.#problems),
      at: element.at,
      contentAt: element.contentAt,
    }
  }

  #checkInfo(element: XmlElement): void {
    for (const { name, value, at } of element.attributes) {
      if (name.toLowerCase() === 'type' && infoTypes.has(value.toLowerCase())) continue
      const message = `<info> may only have type="text", "link", "cve" or "osvdb", not ${name}=${quoted(value)}`
      this.#problems.error('invalid-info-attribute', message, at)
    }
  }
}

/** `type="…"` of a pattern element; `undefined` is the default of the element. */
export function readType(element: XmlElement, problems: ProblemList): PatternType | undefined {
  const attribute = element.attributes.find(({ name }) => name === 'type')
  if (!attribute || element.name.toLowerCase() === 'info') return undefined
  const type = patternTypes.find((known) => known === attribute.value.toLowerCase())
  if (!type) {
    const message = `type ${quoted(attribute.value)} is not osmatch, osregex or pcre2; the default is used`
    problems.warn('invalid-attribute-value', message, attribute.at)
  }
  return type
}

export function readNegate(element: XmlElement, problems: ProblemList): boolean {
  const attribute = element.attributes.find(({ name }) => name === 'negate')
  if (!attribute) return false
  const value = attribute.value.toLowerCase()
  if (value !== 'yes' && value !== 'no') {
    const message = `negate ${quoted(attribute.value)} is not yes or no; not negated`
    problems.warn('invalid-attribute-value', message, attribute.at)
  }
  return value === 'yes'
}
