import { pythonJson } from '../../event/python-json.ts'

const quote = 0x22
const backslash = 0x5c
const letterU = 0x75

/** A byte becomes at most six: `\u007f`. */
const mostPerByte = 6
/** Enough for nearly all documents; larger ones have memory of their own, of which only what is written is really taken. */
const usual = Buffer.allocUnsafe(256 * 1024 * mostPerByte)
let scratch = usual

/** Position in the scratch memory; both are a module's own state because there is one thread and no call in between. */
let out = 0

function put(text: string): void {
  out += scratch.write(text, out, 'latin1')
}

const ascii = Array.from({ length: 0x7f }, (_, unit) => pythonJson(String.fromCharCode(unit)).slice(1, -1))
const digits = Buffer.from('0123456789abcdef')

/** One UTF-16 unit inside a string, as `json.dumps` with `ensure_ascii` writes it. */
function putUnit(unit: number): void {
  const shown = ascii[unit]
  if (shown !== undefined) return put(shown)
  scratch[out++] = backslash
  scratch[out++] = letterU
  for (let shift = 12; shift >= 0; shift -= 4) scratch[out++] = digits[(unit >> shift) & 0xf] ?? 0
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

/** Bytes that stand for themselves; gives the index behind them. Nearly everything: variables of its own are quicker. */
function putPlain(bytes: Buffer, from: number): number {
  const target = scratch
  let to = out
  let at = from
  let byte = bytes[at] ?? quote
  while (byte !== quote && byte !== backslash && byte < 0x7f) {
    target[to++] = byte
    at += 1
    byte = bytes[at] ?? quote
  }
  out = to
  return at
}

/** A string, `at` on its opening quote; gives the index behind the closing one. */
function putString(bytes: Buffer, at: number): number {
  scratch[out++] = quote
  for (let index = at + 1; ;) {
    index = putPlain(bytes, index)
    const byte = bytes[index] ?? quote
    if (byte === quote) {
      scratch[out++] = quote
      return index + 1
    }
    index = byte === backslash ? putEscape(bytes, index) : putOthers(bytes, index)
  }
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

/** What `write` puts into scratch memory for so many bytes at most. */
function written(mostBytes: number, write: () => void): string {
  if (mostBytes > usual.length) scratch = Buffer.allocUnsafe(mostBytes)
  out = 0
  write()
  const text = scratch.toString('latin1', 0, out)
  scratch = usual
  return text
}

/**
 * A JSON document in the form `json.dumps(json.loads(document))` prints: `", "` and `": "`, everything beyond ASCII escaped, numbers digit
 * by digit as they came. Works on bytes because a walk over the parsed value takes four times as long, and patterns and recursion have an end.
 * @param bytes valid JSON, UTF-8
 */
export function pythonText(bytes: Buffer): string {
  return written(bytes.length * mostPerByte, () => putJson(bytes, 0, bytes.length))
}

/** The same for an object with members and without spaces around it, in another frame than its braces. */
export function framedPythonText(bytes: Buffer, { head, tail }: PythonFrame): string {
  return written(bytes.length * mostPerByte + head.length + tail.length, () => {
    put(head)
    putJson(bytes, 1, bytes.length - 1)
    put(tail)
  })
}
