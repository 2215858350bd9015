import type { ByteString } from '../../event/byte-string.ts'
import { Gathered, type Assembler, type HeldBytes, type LogRecord } from './assembler.ts'
import type { Line } from './line.ts'

/** Shared by the assemblers that gather consecutive lines of a file. */
abstract class Gathering implements Assembler {
  protected gathered: Gathered | undefined
  readonly #held: HeldBytes
  readonly #timeoutMs: number

  constructor(held: HeldBytes, timeoutMs: number) {
    this.#held = held
    this.#timeoutMs = timeoutMs
  }

  abstract push(line: Line, nowMs: number, into: LogRecord[]): void

  get heldFrom(): number | undefined {
    return this.gathered?.first.start
  }

  idle(nowMs: number, into: LogRecord[]): void {
    if (this.gathered && nowMs - this.gathered.atMs >= this.#timeoutMs) this.finish(into)
  }

  finish(into: LogRecord[]): void {
    this.gathered?.release(into)
    this.gathered = undefined
  }

  protected gather(line: Line, joint: string, nowMs: number, into: LogRecord[]): Gathered {
    if (this.gathered?.isFull) this.finish(into)
    this.gathered = this.gathered
      ? this.gathered.add(joint + line.text, nowMs)
      : new Gathered(line, this.#held).add(line.text, nowMs)
    return this.gathered
  }
}

/** `multi-line: N`: every N lines are one record, joined with a space. */
export class CountedLines extends Gathering {
  readonly #count: number

  constructor(count: number, held: HeldBytes) {
    super(held, Infinity)
    this.#count = count
  }

  override push(line: Line, nowMs: number, into: LogRecord[]): void {
    if (this.gather(line, ' ', nowMs, into).count >= this.#count) this.finish(into)
  }
}

const auditId = /^(?:node=\S+ )?type=\S+ msg=audit\(([^)]{1,64})\)/
const longestAuditRecord = 16

/** `audit`: consecutive lines of one audit event, joined with a space. */
export class AuditLines extends Gathering {
  #id: string | undefined

  constructor(held: HeldBytes) {
    super(held, 0)
  }

  override push(line: Line, nowMs: number, into: LogRecord[]): void {
    const id = auditId.exec(line.text)?.[1]
    if (id === undefined || id !== this.#id) this.finish(into)
    this.#id = id
    if (this.gather(line, ' ', nowMs, into).count >= longestAuditRecord || id === undefined) this.finish(into)
  }
}

export interface RegexRule {
  readonly matches: (text: ByteString) => boolean
  readonly match: 'start' | 'all' | 'end'
  /** What the newline between two lines becomes. */
  readonly joint: string
  readonly timeoutMs: number
}

/** `multi-line-regex` (spec/configuration.md §3.7). */
export class RegexLines extends Gathering {
  readonly #rule: RegexRule

  constructor(rule: RegexRule, held: HeldBytes) {
    super(held, rule.timeoutMs)
    this.#rule = rule
  }

  override push(line: Line, nowMs: number, into: LogRecord[]): void {
    const { match, matches, joint } = this.#rule
    if (match === 'start' && matches(line.text)) this.finish(into)
    const gathered = this.gather(line, joint, nowMs, into)
    if (match === 'start') return
    if (matches(match === 'end' ? line.text : gathered.text)) this.finish(into)
  }
}
