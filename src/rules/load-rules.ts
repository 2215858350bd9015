import { MatchBudget } from '../dialect/match-budget.ts'
import { parseXml } from '../dialect/xml.ts'
import type { Place, Problem } from '../dialect/problem.ts'
import type { XmlElement } from '../dialect/xml-element.ts'
import type { ByteString } from '../event/byte-string.ts'
import { EngineRuleSet } from './engine-rule-set.ts'
import { Linker } from './linker.ts'
import type { LoadContext } from './load-context.ts'
import { ProblemList, quoted } from './problem-list.ts'
import { readAttributes } from './rule-attributes.ts'
import type { RuleAttributes } from './rule-draft.ts'
import { RuleCompiler } from './rule-compiler.ts'
import { readRule } from './rule-reader.ts'
import type { Rule } from './rule.ts'
import { RuleTree } from './rule-tree.ts'

export interface RuleFile {
  /** Shown in problems. */
  readonly file: string
  readonly text: ByteString
  /** Rules defined here that are left out, because a draft defines them. */
  readonly left?: ReadonlySet<number>
  /** Rules that are loaded already are overwritten, whether or not these say so. */
  readonly overwrites?: boolean
}

export interface LoadedRules {
  /** `undefined` when a problem is fatal. */
  readonly ruleSet: EngineRuleSet | undefined
  readonly problems: readonly Problem[]
}

/**
 * Reads rule files in the given order, which is the order of spec/rules.md §1.2. Everything is read and every problem is
 * reported, then it is decided; the original stops at the first fatal one.
 */
export function loadRules(files: readonly RuleFile[], context: LoadContext): LoadedRules {
  const loader = new RuleLoader(context)
  for (const file of files) loader.read(file)
  return loader.result()
}

class RuleLoader {
  readonly #problems = new ProblemList()
  readonly #tree = new RuleTree()
  readonly #context: LoadContext
  readonly #linker: Linker
  readonly #compiler: RuleCompiler
  readonly #budget = new MatchBudget()
  readonly #exhausted = new Map<number, number>()
  /** Where rules stand, those that are left out among them. */
  readonly #places = new Map<number, Place>()

  constructor(context: LoadContext) {
    this.#context = context
    this.#linker = new Linker(this.#tree, context, this.#problems)
    this.#compiler = new RuleCompiler(context, this.#problems, {
      budget: this.#budget,
      onExhausted: (id) => void this.#exhausted.set(id, (this.#exhausted.get(id) ?? 0) + 1),
    })
  }

  result(): LoadedRules {
    this.#linker.missing.explain(this.#problems, this.#places)
    const { problems, fatalCount } = this.#problems
    const parts = {
      tree: this.#tree,
      regexConsumers: [...this.#linker.regexConsumers],
      exhausted: this.#exhausted,
      budget: this.#budget,
      context: this.#context,
    }
    return { ruleSet: fatalCount > 0 ? undefined : new EngineRuleSet(parts), problems }
  }

  read(from: RuleFile): void {
    const { roots, problems } = parseXml(from.text, from.file)
    for (const problem of problems) this.#problems.add(problem)
    if (problems.length > 0) return
    if (roots.length === 0 && from.text !== '')
      this.#problems.fatal('empty-file', 'there is no <group> in this file', {
        file: from.file,
        line: 1,
        column: 1,
      })
    for (const root of roots) this.#readGroup(root, from)
  }

  #readGroup(group: XmlElement, from: RuleFile): void {
    const [attribute, second] = group.attributes
    if (group.name.toLowerCase() !== 'group' || attribute?.name.toLowerCase() !== 'name' || second) {
      const message = `expected <group name="...">, with that attribute only, not <${group.name}>`
      this.#problems.fatal('invalid-root-element', message, group.at)
      return
    }
    if (group.children.length === 0)
      this.#problems.fatal('group-without-rules', `group ${quoted(attribute.value)} has no rules`, group.at)
    for (const child of group.children) {
      if (child.name.toLowerCase() === 'rule') this.#readRule(child, attribute.value, from)
      else this.#problems.fatal('invalid-rule-element', `expected <rule>, not <${child.name}>`, child.at)
    }
  }

  /** `undefined`: there is nothing to go on with, or a draft stands for this rule. */
  #readAttributes(element: XmlElement, from: RuleFile): RuleAttributes | undefined {
    if (element.attributes.length === 0) {
      this.#problems.fatal('no-id-or-level', 'a rule needs the attributes id and level', element.at)
      return undefined
    }
    const attributes = readAttributes(element, this.#problems)
    if (!attributes || from.left?.has(attributes.id)) return undefined
    if (!this.#places.has(attributes.id)) this.#places.set(attributes.id, element.at)
    return attributes
  }

  #readRule(element: XmlElement, groupName: string, from: RuleFile): void {
    const before = this.#problems.fatalCount
    const attributes = this.#readAttributes(element, from)
    if (!attributes) return
    const { id } = attributes
    const existing = this.#tree.rule(id)
    if (existing && !attributes.overwrite && !isDraftOf(existing, from)) {
      const message = `rule ${id} is loaded already, from ${existing.body.at.file}:${existing.body.at.line}; this one is left out`
      this.#problems.warn('duplicate-id', message, element.at)
      return
    }
    if (element.children.length === 0) {
      this.#problems.fatal('rule-without-options', `rule ${id} is empty`, element.at)
      return
    }
    if (!existing && attributes.overwrite) this.#overwritesNothing(id, element)
    const draft = readRule(element, attributes, groupName, this.#problems)
    const compiled = this.#compiler.compile(draft, existing)
    if (this.#problems.fatalCount > before) this.#linker.markBroken(id)
    else if (compiled && existing) this.#linker.overwrite(existing, draft, compiled)
    else if (compiled) this.#linker.link(draft, compiled)
  }

  #overwritesNothing(id: number, { at }: XmlElement): void {
    const message = `there is no rule ${id} to overwrite; it is added`
    this.#problems.warn('overwrite-of-unknown-rule', message, at)
  }
}

function isDraftOf({ body }: Rule, { overwrites, file }: RuleFile): boolean {
  return overwrites === true && body.at.file !== file
}
