import { withoutFullLog } from '../full-log.ts'
import { documentPath, isTime } from './field.ts'
import type { Query } from './query.ts'
import { addressNumber, fold, numberOf, pieces, timeOf, wanted, type Wanted } from './value.ts'

/** A stored document as queries see it; read once for all conditions. */
class Subject {
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

/** The same answer as the store's, for one document: live tail and the memory store. */
export function predicate(query: Query): (document: string) => boolean {
  const test = compile(query)
  return (document) => test(new Subject(document))
}

type Test = (subject: Subject) => boolean

function compile(query: Query): Test {
  switch (query.kind) {
    case 'all':
      return () => true
    case 'and': {
      const parts = query.parts.map(compile)
      return (subject) => parts.every((part) => part(subject))
    }
    case 'or': {
      const parts = query.parts.map(compile)
      return (subject) => parts.some((part) => part(subject))
    }
    case 'not': {
      const part = compile(query.part)
      return (subject) => !part(subject)
    }
    case 'match':
      return query.field === undefined
        ? anywhere(pieces(query.value, query.phrase))
        : matches(documentPath(query.field), wanted(query.value, query.phrase))
    case 'exists': {
      const path = documentPath(query.field)
      return (subject) => (subject.at(path) ?? undefined) !== undefined
    }
    case 'range':
      return range(query)
  }
}

function anywhere(parts: readonly string[]): Test {
  const inDocument = parts.map((part) => fold(JSON.stringify(part).slice(1, -1)))
  const inMessage = parts.map(fold)
  return ({ folded: [document = '', message = ''] }) =>
    contains(document, ['', ...inDocument, '']) || contains(message, ['', ...inMessage, ''])
}

function matches(path: string, want: Wanted): Test {
  const passes = textTest(want)
  return (subject) => subject.textsAt(path).some(passes)
}

function textTest(want: Wanted): (text: string) => boolean {
  switch (want.kind) {
    case 'equals':
      return (text) => fold(text) === want.text
    case 'pattern':
      return (text) => contains(fold(text), want.parts)
    case 'network':
      return (text) => {
        const address = addressNumber(text)
        return address !== undefined && address >= want.first && address <= want.last
      }
  }
}

/** The parts in order, the first at the start, the last at the end. */
function contains(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false
  let from = first.length
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return from <= text.length - last.length
}

function range({ field, operator, value }: Extract<Query, { kind: 'range' }>): Test {
  const path = documentPath(field)
  const time = isTime(path) ? timeOf(value) : undefined
  if (time !== undefined) {
    return (subject) => {
      const [text = ''] = subject.textsAt('timestamp')
      const found = timeOf(text)
      return found !== undefined && holds(found - time, operator)
    }
  }
  const number = numberOf(value)
  if (number === undefined) {
    const wantedText = Buffer.from(fold(value))
    return (subject) =>
      subject
        .textsAt(path)
        .some((text) => holds(Buffer.compare(Buffer.from(fold(text)), wantedText), operator))
  }
  return (subject) =>
    subject.textsAt(path).some((text) => {
      const found = numberOf(text)
      return found !== undefined && holds(found - number, operator)
    })
}

function holds(difference: number, operator: '<' | '<=' | '>' | '>='): boolean {
  switch (operator) {
    case '<':
      return difference < 0
    case '<=':
      return difference <= 0
    case '>':
      return difference > 0
    case '>=':
      return difference >= 0
  }
}
