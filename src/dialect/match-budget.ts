/** What our own matchers may do for one event, all patterns together: some 50 ms. The stock ruleset's own samples take 112,000 at most. */
const stepsPerEvent = 5_000_000
/** Long events cost more with every pattern, without any malice: up to 11 steps for each byte of 155 KB. */
const stepsPerByte = 16
/** V8 cannot be interrupted. What its matches could cost at worst, in its quicker steps, is counted beforehand: 150 ms, then our own take over. */
const nativeStepsPerEvent = 100_000_000

/**
 * Shared by all patterns of a rule set, or of its decoders: however many patterns are costly for one event, together they end soon.
 * What is given up does not match, and says so as a pattern that used up its own budget does.
 */
export class MatchBudget {
  #steps = stepsPerEvent
  #nativeSteps = nativeStepsPerEvent
  #isUsedUp = false
  #eventsUsedUp = 0

  /** Events whose budget was used up. */
  get eventsUsedUp(): number {
    return this.#eventsUsedUp
  }

  /** Begins another event. */
  refill(eventBytes: number): void {
    this.#steps = stepsPerEvent + stepsPerByte * eventBytes
    this.#nativeSteps = nativeStepsPerEvent
    this.#isUsedUp = false
  }

  /** Steps that one run may make, of those that it wants. */
  allowed(wanted: number): number {
    return Math.min(wanted, Math.max(0, this.#steps))
  }

  spend(steps: number): void {
    this.#steps -= steps
    if (this.#steps > 0 || this.#isUsedUp) return
    this.#isUsedUp = true
    this.#eventsUsedUp += 1
  }

  /** May V8 run a match that costs so much at worst? When not, an own matcher does, which stops in time. */
  takeNative(worstSteps: number): boolean {
    if (worstSteps > this.#nativeSteps) return false
    this.#nativeSteps -= worstSteps
    return true
  }
}
