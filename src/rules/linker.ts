import type { Category } from '../event/decoded-event.ts'
import type { LoadContext } from './load-context.ts'
import { type ProblemList, quoted } from './problem-list.ts'
import type { CompiledRule } from './rule-compiler.ts'
import type { RuleDraft, TextDraft } from './rule-draft.ts'
import { type Linkage, Rule, type RuleNode } from './rule.ts'
import { MissingParents } from './missing-parents.ts'
import { firstChildId, type RuleTree } from './rule-tree.ts'

interface Parents {
  readonly nodes: readonly RuleNode[]
  readonly category: Category
}

/** Hangs compiled rules into the tree and connects correlation rules with what they count (spec/rules.md §3.5, §4.2). */
export class Linker {
  readonly missing = new MissingParents()
  readonly #tree: RuleTree
  readonly #context: LoadContext
  readonly #problems: ProblemList
  /** Rules that were refused for their own faults: a child that misses one of them is no further news. */
  readonly #broken = new Set<number>()
  readonly regexConsumers = new Set<Rule>()

  constructor(tree: RuleTree, context: LoadContext, problems: ProblemList) {
    this.#tree = tree
    this.#context = context
    this.#problems = problems
  }

  markBroken(id: number): void {
    this.#broken.add(id)
  }

  link(draft: RuleDraft, compiled: CompiledRule): void {
    const { id } = draft.attributes
    if (id < firstChildId) {
      const root = this.#create(id, compiled, compiled.category)
      this.#tree.addRoot(root)
      this.#connect(root)
      return
    }
    const parents = this.#parentsOf(draft, compiled)
    if (!parents) return
    const rule = this.#create(id, compiled, parents.category)
    for (const node of parents.nodes) this.#tree.addUnder(node, rule)
    this.#connect(rule)
  }

  #create(id: number, { body, linkage, sortKey }: CompiledRule, category: Category): Rule {
    const rule = new Rule(id, this.#tree.rules.length, { sortKey, linkage, category }, body)
    this.#tree.register(rule)
    return rule
  }

  /** `undefined`: the rule is left out. */
  #parentsOf(draft: RuleDraft, { linkage, category }: CompiledRule): Parents | undefined {
    if (linkage.ifSid) return this.#bySid(draft.attributes.id, linkage.ifSid, category)
    if (linkage.ifMatchedSid !== undefined && !linkage.ifGroup)
      return this.#byMatchedSid(draft, linkage.ifMatchedSid)
    if (linkage.ifLevel) return this.#byLevel(linkage.ifLevel)
    const group = linkage.ifGroup?.text ?? linkage.ifMatchedGroup
    if (group !== undefined) return this.#byGroup(group, draft)
    const root = this.#tree.rootOf(category)
    if (root) return { nodes: [root], category }
    const message = `no root rule of category ${category} is loaded before this one; the rule is left out`
    this.#problems.warn('category-not-found', message, draft.at)
    return undefined
  }

  #bySid(ruleId: number, ifSid: TextDraft, category: Category): Parents | undefined {
    const ids = this.#idsIn(ifSid)
    if (!ids) return undefined
    const nodes = ids.flatMap((id) => this.#placesOf(id, ruleId, ifSid))
    if (nodes.length === 0) this.missing.leftOut(ruleId, ids)
    if (/[, ]\n?$/.test(ifSid.text)) nodes.push(...this.#trailing(ifSid, category))
    const [first] = nodes
    if (first) return { nodes, category: first.rule.category }
    this.#problems.warn('no-parent-left', 'none of its parents is loaded; the rule is left out', ifSid.at)
    return undefined
  }

  /** `undefined` when it is not a list of ids, which leaves the rule out. */
  #idsIn(ifSid: TextDraft): number[] | undefined {
    const text = ifSid.text.endsWith('\n') ? ifSid.text.slice(0, -1) : ifSid.text
    const ids = text.match(/\d+/g)
    if (!/^[\d, ]+$/.test(text) || !ids) {
      const message = `if_sid ${quoted(ifSid.text)} is not a list of rule ids; the rule is left out`
      this.#problems.warn('invalid-if-sid', message, ifSid.contentAt)
      return undefined
    }
    if (text !== ifSid.text)
      this.#problems.warn('invalid-signature-id', 'if_sid ends in a line feed', ifSid.contentAt)
    return ids.map(Number)
  }

  #placesOf(id: number, ruleId: number, ifSid: TextDraft): RuleNode[] {
    const parent = this.#tree.rule(id)
    if (parent) return this.#tree.placesOf(parent)
    if (!this.#broken.has(id)) {
      const message = `there is no rule ${id} before this one`
      this.missing.note(id, ruleId, this.#problems.problems.length)
      this.#problems.warn('parent-not-found', message, ifSid.contentAt)
    }
    return []
  }

  /** The original also hangs the rule under its category root, where it fires without its parent. */
  #trailing(ifSid: TextDraft, category: Category): RuleNode[] {
    const message = 'if_sid ends in a separator; other engines would also try this rule without its parent'
    this.#problems.warn('trailing-separator', message, ifSid.contentAt)
    const root = this.#context.quirks.has('Q-1') ? this.#tree.rootOf(category) : undefined
    return root ? [root] : []
  }

  #byMatchedSid(draft: RuleDraft, sid: number): Parents | undefined {
    const parent = this.#tree.rule(sid)
    if (parent) return { nodes: this.#tree.placesOf(parent), category: parent.category }
    if (!this.#broken.has(sid)) {
      const message = `there is no rule ${sid} before this one; the rule is left out`
      this.missing.note(sid, draft.attributes.id, this.#problems.problems.length)
      this.#problems.warn(
        'matched-parent-not-found',
        message,
        draft.texts.get('if_matched_sid')?.at ?? draft.at,
      )
    }
    return undefined
  }

  #byLevel(ifLevel: TextDraft): Parents | undefined {
    const level = /^\d+$/.test(ifLevel.text) ? Number(ifLevel.text) : 0
    if (level < 1) {
      const message = `if_level ${quoted(ifLevel.text)} is not a number from 1; the rule is left out`
      this.#problems.warn('invalid-if-level', message, ifLevel.contentAt)
      return undefined
    }
    const rules = this.#tree.rulesFromLevel(level)
    return parentsAmong(rules) ?? this.#leftOut('no rule has that level', ifLevel)
  }

  #byGroup(group: string, draft: RuleDraft): Parents | undefined {
    const element = draft.texts.get('if_group') ?? draft.texts.get('if_matched_group')
    const parents = parentsAmong(this.#tree.rulesInGroup(group))
    return parents ?? this.#leftOut(`no rule before this one is in group ${quoted(group)}`, element ?? draft)
  }

  #leftOut(why: string, { at }: Pick<TextDraft, 'at'>): undefined {
    this.#problems.warn('group-not-found', `${why}; the rule is left out`, at)
    return undefined
  }

  /** Tells the counted rules who counts them; rules loaded later are not counted by group. */
  #connect(rule: Rule): void {
    const source = rule.body.correlation?.source
    if (source?.kind === 'sid') {
      const target = this.#tree.rule(source.sid)
      if (!target) return
      target.hasSidList = true
      target.sidConsumers.push(rule)
    } else if (source?.kind === 'group') {
      for (const counted of this.#tree.rulesWhere((groupText) => source.matches(groupText))) {
        // Once per event; the original counts an event once per place of its rule.
        const times = this.#context.quirks.has('Q-5') ? counted.nodes.length : 1
        for (let time = 0; time < times; time += 1) counted.groupConsumers.push(rule)
      }
    } else if (source?.kind === 'regex') this.regexConsumers.add(rule)
  }

  /** A second definition of a rule takes the place of the first (spec/rules.md §4.10). */
  overwrite(rule: Rule, draft: RuleDraft, compiled: CompiledRule): void {
    const { id } = rule
    if (id < firstChildId) {
      this.#problems.error('overwrite-of-root', `rule ${id} is a root and cannot be overwritten`, draft.at)
      return
    }
    const { correlation } = compiled.body
    const before = rule.body.correlation
    if (correlation && !before) {
      const message = `rule ${id} counts nothing and cannot be overwritten by a rule that does; the original stays`
      this.#problems.warn('overwrite-plain-with-correlation', message, draft.at)
      return
    }
    if (compiled.linkage.ifSid && !this.#idsIn(compiled.linkage.ifSid)) return
    this.#compareLinkage(rule.linkage, compiled.linkage, draft)
    const { groupText } = rule.body
    if (correlation && before && correlation.source.kind !== 'regex')
      rule.body = { ...compiled.body, correlation: { ...correlation, source: before.source } }
    else rule.body = compiled.body
    this.#tree.regroup(rule, groupText)
  }

  #compareLinkage(original: Linkage, wanted: Linkage, draft: RuleDraft): void {
    const differs =
      (wanted.ifSid && wanted.ifSid.text !== original.ifSid?.text) ||
      (wanted.ifLevel && wanted.ifLevel.text !== original.ifLevel?.text) ||
      (wanted.ifGroup && wanted.ifGroup.text !== original.ifGroup?.text) ||
      (wanted.ifMatchedSid !== undefined && wanted.ifMatchedSid !== original.ifMatchedSid) ||
      (wanted.ifMatchedGroup !== undefined && wanted.ifMatchedGroup !== original.ifMatchedGroup)
    if (!differs) return
    const message = 'a rule keeps the parents and the counted rules of its first definition'
    this.#problems.warn('overwrite-of-parent-ignored', message, draft.at)
  }
}

/** Every place of every one of the rules. */
function parentsAmong(rules: readonly Rule[]): Parents | undefined {
  const nodes = rules.flatMap((rule) => rule.nodes)
  const [first] = nodes
  return first && { nodes, category: first.rule.category }
}
