import { isSecretFlag, isSecretName } from './secret-names.ts'

/** Stands for what was there. */
export const marker = '[masked]'

export interface LeafMask {
  /** Members count as secret by their names and by what Kubernetes secrets look like. */
  readonly knowsNames: boolean
  /** What is left of a text somewhere in the tree; the same text when there is nothing to mask. */
  maskText(text: string, depth: number): string
  /** Something was masked because of where it is. */
  counted(pattern: string): void
}

/** What is known of the place of a value. */
interface Context {
  /** Name of the member, or of the list it is in. */
  readonly name: string
  /** The value is secret when it is a text or a list of texts. */
  readonly isSecret: boolean
  /** So is every text anywhere below it. */
  readonly isDeep: boolean
  /** Below the body of a request about Kubernetes secrets. */
  readonly isSecretBody: boolean
}

const deepest = 64
const nothing: Context = { name: '', isSecret: false, isDeep: false, isSecretBody: false }
const word = /[^\s,\]}]+/y
const space = /\s*/y
const dataPath = /^\/(?:data|stringData)(?:\/|$)/

/**
 * Masks values in JSON text and leaves everything else as it is written, byte for byte. `undefined`: this is no JSON. Secret are members with such a name, the
 * value of a variable with such a name, the argument behind such a flag, and what Kubernetes secrets hold, in whatever a body of a request is.
 */
export function maskJson(text: string, depth: number, leaves: LeafMask): string | undefined {
  const scan = new Scan(text, depth, leaves)
  try {
    return scan.run()
  } catch (error) {
    if (error instanceof NoJson) return undefined
    throw error
  }
}

class NoJson extends Error {}

class Scan {
  readonly #text: string
  readonly #depth: number
  readonly #leaves: LeafMask
  #at = 0
  #level = 0
  #out = ''
  /** Up to here the text is in `#out`. */
  #copied = 0
  /** An audit event says what it is about before it shows bodies. */
  #isAboutSecrets = false

  constructor(text: string, depth: number, leaves: LeafMask) {
    this.#text = text
    this.#depth = depth
    this.#leaves = leaves
  }

  run(): string {
    this.#value(nothing)
    this.#skip(space)
    if (this.#at < this.#text.length) throw new NoJson()
    return this.#copied === 0 ? this.#text : this.#out + this.#text.slice(this.#copied)
  }

  /** The text when it is one, before masking. */
  #value(context: Context): string | undefined {
    this.#skip(space)
    const first = this.#text[this.#at]
    if (first === '"') return this.#string(context)
    if (++this.#level > deepest) throw new NoJson()
    if (first === '{') this.#object(context)
    else if (first === '[') this.#array(context)
    else if (!this.#skip(word)) throw new NoJson()
    this.#level--
    return undefined
  }

  #object(context: Context): void {
    const inside = { isSecretKind: false, variable: '', path: '' }
    for (let next = this.#enter('}'); next; next = this.#isNext('}')) {
      const name = this.#token()
      this.#skip(space)
      if (this.#text[this.#at++] !== ':') throw new NoJson()
      const value = this.#value(this.#below(context, name, inside))
      if (value === undefined) continue
      if (name === 'kind') inside.isSecretKind = value === 'Secret'
      else if (name === 'name') inside.variable = value
      else if (name === 'path') inside.path = value
      else if (name === 'resource' && context.name === 'objectRef') this.#isAboutSecrets = value === 'secrets'
    }
  }

  #below(context: Context, name: string, inside: Inside): Context {
    if (!this.#leaves.knowsNames) return { ...nothing, name }
    const isSecretBody =
      context.isSecretBody ||
      (this.#isAboutSecrets && (name === 'requestObject' || name === 'responseObject'))
    const isContent = name === 'data' || name === 'stringData'
    const isDeep = context.isDeep || (isContent && (isSecretBody || inside.isSecretKind))
    const isVariable = isSecretName(inside.variable) || (isSecretBody && dataPath.test(inside.path))
    const isSecret = isDeep || isSecretName(name) || (name === 'value' && isVariable)
    return { name, isSecret, isDeep, isSecretBody }
  }

  #array(context: Context): void {
    const { knowsNames } = this.#leaves
    let isSecret = context.isSecret
    for (let next = this.#enter(']'); next; next = this.#isNext(']')) {
      const value = this.#value({ ...context, isSecret })
      isSecret = context.isSecret || (knowsNames && value !== undefined && isSecretFlag(value))
    }
  }

  #string({ isSecret, name }: Context): string {
    const start = this.#at
    const text = this.#token()
    if (isSecret) {
      if (text !== '' && text !== marker) this.#replace(start, marker, name)
    } else {
      const masked = this.#leaves.maskText(text, this.#depth + 1)
      if (masked !== text) this.#replace(start, masked, undefined)
    }
    return text
  }

  #replace(start: number, masked: string, name: string | undefined): void {
    if (name !== undefined) this.#leaves.counted('member')
    this.#out += this.#text.slice(this.#copied, start) + JSON.stringify(masked)
    this.#copied = this.#at
  }

  #token(): string {
    const start = this.#at
    if (this.#text[start] !== '"') throw new NoJson()
    let end = this.#text.indexOf('"', start + 1)
    while (end !== -1 && isEscaped(this.#text, end)) end = this.#text.indexOf('"', end + 1)
    if (end === -1) throw new NoJson()
    this.#at = end + 1
    const inner = this.#text.slice(start + 1, end)
    return inner.includes('\\') ? unquoted(`"${inner}"`) : inner
  }

  #enter(close: string): boolean {
    this.#at++
    this.#skip(space)
    if (this.#text[this.#at] !== close) return true
    this.#at++
    return false
  }

  #isNext(close: string): boolean {
    this.#skip(space)
    const found = this.#text[this.#at++]
    if (found !== ',' && found !== close) throw new NoJson()
    this.#skip(space)
    return found === ','
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    const found = pattern.test(this.#text)
    if (found) this.#at = pattern.lastIndex
    return found
  }
}

interface Inside {
  readonly isSecretKind: boolean
  readonly variable: string
  readonly path: string
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text[before] === '\\') before--
  return (at - before) % 2 === 0
}

function unquoted(token: string): string {
  try {
    const text: unknown = JSON.parse(token)
    return String(text)
  } catch {
    throw new NoJson()
  }
}
