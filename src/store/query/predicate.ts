import { documentPath, isTime } from './field.ts'
import type { Query } from './query.ts'
import { Subject } from './subject.ts'
import { addressDigits, addressNumber, fold, numberOf, pieces, timeOf, wanted, type Wanted } from './value.ts'

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
      return (subject) =>
        subject
          .valuesAt(path)
          .some((value) => (Array.isArray(value) ? value.length > 0 : (value ?? undefined) !== undefined))
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
    case 'network6':
      return (text) => {
        const digits = addressDigits(text)
        return digits !== undefined && digits >= want.first && digits <= want.last
      }
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
