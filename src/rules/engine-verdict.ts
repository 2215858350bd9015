import type { Alert, RuleView } from '../event/alert.ts'
import { fromByteString } from '../event/byte-string.ts'
import type { ByteString } from '../event/byte-string.ts'
import type { DecodedEvent } from '../event/decoded-event.ts'
import { alertBlock } from './document/alert-block.ts'
import {
  type DocumentParts,
  type DocumentWriter,
  type WrittenDocument,
  withoutMessage,
} from './document/event-document.ts'
import type { Outcome } from './engine-rule-set.ts'
import type { Evaluation } from './evaluation.ts'
import type { Rule } from './rule.ts'
import type { Verdict } from './rule-set.ts'

/** Keeps what the texts need and makes them when they are asked for. */
export class EngineVerdict implements Verdict {
  readonly isAlert: boolean
  readonly #event: DecodedEvent
  readonly #rule: Rule | undefined
  /** Seconds and number make the id. */
  readonly #atSeconds: number
  readonly #number: number
  readonly #firedTimes: number
  readonly #previous: readonly ByteString[]
  readonly #previousLog: ByteString | undefined
  readonly #writer: DocumentWriter
  #view: RuleView | undefined = undefined
  #alert: Alert | undefined = undefined
  #description: ByteString | undefined = undefined
  #written: WrittenDocument | undefined = undefined

  constructor(evaluation: Evaluation, { rule, isAlert }: Outcome, writer: DocumentWriter) {
    const { event, memory } = evaluation
    this.isAlert = isAlert
    this.#event = event
    this.#rule = rule
    this.#atSeconds = Math.floor(evaluation.nowMs / 1000)
    this.#number = memory.takeNumber(isAlert)
    this.#firedTimes = evaluation.firedTimes
    this.#previous = evaluation.previous
    this.#previousLog = evaluation.previousLog
    this.#writer = writer
  }

  /** The same rule without the work of its texts. */
  get ruleName(): { readonly id: number; readonly level: number } | undefined {
    return this.#rule && { id: this.#rule.id, level: this.#rule.body.level }
  }

  get rule(): RuleView | undefined {
    const rule = this.#rule
    if (!rule) return undefined
    this.#view ??= new RuleOfEvent(rule, this.#described(rule))
    return this.#view
  }

  get alert(): Alert | undefined {
    if (!this.isAlert || !this.#rule || !this.rule) return undefined
    this.#alert ??= {
      id: this.#id(),
      event: this.#event,
      rule: this.rule,
      document: this.#rule.body.flags.noFullLog ? this.#bare() : this.document(),
    }
    return this.#alert
  }

  get agentName(): string | undefined {
    return this.#writer.agentName(this.#event)
  }

  document(): string {
    return this.#both().full
  }

  shortDocument(): string {
    return this.#both().short
  }

  /** For rules with `no_full_log`: out of the archive's document when that was asked for already. */
  #bare(): string {
    return this.#written ? withoutMessage(this.#written.short) : this.#writer.renderBare(this.#parts())
  }

  /** Alert and archive share one document: made once. */
  #both(): WrittenDocument {
    return (this.#written ??= this.#writer.renderBoth(this.#parts()))
  }

  /** What a test of log lines prints: level 0 is shown, as the last key of the rule (spec/rules.md §8.1). */
  logtestDocument(): string {
    const rule = this.#rule
    const parts = this.#parts(rule?.body.level === 0)
    return rule?.body.flags.noFullLog ? this.#writer.renderBare(parts) : this.#writer.renderBoth(parts).full
  }

  /** The block of `alerts.log`; only for alerts (spec/rules.md §6.5). */
  block(utcOffsetMinutes: number): string | undefined {
    const rule = this.#rule
    if (!this.isAlert || !rule) return undefined
    return alertBlock({
      id: this.#id(),
      event: this.#event,
      rule: { id: rule.id, level: rule.body.level, hasMail: rule.body.flags.hasMail },
      groupText: rule.body.groupText,
      description: this.#described(rule),
      previous: this.#previous,
      utcOffsetMinutes,
    })
  }

  /** `<epoch seconds>.<sequence>` (spec/rules.md §6.3) */
  #id(): string {
    return `${this.#atSeconds}.${this.#number}`
  }

  #described(rule: Rule): ByteString {
    this.#description ??= rule.body.description.render(this.#event)
    return this.#description
  }

  #parts(showsLevelZero = false): DocumentParts {
    const rule = this.#rule
    return {
      event: this.#event,
      rule: rule?.body.text,
      hit: { description: rule ? this.#described(rule) : '', firedTimes: this.#firedTimes, showsLevelZero },
      atSeconds: this.#atSeconds,
      number: this.#number,
      previous: this.#previous,
      previousLog: this.#previousLog,
    }
  }
}

/** Its description is made when it is asked for. */
class RuleOfEvent implements RuleView {
  readonly id: number
  readonly level: number
  readonly groups: readonly string[]
  readonly mitreIds: readonly string[]
  readonly mitreTactics: readonly string[]
  readonly mitreTechniques: readonly string[]
  readonly #described: ByteString

  constructor({ id, body }: Rule, described: ByteString) {
    this.id = id
    this.level = body.level
    this.groups = body.text.groups
    this.mitreIds = body.text.mitreIds
    this.mitreTactics = body.text.mitreTactics
    this.mitreTechniques = body.text.mitreTechniques
    this.#described = described
  }

  get description(): string {
    return fromByteString(this.#described)
  }
}
