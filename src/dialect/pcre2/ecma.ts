import type { Assertion, Node, Parsed } from './node.ts'
import { isNullable } from './facts.ts'

/** The same pattern for V8, where it means the same. */
export interface Translation {
  readonly expression: RegExp
  /** Groups come out the same as well. */
  readonly hasExactGroups: boolean
  /** Group of the translation that holds the line feed which `$` looked at but did not take; 0: none. */
  readonly lineFeedGroup: number
  /** V8 can go on with its linear engine when it backtracks too much. */
  readonly isLinear: boolean
}

/** `undefined` when ECMAScript would not match exactly the same. */
export function toEcmaScript({ root, groups, isUtf }: Parsed): Translation | undefined {
  if (isUtf) return undefined
  const translator = new Translator()
  const isTail = root.kind === 'sequence' && isEnd(root.items.at(-1))
  const body = isTail ? { ...root, items: root.items.slice(0, -1) } : root
  const text = translator.translate(body)
  if (text === undefined) return undefined
  try {
    const expression = new RegExp(isTail ? `${text}(\\n?)$` : text)
    expression.exec('') // some are found too large only here
    return {
      expression,
      hasExactGroups: translator.hasExactGroups,
      lineFeedGroup: isTail ? groups + 1 : 0,
      isLinear: translator.isLinear,
    }
  } catch {
    return undefined
  }
}

function isEnd(node: Node | undefined): boolean {
  return node?.kind === 'assert' && node.what === 'end'
}

/** The largest count that V8's linear engine unfolds. */
const maxLinearCount = 16

const assertionTexts: Readonly<Record<Assertion, string>> = {
  start: '^',
  lineStart: '(?:^|(?<=\\n)(?=[^]))',
  end: '(?=\\n?$)',
  lineEnd: '(?=\\n|$)',
  veryEnd: '$',
  word: '\\b',
  notWord: '\\B',
}

class Translator {
  hasExactGroups = true
  isLinear = true
  #seen = 0
  #repeats = 0

  translate(node: Node): string | undefined {
    switch (node.kind) {
      case 'set':
        return setText(node.members)
      case 'sequence':
        return this.#all(node.items)?.join('')
      case 'either': {
        const branches = this.#all(node.branches)
        return branches && `(?:${branches.join('|')})`
      }
      case 'group':
        return this.#group(node.index, node.body)
      case 'assert':
        if (assertionTexts[node.what].includes('(?')) this.isLinear = false
        return assertionTexts[node.what]
      case 'look':
        return this.#look(node)
      case 'repeat':
        return this.#repeat(node)
      default:
        return undefined
    }
  }

  #all(nodes: readonly Node[]): string[] | undefined {
    const texts: string[] = []
    for (const node of nodes) {
      const text = this.translate(node)
      if (text === undefined) return undefined
      texts.push(text)
    }
    return texts
  }

  #group(index: number, body: Node): string | undefined {
    this.#seen += 1
    // A repeated group is reset at each iteration there; the branches of (?| share numbers here.
    if (index !== this.#seen || this.#repeats > 0) this.hasExactGroups = false
    const text = this.translate(body)
    return text === undefined ? undefined : `(${text})`
  }

  #look({ isAhead, isNegative, body }: Node & { readonly kind: 'look' }): string | undefined {
    this.isLinear = false
    if (!isAhead) return undefined // there, look-behind runs backwards
    const text = this.translate(body)
    return text === undefined ? undefined : `(?${isNegative ? '!' : '='}${text})`
  }

  #repeat({ body, min, max, mode }: Node & { readonly kind: 'repeat' }): string | undefined {
    // An empty iteration ends a loop here and is refused there.
    if (mode === 'possessive' || isNullable(body)) return undefined
    this.#repeats += max > 1 ? 1 : 0
    const inner = this.translate(body)
    this.#repeats -= max > 1 ? 1 : 0
    if (inner === undefined) return undefined
    if (min > maxLinearCount || (max !== Infinity && max > maxLinearCount)) this.isLinear = false
    const item =
      body.kind === 'set' || body.kind === 'group' || body.kind === 'either' ? inner : `(?:${inner})`
    return `${item}${countText(min, max)}${mode === 'lazy' ? '?' : ''}`
  }
}

function countText(min: number, max: number): string {
  if (max === Infinity) return ['*', '+'][min] ?? `{${min},}`
  if (min === 0 && max === 1) return '?'
  return min === max ? `{${min}}` : `{${min},${max}}`
}

function byteText(byte: number): string {
  const char = String.fromCharCode(byte)
  return /[A-Za-z0-9 _]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, '0')}`
}

function setText(members: Uint8Array): string {
  const size = members.reduce((sum, member) => sum + member, 0)
  if (size === 256) return '[^]'
  if (size === 1) return byteText(members.indexOf(1))
  const wanted = size > 128 ? 0 : 1
  let text = ''
  for (let low = 0; low < 256; low += 1) {
    if (members[low] !== wanted) continue
    let high = low
    while (high < 255 && members[high + 1] === wanted) high += 1
    text += low === high ? byteText(low) : `${byteText(low)}-${byteText(high)}`
    low = high
  }
  return wanted === 0 ? `[^${text}]` : `[${text}]`
}
