import type { Category } from '../event/decoded-event.ts'
import { lowerAscii } from '../event/field-key.ts'
import { type Rule, RuleNode } from './rule.ts'

/** Ids below this hang at the top (spec/rules.md §2). */
export const firstChildId = 10
/** A rule with several parents hangs in several places; this stops a file that multiplies them. */
const maxNodes = 2_000_000

/** The tree while it is built (spec/rules.md §4.2). */
export class RuleTree {
  readonly roots: RuleNode[] = []
  readonly rules: Rule[] = []
  readonly #byId = new Map<number, Rule>()
  readonly #byGroup = new Map<string, { readonly lower: string; readonly rules: Set<Rule> }>()
  #nodeCount = 0

  get isFull(): boolean {
    return this.#nodeCount > maxNodes
  }

  rule(id: number): Rule | undefined {
    return this.#byId.get(id)
  }

  register(rule: Rule): void {
    this.rules.push(rule)
    this.#byId.set(rule.id, rule)
    this.#addToGroup(rule)
  }

  addRoot(rule: Rule): void {
    this.#insert(this.roots, new RuleNode(rule, undefined))
  }

  addUnder(parent: RuleNode, rule: Rule): void {
    this.#insert(parent.children, new RuleNode(rule, parent))
  }

  /** Before the first sibling with a smaller key: level 0 first, then high to low, equal ones in load order. */
  #insert(siblings: RuleNode[], node: RuleNode): void {
    siblings.splice(firstBelow(siblings, node.rule.sortKey), 0, node)
    node.rule.addNode(node)
    this.#nodeCount += 1
  }

  /** The root template of a category. */
  rootOf(category: Category): RuleNode | undefined {
    return this.roots.find(({ rule }) => rule.category === category)
  }

  /**
   * The places of a rule that get a new child: a search through the tree that leaves a list of siblings at the first node
   * with the id, so what stands behind or below that node is not reached.
   */
  placesOf(rule: Rule): RuleNode[] {
    if (rule.nodes.length === 1) return [...rule.nodes]
    const firstIn = new Map<readonly RuleNode[], RuleNode>()
    const positions = new Map<RuleNode, number>()
    for (const node of rule.nodes) {
      const siblings = this.#siblingsOf(node)
      positions.set(node, siblings.indexOf(node))
      const first = firstIn.get(siblings)
      if (!first || (positions.get(first) ?? 0) > (positions.get(node) ?? 0)) firstIn.set(siblings, node)
    }
    return [...firstIn.values()].filter((node) => this.#isReached(node, firstIn))
  }

  /** No ancestor stands behind, or is, a node with the id in its own list. */
  #isReached(node: RuleNode, firstIn: ReadonlyMap<readonly RuleNode[], RuleNode>): boolean {
    for (let at = node.parent; at; at = at.parent) {
      const siblings = this.#siblingsOf(at)
      const first = firstIn.get(siblings)
      if (first && siblings.indexOf(first) <= siblings.indexOf(at)) return false
    }
    return true
  }

  #siblingsOf(node: RuleNode): readonly RuleNode[] {
    return node.parent ? node.parent.children : this.roots
  }

  /** Rules whose sort key is at least that of the level; all of level 0 are among them. */
  rulesFromLevel(level: number): Rule[] {
    return this.rules.filter(({ sortKey }) => sortKey >= level * 100)
  }

  /** Rules whose whole group string contains the text: alternatives with `|`, `^` anchors (spec/rules.md §3.5). */
  rulesInGroup(text: string): Rule[] {
    const alternatives = lowerAscii(text).split('|')
    const found: Rule[] = []
    for (const { lower, rules } of this.#byGroup.values()) {
      const isIn = alternatives.some((alternative) =>
        alternative.startsWith('^') ? lower.startsWith(alternative.slice(1)) : lower.includes(alternative),
      )
      if (isIn) for (const rule of rules) found.push(rule)
    }
    return found
  }

  /** Rules by their whole group string. */
  rulesWhere(isWanted: (groupText: string) => boolean): Rule[] {
    const found: Rule[] = []
    for (const [groupText, { rules }] of this.#byGroup)
      if (isWanted(groupText)) for (const rule of rules) found.push(rule)
    return found
  }

  /** Tells the tree that a rule has other groups than before. */
  regroup(rule: Rule, before: string): void {
    this.#byGroup.get(before)?.rules.delete(rule)
    this.#addToGroup(rule)
  }

  #addToGroup(rule: Rule): void {
    const { groupText } = rule.body
    const known = this.#byGroup.get(groupText)
    if (known) known.rules.add(rule)
    else this.#byGroup.set(groupText, { lower: lowerAscii(groupText), rules: new Set([rule]) })
  }
}

/** Siblings stand from high to low: where the first smaller key is, by halving, so that 50,000 siblings load in seconds. */
function firstBelow(siblings: readonly RuleNode[], sortKey: number): number {
  let low = 0
  let high = siblings.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((siblings[middle]?.rule.sortKey ?? 0) < sortKey) high = middle
    else low = middle + 1
  }
  return low
}
