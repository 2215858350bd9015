import type { MatchBudget } from '../dialect/match-budget.ts'
import type { PatternOptions } from '../dialect/pattern.ts'
import type { Category } from '../event/decoded-event.ts'
import type { Correlation, CorrelationSource } from './correlation.ts'
import { ConditionCompiler } from './conditions/compile-conditions.ts'
import { compileLists } from './conditions/compile-lists.ts'
import { PatternSource } from './conditions/pattern-source.ts'
import { compileDescription } from './description.ts'
import { RuleText } from './document/rule-text.ts'
import type { LoadContext } from './load-context.ts'
import { type MitreView, resolveMitre } from './mitre.ts'
import { isModifier, readModifiers } from './modifiers.ts'
import { type ProblemList, quoted } from './problem-list.ts'
import { readMitre } from './read-mitre.ts'
import type { Linkage, Rule, RuleBody, RuleFlags } from './rule.ts'
import type { RuleDraft, TextDraft } from './rule-draft.ts'

const categories: readonly Category[] = ['firewall', 'ids', 'syslog', 'web-log', 'squid', 'windows', 'ossec']
/** Sort key and level of a rule with level 0 and accuracy 0. */
const strangeLevel = 99

export interface CompiledRule {
  readonly body: RuleBody
  readonly linkage: Linkage
  readonly category: Category
  readonly sortKey: number
}

/** Keeps patterns from taking long. */
export interface Guard {
  readonly budget: MatchBudget
  /** A pattern of a rule was given up, because its own budget or that of the event was used up. */
  onExhausted(ruleId: number): void
}

/** Made apart from what reads the rule: patterns stay, and would keep its draft. */
function patternOptions(id: number, guard: Guard): PatternOptions {
  return { budget: guard.budget, onExhausted: () => guard.onExhausted(id) }
}

/** Makes a rule of its draft. `undefined`: it is left out, and the problems say why. */
export class RuleCompiler {
  readonly #context: LoadContext
  readonly #problems: ProblemList
  readonly #guard: Guard

  constructor(context: LoadContext, problems: ProblemList, guard: Guard) {
    this.#context = context
    this.#problems = problems
    this.#guard = guard
  }

  /** `existing` is the rule that the draft overwrites. */
  compile(draft: RuleDraft, existing?: Rule): CompiledRule | undefined {
    const before = this.#problems.fatalCount
    const { texts, attributes } = draft
    const patterns = new PatternSource(this.#problems, patternOptions(attributes.id, this.#guard))
    if (!texts.has('description'))
      this.#problems.fatal('no-description', `rule ${attributes.id} has no <description>`, draft.at)
    if (isStrange(draft))
      this.#problems.error('level-zero-accuracy-zero', 'level 0 with accuracy 0 counts as level 99', draft.at)
    this.#checkContext(draft)
    this.#checkIgnoreLists(texts)
    const lists = compileLists(draft.items, this.#context, this.#problems, patterns)
    const conditions = new ConditionCompiler(draft, this.#context, this.#problems, patterns).compile(
      lists ?? [],
    )
    const source = this.#source(texts, patterns)
    const flags = this.#flags(draft)
    const category = this.#category(texts)
    const mitre = resolveMitre(readMitre(draft.items, this.#problems), this.#context.mitre)
    if (this.#problems.fatalCount > before || !lists || source === 'left out') return undefined
    const correlation = source && !texts.has('check_diff') ? this.#correlation(draft, source) : undefined
    const body = bodyOf(draft, {
      conditions,
      lists,
      correlation,
      flags,
      mitre,
      patterns: patterns.patterns.slice(),
      isCounting: source !== undefined || keepsCounting(existing),
      geoip: this.#context.geoip,
    })
    return { body, linkage: linkageOf(texts, source), category, sortKey: sortKeyOf(draft) }
  }

  /** What only correlation rules may have (spec/rules.md §2, §3.6). */
  #checkContext({ attributes, texts, items, at }: RuleDraft): void {
    const hasContext = ['if_matched_sid', 'if_matched_group', 'if_matched_regex', 'check_diff'].some((name) =>
      texts.has(name),
    )
    if (hasContext) return
    const modifier = items.find(({ name }) => isModifier(name)) ?? texts.get('global_frequency')
    if (modifier) {
      const message = 'what compares events needs an if_matched_sid, if_matched_group or if_matched_regex'
      this.#problems.fatal('context-without-if-matched', message, modifier.at)
    } else if ((attributes.frequency ?? 2) > 2) {
      const message = 'a frequency needs an if_matched_sid, if_matched_group or if_matched_regex'
      this.#problems.fatal('context-without-if-matched', message, at)
    }
  }

  /** The elements do nothing here (Q-19, outputs read `ignore` elsewhere), but an empty item is refused. */
  #checkIgnoreLists(texts: RuleDraft['texts']): void {
    for (const name of ['ignore', 'check_if_ignored']) {
      const text = texts.get(name)
      if (!text?.text.split(',').some((item) => item.trim() === '')) continue
      this.#problems.fatal('invalid-ignore-list', `<${name}> has an empty item`, text.contentAt)
    }
  }

  #source(texts: RuleDraft['texts'], patterns: PatternSource): CorrelationSource | 'left out' | undefined {
    const sid = texts.get('if_matched_sid')
    if (sid) return this.#sidSource(sid)
    const group = texts.get('if_matched_group')
    const regex = texts.get('if_matched_regex')
    if (group) {
      const pattern = patterns.compile('osmatch', group.text, group.contentAt)
      return pattern && { kind: 'group', pattern: group.text, matches: (text) => pattern.test(text) }
    }
    const pattern = regex && patterns.compile('osregex', regex.text, regex.contentAt)
    return pattern && { kind: 'regex', pattern: pattern.source, matches: (log) => pattern.test(log) }
  }

  #sidSource(sid: TextDraft): CorrelationSource | 'left out' {
    if (/^\d+$/.test(sid.text)) return { kind: 'sid', sid: Number(sid.text) }
    const message = `if_matched_sid ${quoted(sid.text)} is not a number; the rule is left out`
    this.#problems.warn('invalid-if-matched-sid', message, sid.contentAt)
    return 'left out'
  }

  #correlation({ attributes, items, texts }: RuleDraft, source: CorrelationSource): Correlation {
    return {
      source,
      frequency: Math.max(attributes.frequency ?? 2, 2),
      timeframeMs: (attributes.timeframe ?? this.#context.defaultTimeframe) * 1000,
      globalFrequency: texts.has('global_frequency'),
      ...readModifiers(items, this.#context.geoip),
    }
  }

  #category(texts: RuleDraft['texts']): Category {
    const text = texts.get('category')
    const category = categories.find((known) => known === (text?.text ?? 'syslog'))
    if (!category && text) {
      const message = `there is no category ${quoted(text.text)}: ${categories.join(', ')}`
      this.#problems.fatal('invalid-category', message, text.contentAt)
    }
    return category ?? 'syslog'
  }

  #flags(draft: RuleDraft): RuleFlags {
    const { level } = draft.attributes
    const { logAlertLevel, emailAlertLevel } = this.#context
    const flags = {
      isLogged: level >= logAlertLevel,
      hasMail: level >= emailAlertLevel,
      noFullLog: false,
      noCounter: false,
      noActiveResponse: false,
    }
    for (const option of draft.items.filter(({ name }) => name.toLowerCase() === 'options')) {
      const [flag, value] = optionEffects[option.content] ?? []
      if (flag !== undefined && value !== undefined) flags[flag] = value
      else
        this.#problems.fatal(
          'invalid-option-value',
          `there is no option ${quoted(option.content)}`,
          option.contentAt,
        )
    }
    return flags
  }
}

const optionEffects: Readonly<Record<string, readonly [keyof RuleFlags, boolean]>> = {
  alert_by_email: ['hasMail', true],
  no_email_alert: ['hasMail', false],
  log_alert: ['isLogged', true],
  no_log: ['isLogged', false],
  no_ar: ['noActiveResponse', true],
  no_full_log: ['noFullLog', true],
  no_counter: ['noCounter', true],
}

/** Joining them is what their authors expect. */
const harmlessRepeats = new Set(['description', 'group', 'info', 'cve'])

interface BodyParts extends Pick<RuleBody, 'conditions' | 'lists' | 'correlation' | 'flags' | 'patterns'> {
  readonly mitre: MitreView | undefined
  /** Counts events: has an `if_matched_…`. */
  readonly isCounting: boolean
  readonly geoip: LoadContext['geoip']
}

function bodyOf(draft: RuleDraft, parts: BodyParts): RuleBody {
  const { texts, attributes, at, groupText } = draft
  const { conditions, lists, correlation, flags, patterns, mitre, isCounting, geoip } = parts
  const textOf = (element: string): string => texts.get(element)?.text ?? ''
  const level = levelOf(draft)
  return {
    conditions,
    lists,
    correlation,
    flags,
    patterns,
    level,
    at,
    noAlert: attributes.noAlert,
    ignoreSeconds: attributes.ignoreSeconds,
    groupText,
    description: compileDescription(textOf('description'), geoip),
    decodedAs: texts.get('decoded_as')?.text,
    joined: joinedOf(texts),
    text: new RuleText({
      id: attributes.id,
      level,
      description: textOf('description'),
      groupText,
      mitre,
      cve: textOf('cve'),
      info: textOf('info'),
      frequency: isCounting ? (attributes.frequency ?? 2) : undefined,
      hasMail: flags.hasMail,
      noCounter: flags.noCounter,
    }),
  }
}

const nothing: readonly string[] = []

function joinedOf(texts: RuleDraft['texts']): readonly string[] {
  let joined = nothing
  for (const { element, repeats } of texts.values())
    if (repeats > 1 && !harmlessRepeats.has(element)) joined = [...joined, element]
  return joined
}

/** The first definition counted events by id or group: that shows in documents even when a plain one overwrites it. */
function keepsCounting(existing: Rule | undefined): boolean {
  const { ifMatchedSid, ifMatchedGroup } = existing?.linkage ?? {}
  return ifMatchedSid !== undefined || ifMatchedGroup !== undefined
}

function isStrange({ attributes }: RuleDraft): boolean {
  return attributes.level === 0 && attributes.accuracy === 0
}

function levelOf(draft: RuleDraft): number {
  return isStrange(draft) ? strangeLevel : draft.attributes.level
}

/** Level 0 first, then high to low; `accuracy="0"` after all others (spec/rules.md §4.2). */
function sortKeyOf(draft: RuleDraft): number {
  const { level, accuracy } = draft.attributes
  const weight = level === 0 ? 99 : level
  return accuracy === 0 ? weight : weight * 100
}

function linkageOf(texts: RuleDraft['texts'], source: CorrelationSource | undefined): Linkage {
  return {
    ifSid: texts.get('if_sid'),
    ifLevel: texts.get('if_level'),
    ifGroup: texts.get('if_group'),
    ifMatchedSid: source?.kind === 'sid' ? source.sid : undefined,
    ifMatchedGroup: source?.kind === 'group' ? source.pattern : undefined,
  }
}
