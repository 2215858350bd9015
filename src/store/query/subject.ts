import { withoutFullLog } from '../full-log.ts'
import { fold } from './value.ts'

/** A stored document as queries see it; read once for all conditions. */
export class Subject {
  readonly #text: string
  #tree: unknown
  #isRead = false
  #folded: readonly string[] | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** Everything at the path, also through lists of objects. */
  valuesAt(path: string): readonly unknown[] {
    let values: readonly unknown[] = [this.#root()]
    for (const name of path.split('.')) values = values.flatMap((value) => members(value, name))
    return values
  }

  /** Texts at the path: one, those of a list, or none. */
  textsAt(path: string): readonly string[] {
    const found = this.valuesAt(path).flatMap((value): readonly unknown[] =>
      Array.isArray(value) ? value : [value],
    )
    return found.flatMap((item) => scalarText(item) ?? [])
  }

  /** What bare words are looked for in: the message itself, and the document around it. */
  get folded(): readonly string[] {
    this.#folded ??= this.#foldedParts()
    return this.#folded
  }

  #foldedParts(): readonly string[] {
    const [message] = this.valuesAt('full_log')
    const rest = typeof message === 'string' ? withoutFullLog(this.#text, message) : undefined
    return rest === undefined || typeof message !== 'string'
      ? [fold(this.#text), '']
      : [fold(rest), fold(message)]
  }

  #root(): unknown {
    if (!this.#isRead) {
      this.#isRead = true
      this.#tree = JSON.parse(this.#text)
    }
    return this.#tree
  }
}

/** A list has its items by number; by name it has what its objects have. */
function members(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) return [member(value, name)]
  if (/^\d+$/.test(name)) return /^(?:0|[1-9]\d*)$/.test(name) ? [value[Number(name)]] : []
  return value.map((item: unknown) => (Array.isArray(item) ? undefined : member(item, name)))
}

function member(value: unknown, name: string): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
