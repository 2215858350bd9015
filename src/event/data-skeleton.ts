import { wordsOf } from './byte-words.ts'
import { lowerAscii } from './field-key.ts'
import { jsonText } from './json-text.ts'

/** Skeletons of events that were written, and who asked for them; beyond this they are made anew. */
const mostSteps = 40_000
/** Longer events and longer names are written the slow way: what is remembered stays small, and a new event cheap. */
const mostNames = 200
const longestName = 256

interface ObjectState {
  /** By lower-case key: what stands there. */
  readonly keys: Map<string, ObjectState | 'value'>
}

/**
 * Where the next field goes, after the fields before it: nearly all events repeat the names of earlier ones, so that the text
 * between two values is known.
 */
export class Step {
  /** Before the value; `undefined`: the field is left out because its place is taken. */
  readonly piece: string | undefined
  /** The same; nothing when it is left out. */
  readonly words: Int32Array
  readonly length: number
  /** How many braces end the object behind the last value. */
  readonly depth: number
  /** The field belongs into an object that is closed already: the event cannot be written in one go. */
  readonly isIrregular: boolean
  /** The latest step after this one and who asked for it: nearly always the next one as well. */
  latest: Step | undefined = undefined
  latestKey: StepKey | undefined = undefined
  readonly next = new Map<string, Step>()
  byKey: Map<StepKey, Step> | undefined = undefined
  /** The step before and the name that led here. */
  readonly before: Step | undefined
  readonly name: string
  readonly count: number

  constructor(
    came: { readonly before: Step; readonly name: string } | undefined,
    writer: { readonly piece: string | undefined; readonly depth: number; readonly isIrregular: boolean },
  ) {
    const { words, length } = wordsOf(writer.piece ?? '')
    this.piece = writer.piece
    this.words = words
    this.length = length
    this.depth = writer.depth
    this.isIrregular = writer.isIrregular
    this.before = came?.before
    this.name = came?.name ?? ''
    this.count = came ? came.before.count + 1 : 0
  }

  get closing(): string {
    return '}'.repeat(this.depth)
  }
}

/** Something that always stands for the same name. */
export interface StepKey {
  /** Dotted when it nests. */
  readonly name: string
}

/** Remembers how the fields of events nest in `data` (spec/rules.md §6.4b). */
export class DataSkeletons {
  #root = firstStep()
  /** Of all time. */
  made = 0
  #count = 0
  #writer = new SkeletonWriter()
  /** The step that the writer is at. */
  #writerAt: Step | undefined = undefined

  get root(): Step {
    return this.#root
  }

  /** `name` is dotted when it nests. */
  follow(step: Step, name: string): Step {
    const known = step.next.get(name)
    if (known) return known
    if (step.count >= mostNames || name.length > longestName) return irregular
    const next = this.#stepAfter(step, name)
    this.#remember()
    this.made += 1
    step.next.set(name, next)
    return next
  }

  /** Also who asked. */
  forget(): void {
    this.#count = 0
    this.#root = firstStep()
    this.#writerAt = undefined
  }

  #remember(): void {
    if (this.#count >= mostSteps) this.forget()
    this.#count += 1
  }

  /** The same for what is asked again and again. */
  followKey(step: Step, key: StepKey): Step {
    if (step.latestKey === key && step.latest !== undefined) return step.latest
    let next = step.byKey?.get(key)
    if (next === undefined) {
      next = this.follow(step, key.name)
      if (next === irregular) return next
      // Whoever asks may ask with new keys for the same names one day.
      this.#remember()
      step.byKey ??= new Map()
      step.byKey.set(key, next)
    }
    step.latestKey = key
    step.latest = next
    return next
  }

  /** Goes through all names again, but for the step that was made just before. */
  #stepAfter(before: Step, name: string): Step {
    if (before !== this.#writerAt) {
      this.#writer = new SkeletonWriter()
      for (const earlier of namesTo(before)) this.#writer.add(earlier)
    }
    const writer = this.#writer
    const piece = writer.add(name)
    const { depth, isIrregular } = writer
    const next = new Step({ before, name }, { piece, depth, isIrregular })
    this.#writerAt = isIrregular ? undefined : next
    return next
  }
}

function firstStep(): Step {
  return new Step(undefined, { piece: undefined, depth: 0, isIrregular: false })
}

const irregular = new Step(undefined, { piece: undefined, depth: 0, isIrregular: true })

/** Names of fields from the root to a step. */
function namesTo(last: Step): string[] {
  const names: string[] = []
  for (let step = last; step.before; step = step.before) names.push(step.name)
  return names.reverse()
}

class SkeletonWriter {
  isIrregular = false
  #isFirst = true
  readonly #open: ObjectState[] = [{ keys: new Map() }]
  #path: string[] = []

  /** Braces to close at the end. */
  get depth(): number {
    return this.#isFirst ? 0 : this.#open.length
  }

  add(name: string): string | undefined {
    const parts = name.split('.')
    const last = parts.pop() ?? ''
    const shared = this.#sharedWith(parts)
    if (!this.#isFree(shared, parts, last)) return undefined
    const closes = '}'.repeat(this.#open.length - 1 - shared)
    this.#open.length = shared + 1
    this.#path = this.#path.slice(0, shared)
    let piece = this.#isFirst ? '{' : `${closes},`
    for (const part of parts.slice(shared)) {
      piece += `${jsonText(part)}:{`
      const object: ObjectState = { keys: new Map() }
      this.#open.at(-1)?.keys.set(lowerAscii(part), object)
      this.#open.push(object)
      this.#path.push(lowerAscii(part))
    }
    this.#open.at(-1)?.keys.set(lowerAscii(last), 'value')
    this.#isFirst = false
    return `${piece}${jsonText(last)}:`
  }

  /** How many of the objects that are open the name goes through. */
  #sharedWith(parts: readonly string[]): number {
    let shared = 0
    while (shared < parts.length && this.#path[shared] === lowerAscii(parts[shared] ?? '')) {
      if (shared >= this.#path.length) break
      shared += 1
    }
    return shared
  }

  /** False when something else stands in the way; irregular when it belongs into an object that is closed already. */
  #isFree(shared: number, parts: readonly string[], last: string): boolean {
    const open = this.#open[shared]
    let object = open
    for (const key of [...parts.slice(shared), last]) {
      const found = object?.keys.get(lowerAscii(key))
      if (found === undefined) {
        this.isIrregular = object !== open
        return !this.isIrregular
      }
      if (found === 'value') return false
      object = found
    }
    return false
  }
}
