import { parseXml } from '../dialect/xml.ts'
import type { Problem } from '../dialect/problem.ts'
import type { XmlElement } from '../dialect/xml-element.ts'

/** Which element of `ossec.conf` a section is: `<kube_audit>`, or `<wodle name="docker-listener">`. */
export interface SectionKey {
  readonly element: string
  readonly name?: string
}

export interface Blocks {
  /** Every block of this section in file order. */
  of(key: SectionKey): readonly XmlElement[]
  readonly problems: readonly Problem[]
}

/** Sections that existing files may hold (spec/configuration.md §1.4); what we do not read yet is warned about by name. */
const knownElsewhere = new Set(
  `global alerts email_alerts ruleset syscheck rootcheck localfile remote client client_buffer command active-response
  syslog_output integration reports agentless database_output auth cluster socket wodle labels logging sca gcp-pubsub gcp-bucket
  github office365 ms-graph vulnerability-detection vulnerability-detector indexer agent-upgrade task-manager fluent-forward
  rule_test wdb anti_tampering`.split(/\s+/),
)

function keyText({ element, name }: SectionKey): string {
  return name === undefined ? element : `${element} name="${name}"`
}

function keyOf(block: XmlElement): SectionKey {
  const name =
    block.name === 'wodle'
      ? block.attributes.find((attribute) => attribute.name === 'name')?.value
      : undefined
  return name === undefined ? { element: block.name } : { element: block.name, name }
}

/**
 * Reads `ossec.conf` into its sections. All `<ossec_config>` roots count as one (spec/configuration.md §1.1). Never throws; `fatal`
 * problems mean that the file must not be used.
 */
export function readBlocks(text: string, file: string, supported: readonly SectionKey[]): Blocks {
  const { roots, problems: syntax } = parseXml(text, file, { variables: false })
  const problems: Problem[] = [...syntax]
  const sections = new Map<string, XmlElement[]>(supported.map((key) => [keyText(key), []]))
  for (const root of roots) {
    if (root.name !== 'ossec_config') {
      problems.push({
        code: 'invalid-root-element',
        severity: 'fatal',
        message: `the file must consist of <ossec_config> elements, not <${root.name}>`,
        at: root.at,
      })
      continue
    }
    for (const block of root.children) {
      const known = sections.get(keyText(keyOf(block)))
      if (known) known.push(block)
      else problems.push(unsupported(block))
    }
  }
  return { of: (key) => sections.get(keyText(key)) ?? [], problems }
}

function unsupported(block: XmlElement): Problem {
  const shown = `<${keyText(keyOf(block))}>`
  return knownElsewhere.has(block.name)
    ? {
        code: 'unsupported-section',
        severity: 'warning',
        message: `${shown} is not supported yet; nothing in it takes effect`,
        at: block.at,
      }
    : {
        code: 'unknown-section',
        severity: 'warning',
        message: `${shown} is not a section of the configuration; it is ignored`,
        at: block.at,
      }
}

/** Several blocks of a scalar section as if written as one: later values win, lists add up (spec/configuration.md §1.3). */
export function mergeBlocks(blocks: readonly XmlElement[]): XmlElement | undefined {
  const [first, second] = blocks
  if (!first || !second) return first
  const { name, attributes, content, at, contentAt } = first
  return { name, attributes, content, at, contentAt, children: blocks.flatMap(({ children }) => children) }
}
