import type { RuleDetail, RuleHooks, RuleSummary, RuleTestResult, RuleTrace } from './api/api-options.ts'
import { fromByteString, toByteString } from './event/byte-string.ts'
import { RawEvent } from './event/raw-event.ts'
import type { LoadedEngine } from './load-engine.ts'
import type { RulesetFiles } from './ruleset-files.ts'
import type { Evaluation } from './rules/evaluation.ts'
import type { Condition } from './rules/condition.ts'
import type { Rule } from './rules/rule.ts'
import type { Trace } from './rules/trace.ts'

/** What the dashboard asks about the rules in force. `loaded` is asked every time: rules may have been read again. */
export function ruleHooks(
  loaded: () => LoadedEngine,
  files: RulesetFiles,
  now: () => number,
  /** The rules as they would be with a file that is not saved; it has been checked before. */
  drafted: (name: string, text: string) => LoadedEngine | undefined = () => undefined,
): RuleHooks {
  return {
    list: () => loaded().engine.rules.rules.map(summary),
    show: (id) => {
      const rule = loaded().engine.rules.rule(id)
      return rule && detail(rule, files)
    },
    test: async ({ lines, location, draft }) => {
      const engine = draft ? drafted(draft.name, draft.text) : loaded()
      if (!engine) throw new Error('testing a draft: its rules cannot be used')
      const { decoder, rules } = engine.newSession()
      const memory = rules.newMemory({ mode: 'logtest' })
      return lines.map((line, index): RuleTestResult => {
        const parts = { id: `test:${index}`, source: 'test', receivedAtMs: now() }
        const event = decoder.decode(
          new RawEvent({ ...parts, location: toByteString(location), text: toByteString(line) }),
        )
        if (!event) return { alert: false, output: null, trace: [] }
        const tree = new TraceTree()
        const verdict = rules.evaluate(event, memory, tree)
        const output: unknown = JSON.parse(verdict.logtestDocument())
        return { alert: verdict.isAlert, output, trace: tree.roots }
      })
    },
  }
}

function summary({ id, body }: Rule): RuleSummary {
  const { file, line } = body.at
  return {
    id,
    level: body.level,
    description: fromByteString(body.description.raw),
    groups: body.text.groups,
    mitreIds: body.text.mitreIds,
    file,
    line,
    origin: file.startsWith('ruleset/') ? 'built-in' : 'local',
  }
}

const ids = (rules: Iterable<Rule>): number[] => [...new Set([...rules].map(({ id }) => id))]

function detail(rule: Rule, files: RulesetFiles): RuleDetail {
  const parents = rule.nodes.flatMap(({ parent }) => (parent ? [parent.rule] : []))
  const children = rule.nodes.flatMap((node) => node.children.map((child) => child.rule))
  return { ...summary(rule), xml: xmlOf(rule, files), parents: ids(parents), children: ids(children) }
}

/** The rule as its author wrote it; nothing when the file has changed or gone since. */
function xmlOf({ body }: Rule, files: RulesetFiles): string {
  try {
    const lines = fromByteString(files.read(body.at.file))
      .split('\n')
      .slice(body.at.line - 1)
    const end = lines.findIndex((line) => line.includes('</rule>'))
    return lines
      .slice(0, end + 1)
      .join('\n')
      .slice(body.at.column - 1)
  } catch {
    return ''
  }
}

interface OpenTrace extends RuleTrace {
  matched: boolean
  reason?: string
  readonly children: OpenTrace[]
}

const longestValue = 120
const mostTried = 2000

/** Every rule that was tried, as a tree: which matched, and what failed in the others. */
class TraceTree implements Trace {
  readonly roots: OpenTrace[] = []
  readonly #path: OpenTrace[] = []
  #count = 0

  trying(rule: Rule, depth: number): void {
    const { id, body } = rule
    const found: OpenTrace = {
      ruleId: id,
      level: body.level,
      description: fromByteString(body.description.raw),
      matched: false,
      children: [],
    }
    this.#path.length = depth
    const siblings = depth === 0 ? this.roots : this.#path[depth - 1]?.children
    if (this.#count++ < mostTried) siblings?.push(found)
    this.#path[depth] = found
  }

  failed(_rule: Rule, condition: Condition, evaluation: Evaluation): void {
    const actual = condition.actual(evaluation)
    const shown =
      actual === undefined ? 'absent' : JSON.stringify(fromByteString(actual.slice(0, longestValue)))
    this.#say(`<${condition.element}> is ${shown}, expected ${fromByteString(condition.expected)}`)
  }

  notEnough(): void {
    this.#say('not enough earlier events in the time frame')
  }

  matched(): void {
    const last = this.#path.at(-1)
    if (last) last.matched = true
  }

  #say(reason: string): void {
    const last = this.#path.at(-1)
    if (last) last.reason = reason
  }
}
