import type { Pattern } from '../dialect/pattern.ts'
import type { Place } from '../dialect/problem.ts'
import type { ByteString } from '../event/byte-string.ts'
import type { Category } from '../event/decoded-event.ts'
import type { Candidates } from './candidates.ts'
import type { Condition } from './condition.ts'
import type { Correlation } from './correlation.ts'
import type { Description } from './description.ts'
import type { ListLookup } from './list-lookup.ts'
import type { RuleText } from './document/rule-text.ts'
import type { Evaluation } from './evaluation.ts'
import type { TextDraft } from './rule-draft.ts'
import { SiblingIndex } from './sibling-index.ts'

/** What `<options>` and the alert thresholds decide, computed at load (spec/rules.md §3.8, §4.5). */
export interface RuleFlags {
  /** Written to the alert outputs. */
  readonly isLogged: boolean
  readonly hasMail: boolean
  readonly noFullLog: boolean
  readonly noCounter: boolean
  readonly noActiveResponse: boolean
}

/** What `overwrite="yes"` replaces in place (spec/rules.md §4.10). */
export interface RuleBody {
  readonly level: number
  readonly at: Place
  readonly noAlert: boolean
  /** Seconds; 0 is off. */
  readonly ignoreSeconds: number
  /** In the order in which they are tested (spec/rules.md §4.4); the correlation search comes after them. */
  readonly conditions: readonly Condition[]
  readonly lists: readonly ListLookup[]
  readonly correlation: Correlation | undefined
  readonly groupText: ByteString
  readonly flags: RuleFlags
  readonly description: Description
  readonly text: RuleText
  readonly decodedAs: string | undefined
  /** For the linter: patterns of all elements, and elements that stand more than once. */
  readonly patterns: readonly { readonly pattern: Pattern; readonly at: Place }[]
  readonly joined: readonly string[]
}

/** How a rule came to hang where it hangs; kept from the first definition when a rule is overwritten. */
export interface Linkage {
  readonly ifSid: TextDraft | undefined
  readonly ifLevel: TextDraft | undefined
  readonly ifGroup: TextDraft | undefined
  readonly ifMatchedSid: number | undefined
  readonly ifMatchedGroup: string | undefined
}

const noNodes: RuleNode[] = []

/** One rule object: one per id, in one or more places of the tree (spec/rules.md §4.1). */
export class Rule {
  readonly id: number
  /** Index of its counters in `Memory`. */
  readonly index: number
  readonly category: Category
  readonly linkage: Linkage
  /** Sort key among siblings, from the first definition (spec/rules.md §4.2). */
  readonly sortKey: number
  #nodes: RuleNode[] = noNodes
  body: RuleBody
  /** Some rule correlates over this one by id: its events feed those lists and no group lists. */
  hasSidList = false
  /** Correlation rules that count events of this rule by its id or group. */
  readonly sidConsumers: Rule[] = []
  readonly groupConsumers: Rule[] = []

  constructor(
    id: number,
    index: number,
    place: Pick<Rule, 'sortKey' | 'linkage' | 'category'>,
    body: RuleBody,
  ) {
    this.id = id
    this.index = index
    this.sortKey = place.sortKey
    this.linkage = place.linkage
    this.category = place.category
    this.body = body
  }

  get nodes(): readonly RuleNode[] {
    return this.#nodes
  }

  /** Nearly every rule has one place, and a list that begins empty makes room for many. */
  addNode(node: RuleNode): void {
    if (this.#nodes === noNodes) this.#nodes = [node]
    else this.#nodes.push(node)
  }
}

/** One place of a rule in the tree. */
export class RuleNode {
  readonly rule: Rule
  readonly parent: RuleNode | undefined
  readonly depth: number
  readonly children: RuleNode[] = []
  #siblings: SiblingIndex | undefined = undefined

  constructor(rule: Rule, parent: RuleNode | undefined) {
    this.rule = rule
    this.parent = parent
    this.depth = parent ? parent.depth + 1 : 0
  }

  /** The children that could match, in order. The tree must not change any more. */
  candidates(evaluation: Evaluation): Candidates {
    this.#siblings ??= new SiblingIndex(this.children)
    return this.#siblings.candidates(evaluation)
  }
}
