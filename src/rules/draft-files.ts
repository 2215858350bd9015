import { parseXml } from '../dialect/xml.ts'
import type { ByteString } from '../event/byte-string.ts'
import type { RuleFile } from './load-rules.ts'

/** A rule file that is not installed. */
export interface RuleDraftFile {
  /** As problems show it; its last part decides the order of loading, and which installed file it stands for. */
  readonly file: string
  readonly text: ByteString
}

/**
 * The files as they would be with the drafts among them: a draft takes the place of the file of the same name, else it is loaded as if it lay in
 * `etc/rules`. What it defines wins over other files: local ones lose those rules, those of the ruleset are overwritten.
 */
export function withDraft(files: readonly RuleFile[], drafts: readonly RuleDraftFile[]): readonly RuleFile[] {
  if (drafts.length === 0) return files
  const names = new Set(drafts.map(({ file }) => baseName(file)))
  const left = new Set(drafts.flatMap(({ text, file }) => ruleIds(text, file)))
  const others = files
    .filter(({ file }) => !names.has(baseName(file)))
    .map((file) => (file.file.startsWith('ruleset/') ? file : { ...file, left }))
  const added = drafts.map(({ file, text }): RuleFile => ({ file, text, overwrites: true }))
  const inOrder = [...others]
  for (const draft of added) {
    const place = inOrder.findIndex(({ file }) => isAfter(baseName(file), baseName(draft.file)))
    inOrder.splice(place === -1 ? inOrder.length : place, 0, draft)
  }
  return inOrder
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

function isAfter(left: string, right: string): boolean {
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) > 0
}
