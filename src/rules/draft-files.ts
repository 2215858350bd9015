import { parseXml } from '../dialect/xml.ts'
import type { ByteString } from '../event/byte-string.ts'
import type { RuleFile } from './load-rules.ts'

/** A rule file that is not installed. */
export interface RuleDraftFile {
  /** As problems show it; its last part decides which installed file it stands for. */
  readonly file: string
  readonly text: ByteString
}

/**
 * The files as they would be with the drafts among them: a draft takes the place of the file of the same name, else it is loaded last, so that it may name
 * any rule. What it defines wins over other files: local ones lose those rules, those of the ruleset are overwritten.
 */
export function withDraft(files: readonly RuleFile[], drafts: readonly RuleDraftFile[]): readonly RuleFile[] {
  if (drafts.length === 0) return files
  const left = new Set(drafts.flatMap(({ text, file }) => ruleIds(text, file)))
  const waiting = new Map(
    drafts.map(({ file, text }) => [baseName(file), { file, text, overwrites: true }] as const),
  )
  const placed = files.flatMap((installed): RuleFile[] => {
    const name = baseName(installed.file)
    const draft = waiting.get(name)
    waiting.delete(name)
    return [draft ?? (installed.file.startsWith('ruleset/') ? installed : { ...installed, left })]
  })
  return [...placed, ...waiting.values()]
}

/** Of every rule that a file defines; problems are found when it is loaded. */
export function ruleIds(text: ByteString, file: string): readonly number[] {
  return parseXml(text, file).roots.flatMap((group) =>
    group.children.flatMap(({ attributes }) => {
      const value = attributes.find(({ name }) => name.toLowerCase() === 'id')?.value ?? ''
      return /^\d{1,6}$/.test(value) ? [Number(value)] : []
    }),
  )
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}
