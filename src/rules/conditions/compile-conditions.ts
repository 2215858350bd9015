import type { Dialect } from '../../dialect/pattern.ts'
import type { Place } from '../../dialect/problem.ts'
import type { XmlElement } from '../../dialect/xml-element.ts'
import type { StaticName } from '../../event/decoded-event.ts'
import { fieldKey, lowerAscii } from '../../event/field-key.ts'
import type { Condition, TestedValue } from '../condition.ts'
import type { ListLookup } from '../list-lookup.ts'
import { lookupHolds } from '../list-lookup.ts'
import { type GeoipName, readGeoip } from '../read-geoip.ts'
import type { LoadContext } from '../load-context.ts'
import { type ProblemList, quoted } from '../problem-list.ts'
import type { RuleDraft } from '../rule-draft.ts'
import { readNegate, readType } from '../rule-reader.ts'
import { builtinPredicates } from './builtin-predicates.ts'
import { ipCondition, timeCondition, weekdayCondition } from './grammar-conditions.ts'
import { logCondition, patternCondition, type Read, valueCondition } from './pattern-condition.ts'
import type { PatternSource } from './pattern-source.ts'

/** Names that `field` refuses because they have elements of their own. */
const staticFieldNames = new Set(
  `srcip dstip srcgeoip dstgeoip srcport dstport user srcuser dstuser url id data extra_data status protocol
  system_name action`.split(/\s+/),
)

/** Compiles what one rule tests, in the order in which it is tested (spec/rules.md §4.4). */
export class ConditionCompiler {
  readonly #draft: RuleDraft
  readonly #context: LoadContext
  readonly #problems: ProblemList
  readonly #patterns: PatternSource
  readonly #conditions: Condition[] = []

  constructor(draft: RuleDraft, context: LoadContext, problems: ProblemList, patterns: PatternSource) {
    this.#draft = draft
    this.#context = context
    this.#problems = problems
    this.#patterns = patterns
  }

  compile(lists: readonly ListLookup[]): readonly Condition[] {
    this.#decodedAs()
    this.#text('program_name', (event) => event.header.programName)
    this.#fixed('id', 'system_name', 'protocol')
    this.#log('match', 'osmatch')
    this.#log('regex', 'osregex')
    this.#action()
    this.#fixed('url')
    this.#text('location', (event) => event.location)
    this.#fields()
    this.#address('srcip')
    this.#address('dstip')
    this.#fixed('srcport', 'dstport')
    this.#compiledRule()
    this.#text('user', ({ fields }) => fields.fixed('dstuser') ?? fields.fixed('srcuser'))
    this.#geoip('srcgeoip')
    this.#geoip('dstgeoip')
    this.#maxsize()
    this.#clock()
    this.#fixed('data', 'extra_data')
    this.#text('hostname', (event) => event.hostname)
    this.#fixed('status')
    this.#checkDiff()
    this.#firstSeen()
    this.#lists(lists)
    // Exactly as long as it is: these stay.
    return this.#conditions.slice()
  }

  #add(condition: Condition | undefined): void {
    if (condition) this.#conditions.push(condition)
  }

  #decodedAs(): void {
    const text = this.#draft.texts.get('decoded_as')
    if (!text) return
    const name = text.text
    if (!this.#context.decoderNames.has(name)) {
      this.#problems.fatal('unknown-decoder', `there is no decoder ${quoted(name)}`, text.contentAt)
      return
    }
    const tested: TestedValue = {
      subject: 'decoded_as',
      read: ({ decoder }) => decoder?.name,
      holds: (value) => value === name,
      ignoresCase: false,
      only: [lowerAscii(name)],
    }
    const { at } = text
    this.#add(
      valueCondition({ element: 'decoded_as', expected: JSON.stringify(name), at, negated: false, tested }),
    )
  }

  #fixed(...names: readonly StaticName[]): void {
    for (const name of names)
      if (this.#draft.texts.has(name)) this.#text(name, ({ fields }) => fields.fixed(name))
  }

  #text(element: string, read: Read): void {
    const text = this.#draft.texts.get(element)
    const pattern = text && this.#patterns.compile(text.type ?? 'osmatch', text.text, text.contentAt)
    if (pattern)
      this.#add(
        patternCondition({ element, subject: element, read, pattern, negated: text.negated, at: text.at }),
      )
  }

  #log(element: string, fallback: Dialect): void {
    const text = this.#draft.texts.get(element)
    const pattern = text && this.#patterns.compile(text.type ?? fallback, text.text, text.contentAt)
    if (pattern) this.#add(logCondition(element, pattern, text.negated, text.at))
  }

  /** Exact and case-sensitive unless a type is given. */
  #action(): void {
    const text = this.#draft.texts.get('action')
    if (!text) return
    const read: Read = ({ fields }) => fields.fixed('action')
    if (text.type) {
      this.#text('action', read)
      return
    }
    const { negated, text: wanted, at } = text
    const tested: TestedValue = {
      subject: 'action',
      read,
      holds: (value) => (value === wanted) !== negated,
      ignoresCase: false,
      only: negated ? undefined : [lowerAscii(wanted)],
    }
    const expected = `${negated ? 'not ' : ''}exactly ${JSON.stringify(wanted)}`
    this.#add(valueCondition({ element: 'action', expected, at, negated, tested }))
  }

  #fields(): void {
    const fields = this.#draft.items.filter(({ name }) => name.toLowerCase() === 'field')
    for (const field of fields) this.#field(field)
    const extra = fields[this.#context.maxFields]
    if (extra)
      this.#problems.fatal(
        'too-many-fields',
        `a rule has at most ${this.#context.maxFields} fields`,
        extra.at,
      )
  }

  #field(element: XmlElement): void {
    const name = element.attributes.find((attribute) => attribute.name === 'name')?.value
    if (name === undefined) {
      this.#problems.fatal('field-without-name', '<field> needs the attribute name', element.at)
      return
    }
    if (staticFieldNames.has(name.toLowerCase())) {
      const message = `${quoted(name)} is a static field: test it with an element of its own, not with <field>`
      this.#problems.fatal('static-field-name', message, element.at)
      return
    }
    const type = readType(element, this.#problems) ?? 'osregex'
    const pattern = this.#patterns.compile(type, element.content, element.contentAt)
    if (!pattern) return
    const key = fieldKey(name)
    this.#add(
      patternCondition({
        element: `field ${name}`,
        subject: `field ${key.lower}`,
        read: ({ fields }) => fields.dynamic(key),
        pattern,
        negated: readNegate(element, this.#problems),
        at: element.at,
      }),
    )
  }

  #address(element: 'srcip' | 'dstip'): void {
    const items = this.#draft.items.filter(({ name }) => name.toLowerCase() === element)
    this.#add(ipCondition(element, items, this.#problems))
  }

  #geoip(element: GeoipName): void {
    this.#text(element, readGeoip(element, this.#context.geoip))
  }

  #compiledRule(): void {
    const text = this.#draft.texts.get('compiled_rule')
    if (!text) return
    const test = Object.hasOwn(builtinPredicates, text.text) ? builtinPredicates[text.text] : undefined
    if (test) this.#plain('compiled_rule', text.text, text.at, test)
    else
      this.#problems.fatal(
        'unknown-compiled-rule',
        `there is no built-in test ${quoted(text.text)}`,
        text.contentAt,
      )
  }

  /** A minimum in spite of its name. */
  #maxsize(): void {
    const { maxsize } = this.#draft.attributes
    if (maxsize > 0)
      this.#plain(
        'maxsize',
        `a text of ${maxsize} bytes or more`,
        this.#draft.at,
        ({ event }) => event.log.length >= maxsize,
      )
  }

  #clock(): void {
    const time = this.#draft.texts.get('time')
    const weekday = this.#draft.texts.get('weekday')
    if (time) this.#add(timeCondition(time, this.#context, this.#problems))
    if (weekday) this.#add(weekdayCondition(weekday, this.#context, this.#problems))
  }

  #checkDiff(): void {
    const text = this.#draft.texts.get('check_diff')
    if (!text) return
    const { id } = this.#draft.attributes
    this.#plain('check_diff', 'a text other than the one before', text.at, (evaluation) => {
      const { event, memory } = evaluation
      const before = memory.diff.replace(event.hostname, id, event.log)
      if (before === undefined) return false
      evaluation.previousLog = before
      evaluation.remember(['Previous output:', before])
      return true
    })
  }

  #firstSeen(): void {
    const text = this.#draft.texts.get('if_fts')
    if (text)
      this.#plain('if_fts', 'seen for the first time', text.at, ({ event, memory }) =>
        memory.firstSeen.claim(event),
      )
  }

  #lists(lists: readonly ListLookup[]): void {
    // The original forgets all but the last two.
    const counted = this.#context.quirks.has('Q-3') ? lists.slice(-2) : lists
    const inverts = this.#context.quirks.has('Q-4')
    for (const lookup of counted) {
      this.#add({
        element: `list ${lookup.list.path}`,
        expected: `${lookup.field} ${lookup.kind}`,
        at: lookup.at,
        negated: false,
        tested: undefined,
        about: undefined,
        test: ({ event }) => lookupHolds(lookup, event, inverts),
        actual: ({ event }) => lookup.read(event),
      })
    }
  }

  #plain(element: string, expected: string, at: Place, test: Condition['test']): void {
    this.#add({
      element,
      expected,
      at,
      negated: false,
      tested: undefined,
      about: undefined,
      test,
      actual: () => undefined,
    })
  }
}
