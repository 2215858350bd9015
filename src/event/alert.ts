import type { DecodedEvent } from './decoded-event.ts'

/** The rule an event is attributed to, as stored columns, outputs and responses need it. */
export interface RuleView {
  readonly id: number
  readonly level: number
  /** Interpolated for this event, UTF-8. */
  readonly description: string
  readonly groups: readonly string[]
  readonly mitreIds: readonly string[]
  /** Names of the tactics and techniques of these ids, as in the document. */
  readonly mitreTactics: readonly string[]
  readonly mitreTechniques: readonly string[]
}

export interface Alert {
  /** `<epoch seconds>.<sequence>`, as in the document. */
  readonly id: string
  readonly event: DecodedEvent
  readonly rule: RuleView
  /** One line of `alerts.json` without the newline, valid JSON and valid Unicode (spec/rules.md §6.3). */
  readonly document: string
}
