import type { Place, Problem } from '../../dialect/problem.ts'
import type { XmlElement } from '../../dialect/xml-element.ts'
import { repeated, type Read, type Values } from '../option.ts'

export interface RulesetFolder {
  /** As written; relative to the home directory. */
  readonly path: string
  /** OSRegex on `folder/file`; `undefined` means files that end in `.xml`. */
  readonly pattern: string | undefined
  readonly at: Place
}

export interface RulesetFile {
  /** As written; relative to the home directory. */
  readonly path: string
  readonly at: Place
}

const folder = {
  accepts: 'a folder, with an optional attribute pattern="…" (OSRegex)',
  read: ({ content, attributes, at }: XmlElement): Read<RulesetFolder> => {
    const pattern = attributes.find(({ name }) => name === 'pattern')?.value
    if (content === '') return { wrong: 'must name a folder' }
    if (attributes.length > 0 && pattern === undefined) return { wrong: 'may have no attribute but pattern' }
    return { value: { path: content, pattern, at } }
  },
}

const file = {
  accepts: 'a file',
  read: ({ content, at }: XmlElement): Read<RulesetFile> =>
    content === '' ? { wrong: 'must name a file' } : { value: { path: content, at } },
}

/** Numbers that docs/decisions/rule-surprises.md explains. */
const quirkNames = ['Q-1', 'Q-3', 'Q-4', 'Q-5', 'Q-10'] as const
export type QuirkName = (typeof quirkNames)[number]

const quirk = {
  accepts: quirkNames.join(', '),
  read: ({ content }: XmlElement): Read<QuirkName> => {
    const known = quirkNames.find((name) => name === content)
    return known ? { value: known } : { wrong: `must be one of ${quirkNames.join(', ')}` }
  },
}

/** `<ruleset>`: spec/rules.md §1.1. Several blocks add up (quirk Q-30 is not kept). */
export const rulesetOptions = {
  decoderDirs: repeated('decoder_dir', 'Folder with decoder files.', folder),
  decoderIncludes: repeated('decoder_include', 'One decoder file.', file),
  decoderExcludes: repeated('decoder_exclude', 'Decoder file to leave out, by path or name.', file),
  ruleDirs: repeated('rule_dir', 'Folder with rule files.', folder),
  ruleIncludes: repeated('rule_include', 'One rule file.', file),
  ruleExcludes: repeated('rule_exclude', 'Rule file to leave out, by path or name.', file),
  lists: repeated('list', 'CDB list that rules refer to.', file),
  quirks: repeated('quirk', 'Surprise of Wazuh 4 that is fixed here and shall be as it is there.', quirk),
}
export type RulesetSection = Values<typeof rulesetOptions>

/** The original reads only the last of several `<ruleset>` sections: whoever relies on that should know. */
export function severalRulesets(blocks: readonly XmlElement[]): Problem[] {
  const [, second] = blocks
  if (!second) return []
  const message = 'there are several <ruleset> sections; they add up here, Wazuh reads only the last one'
  return [{ code: 'several-rulesets', severity: 'warning', message, at: second.at }]
}
