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

  at(path: string): unknown {
    let value = this.#root()
    for (const name of path.split('.')) value = member(value, name)
    return value
  }

  /** Texts at the path: one, those of a list, or none. */
  textsAt(path: string): readonly string[] {
    const value = this.at(path)
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    return list.flatMap((item) => scalarText(item) ?? [])
  }

  /** What bare words are looked for in: the message itself, and the document around it. */
  get folded(): readonly string[] {
    this.#folded ??= this.#foldedParts()
    return this.#folded
  }

  #foldedParts(): readonly string[] {
    const message = this.at('full_log')
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

function member(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
