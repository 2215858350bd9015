import type { ByteString } from '../../event/byte-string.ts'

/** A value to add: its text and its parsed form, which events share. */
export class JsonLeaf {
  readonly text: ByteString
  readonly value: unknown

  constructor(text: ByteString) {
    this.text = text
    this.value = JSON.parse(text)
  }
}

/** An object to add to another. */
export interface Members {
  readonly [name: string]: JsonLeaf | Members
}

/** The parsed form of an object, or `undefined` when the text is anything else. */
export function parseJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return isObject(found) ? found : undefined
  } catch {
    return undefined // the caller says what that means
  }
}

/**
 * Adds members to the text of a JSON object and to its parsed form, touching nothing else of the text. What is there stays: a member of
 * that name (in any case) is kept, and only entered when both are objects.
 */
export function addMembers(text: ByteString, tree: Record<string, unknown>, members: Members): ByteString {
  const edits: Edit[] = []
  collectEdits({ text, at: text.indexOf('{'), end: text.lastIndexOf('}') }, { tree, members, edits })
  edits.sort((left, right) => left.at - right.at)
  let result = ''
  let from = 0
  for (const { at, insert } of edits) {
    result += text.slice(from, at) + insert
    from = at
  }
  return result + text.slice(from)
}

interface Edit {
  readonly at: number
  readonly insert: string
}

interface Spot {
  readonly text: string
  /** Of the opening brace. */
  readonly at: number
  /** Of the closing brace. */
  readonly end: number
}

interface Addition {
  readonly tree: Record<string, unknown>
  readonly members: Members
  readonly edits: Edit[]
}

function collectEdits({ text, at, end }: Spot, { tree, members, edits }: Addition): void {
  const names = new Map(Object.keys(tree).map((name) => [name.toLowerCase(), name]))
  const wasEmpty = names.size === 0
  const added: string[] = []
  for (const [name, value] of Object.entries(members)) {
    const present = names.get(name.toLowerCase())
    if (present === undefined) {
      added.push(`${JSON.stringify(name)}:${textOf(value)}`)
      define(tree, name, valueOf(value))
      continue
    }
    const inner = tree[present]
    if (value instanceof JsonLeaf || !isObject(inner)) continue
    const innerAt = memberAt(text, at, present)
    if (innerAt !== undefined)
      collectEdits(
        { text, at: innerAt, end: objectEnd(text, innerAt) },
        { tree: inner, members: value, edits },
      )
  }
  if (added.length > 0) edits.push({ at: end, insert: (wasEmpty ? '' : ',') + added.join(',') })
}

function textOf(value: JsonLeaf | Members): ByteString {
  if (value instanceof JsonLeaf) return value.text
  const inner = Object.entries(value).map(([name, found]) => `${JSON.stringify(name)}:${textOf(found)}`)
  return `{${inner.join(',')}}`
}

function valueOf(value: JsonLeaf | Members): unknown {
  if (value instanceof JsonLeaf) return value.value
  return Object.fromEntries(Object.entries(value).map(([name, found]) => [name, valueOf(found)]))
}

/** Also for a name like `__proto__`. */
function define(tree: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(tree, name, { value, enumerable: true, writable: true, configurable: true })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where the value of the last member of that name begins; the text is valid JSON. */
function memberAt(text: string, objectAt: number, name: string): number | undefined {
  let found: number | undefined
  let at = skipBlank(text, objectAt + 1)
  while (text.charAt(at) === '"') {
    const keyEnd = stringEnd(text, at)
    const valueAt = skipBlank(text, skipBlank(text, keyEnd) + 1)
    if (JSON.parse(text.slice(at, keyEnd)) === name) found = valueAt
    at = skipBlank(text, valueEnd(text, valueAt))
    if (text.charAt(at) === ',') at = skipBlank(text, at + 1)
  }
  return found
}

/** Index of the closing brace of the object that opens at `at`; the length when it is never closed. */
export function objectEnd(text: string, at: number): number {
  let depth = 0
  for (let here = at; here < text.length; here += 1) {
    const character = text.charAt(here)
    if (character === '"') here = stringEnd(text, here) - 1
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    if (depth === 0) return here
  }
  return text.length
}

function valueEnd(text: string, at: number): number {
  const character = text.charAt(at)
  if (character === '"') return stringEnd(text, at)
  if (character === '{' || character === '[') return objectEnd(text, at) + 1
  let end = at
  while (end < text.length && !/[,}\]\s]/.test(text.charAt(end))) end += 1
  return end
}

/** Index after the closing quote. */
function stringEnd(text: string, at: number): number {
  let end = at
  do {
    end = text.indexOf('"', end + 1)
    if (end < 0) return text.length
  } while (isEscaped(text, end))
  return end + 1
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charAt(at - 1 - backslashes) === '\\') backslashes += 1
  return backslashes % 2 === 1
}

function skipBlank(text: string, at: number): number {
  let here = at
  while (/\s/.test(text.charAt(here)) && here < text.length) here += 1
  return here
}
