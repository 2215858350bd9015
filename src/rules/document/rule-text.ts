import type { ByteString } from '../../event/byte-string.ts'
import { fromByteString } from '../../event/byte-string.ts'
import type { MitreView } from '../mitre.ts'
import { jsonText, jsonTexts } from './json-text.ts'

const maxGroupBytes = 1023
const standards = ['pci_dss', 'cis', 'gdpr', 'gpg13', 'hipaa', 'nist_800_53', 'tsc'] as const

export interface RuleFacts {
  readonly id: number
  readonly level: number
  readonly groupText: ByteString
  readonly mitre: MitreView | undefined
  readonly cve: ByteString
  readonly info: ByteString
  /** Of correlation rules only. */
  readonly frequency: number | undefined
  readonly hasMail: boolean
  readonly noCounter: boolean
}

/** The `rule` object of documents with everything but description and counter made at load (spec/rules.md §6.4). */
export interface RuleText {
  readonly groups: readonly string[]
  readonly mitreIds: readonly string[]
  /** `{"level":…}` for this event; `description` is interpolated text, still bytes. */
  render(description: ByteString, firedTimes: number): string
}

export function prepareRuleText(facts: RuleFacts): RuleText {
  const { groups, compliance } = splitGroups(facts.groupText)
  const head = `{${facts.level === 0 ? '' : `"level":${facts.level},`}"description":`
  let middle = facts.id === 0 ? '' : `,"id":"${facts.id}"`
  if (facts.mitre) {
    const { id, tactic, technique } = facts.mitre
    middle += `,"mitre":{"id":${jsonTexts(id)},"tactic":${jsonTexts(tactic)},"technique":${jsonTexts(technique)}}`
  }
  if (facts.cve !== '') middle += `,"cve":${jsonText(facts.cve)}`
  if (facts.info !== '') middle += `,"info":${jsonText(facts.info)}`
  if (facts.frequency !== undefined) middle += `,"frequency":${facts.frequency}`
  let tail = `,"mail":${facts.hasMail},"groups":${jsonTexts(groups)}`
  for (const [standard, values] of compliance) tail += `,"${standard}":${jsonTexts(values)}`
  tail += '}'
  return {
    groups: groups.map(fromByteString),
    mitreIds: facts.mitre?.id ?? [],
    render: (description, firedTimes) =>
      facts.noCounter
        ? head + jsonText(description) + middle + tail
        : `${head}${jsonText(description)}${middle},"firedtimes":${firedTimes}${tail}`,
  }
}

function splitGroups(text: ByteString): { groups: string[]; compliance: Map<string, string[]> } {
  const groups: string[] = []
  const compliance = new Map<string, string[]>()
  for (const part of text.slice(0, maxGroupBytes).split(',')) {
    if (part === '') continue
    const standard = standards.find((name) => part.startsWith(`${name}_`))
    if (!standard) {
      groups.push(part)
      continue
    }
    const values = compliance.get(standard) ?? []
    values.push(part.slice(standard.length + 1))
    compliance.set(standard, values)
  }
  return { groups, compliance }
}
