import { pythonJson } from '../../event/python-json.ts'

const quote = 0x22
const backslash = 0x5c
const letterU = 0x75

/** Of the head and of the tail. */
const longestFrame = 4096
/** Larger documents take the slow way; the scratch memory stays. */
const longestFast = 256 * 1024
/** A byte becomes at most six: `\u007f`. */
const scratch = Buffer.allocUnsafe(longestFast * 6 + 2 * longestFrame)

/** Position in the scratch memory; a module's own state because there is one thread and no call in between. */
let out = 0

function put(text: string): void {
  out += scratch.write(text, out, 'latin1')
}

/** One UTF-16 unit inside a string, as `json.dumps` with `ensure_ascii` writes it. */
function putUnit(unit: number): void {
  put(pythonJson(String.fromCharCode(unit)).slice(1, -1))
}

/** An escape, `at` on its backslash; gives the index behind it. Escapes other than `\u` and `\/` are the same in Python. */
function putEscape(bytes: Buffer, at: number): number {
  const kind = bytes[at + 1] ?? 0
  if (kind === letterU) {
    putUnit(Number.parseInt(bytes.toString('latin1', at + 2, at + 6), 16))
    return at + 6
  }
  if (kind !== 0x2f) scratch[out++] = backslash
  scratch[out++] = kind
  return at + 2
}

/** A run of bytes beyond printable ASCII; gives the index behind it. */
function putOthers(bytes: Buffer, at: number): number {
  let end = at + 1
  while ((bytes[end] ?? 0) >= 0x7f) end += 1
  const text = bytes.toString('utf8', at, end)
  for (let index = 0; index < text.length; index += 1) putUnit(text.charCodeAt(index))
  return end
}

/** A string, `at` on its opening quote; gives the index behind the closing one. */
function putString(bytes: Buffer, at: number): number {
  scratch[out++] = quote
  let index = at + 1
  for (;;) {
    const byte = bytes[index] ?? quote
    if (byte === backslash) index = putEscape(bytes, index)
    else if (byte >= 0x7f) index = putOthers(bytes, index)
    else {
      scratch[out++] = byte
      index += 1
      if (byte === quote) return index
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value with its long integers as bigint: they are parsed as marked objects and turned back. */
function exactNumbers(json: string): unknown {
  const marked = json.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') ? token : `{"\\u0000integer":"${token}"}`,
  )
  return JSON.parse(marked, (_key, value: unknown) => {
    const digits = isObject(value) ? value['\u0000integer'] : undefined
    return typeof digits === 'string' && /^-?\d+$/.test(digits) ? BigInt(digits) : value
  })
}

/** What stands around the members of an object, in the form of Python. */
export interface PythonFrame {
  /** Instead of the opening brace. */
  readonly head: string
  /** Instead of the closing brace. */
  readonly tail: string
}

function putJson(bytes: Buffer, from: number, to: number): void {
  let at = from
  while (at < to) {
    const byte = bytes[at] ?? 0
    if (byte === quote) at = putString(bytes, at)
    else {
      if (byte > 0x20) scratch[out++] = byte
      if (byte === 0x2c || byte === 0x3a) scratch[out++] = 0x20
      at += 1
    }
  }
}

function slowText(bytes: Buffer): string {
  return pythonJson(exactNumbers(bytes.toString('utf8', 0, bytes.length)))
}

/**
 * A JSON document in the form `json.dumps(json.loads(document))` prints: `", "` and `": "`, everything beyond ASCII escaped, numbers digit
 * by digit as they came. Works on bytes because a walk over the parsed value takes four times as long.
 * @param bytes valid JSON, UTF-8
 */
export function pythonText(bytes: Buffer): string {
  if (bytes.length > longestFast) return slowText(bytes)
  out = 0
  putJson(bytes, 0, bytes.length)
  return scratch.toString('latin1', 0, out)
}

/** The same for an object with members and without spaces around it, in another frame than its braces. */
export function framedPythonText(bytes: Buffer, { head, tail }: PythonFrame): string {
  if (bytes.length > longestFast || head.length > longestFrame || tail.length > longestFrame)
    return head + slowText(bytes).slice(1, -1) + tail
  out = 0
  put(head)
  putJson(bytes, 1, bytes.length - 1)
  put(tail)
  return scratch.toString('latin1', 0, out)
}
