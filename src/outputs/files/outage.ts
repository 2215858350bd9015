import type { FileOutputTelemetry } from '../../telemetry/file-outputs.ts'

/** Worth an event of the manager itself. */
export type OutputReport =
  | { readonly kind: 'output-failing'; readonly output: string; readonly reason: string }
  /** `seconds`: how long nothing was written. */
  | { readonly kind: 'output-recovered'; readonly output: string; readonly seconds: number }

export interface OutageParts {
  readonly now: () => number
  readonly telemetry: FileOutputTelemetry
  readonly report: (report: OutputReport) => void
}

/** A failure that the next attempt mends is not worth an alert. */
const reportAfterMs = 3_000

/** From the first failure to write a file until it is written again. */
export class Outage {
  readonly #output: string
  readonly #parts: OutageParts
  #sinceMs: number | undefined
  #isReported = false

  constructor(output: string, parts: OutageParts) {
    this.#output = output
    this.#parts = parts
  }

  failed(error: unknown, waitMs: number): void {
    const { now, telemetry, report } = this.#parts
    const reason = error instanceof Error ? error.message : String(error)
    telemetry.writeFailed(this.#output, reason, waitMs)
    this.#sinceMs ??= now()
    if (this.#isReported || now() - this.#sinceMs < reportAfterMs) return
    this.#isReported = true
    report({ kind: 'output-failing', output: this.#output, reason })
  }

  /** Something was written and recorded. */
  over(): void {
    if (this.#sinceMs === undefined) return
    const seconds = Math.round((this.#parts.now() - this.#sinceMs) / 1000)
    this.#parts.telemetry.writesAgain(this.#output, seconds)
    if (this.#isReported) this.#parts.report({ kind: 'output-recovered', output: this.#output, seconds })
    this.#sinceMs = undefined
    this.#isReported = false
  }
}
