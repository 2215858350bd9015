import type { Problem } from './problem.ts'
import type { XmlElement } from './xml-element.ts'
import { XmlReader } from './xml-reader.ts'
import { applyVariables, isVariable } from './xml-variables.ts'

export interface XmlResult {
  /** What was complete before the first problem. */
  readonly roots: readonly XmlElement[]
  /** All of them fatal. Empty: the whole text was read. */
  readonly problems: readonly Problem[]
}

export interface XmlOptions {
  /** `<var name="X">` and `$X`, as in rules and decoders (spec/rules.md §1.4). Off: `var` is an element like others. */
  readonly variables?: boolean
}

/**
 * Reads the XML-like dialect of rules, decoders and ossec.conf (spec/rules.md §1.3): no entities, no prolog, several roots, `\<` for
 * a literal `<`, comments that join the text around them. Linear in the text, never throws; stops at the first syntax problem.
 */
export function parseXml(text: string, file: string, options: XmlOptions = {}): XmlResult {
  const reader = new XmlReader(text, file)
  const problem = reader.readAll()
  if (problem) return { roots: reader.roots, problems: [problem] }
  if (options.variables === false) return { roots: reader.roots, problems: [] }
  const problems = applyVariables(reader)
  return { roots: reader.roots.filter((root) => !isVariable(root)), problems }
}
