import type { Literal } from '../pattern.ts'
import { notLineFeed, union } from './byte-set.ts'
import type { Node } from './node.ts'

/** More alternatives than this say little. */
const maxAlternatives = 256

/** May match without taking a byte. */
export function isNullable(node: Node): boolean {
  switch (node.kind) {
    case 'set':
      return false
    case 'sequence':
      return node.items.every(isNullable)
    case 'either':
      return node.branches.some(isNullable)
    case 'group':
    case 'atomic':
      return isNullable(node.body)
    case 'repeat':
      return node.min === 0 || isNullable(node.body)
    default:
      return true
  }
}

/** The bytes that a match can begin with; `undefined` when it may be empty or begins with a reference. */
export function firstBytes(node: Node): Uint8Array | undefined {
  if (isNullable(node)) return undefined
  switch (node.kind) {
    case 'set':
      return node.members
    case 'sequence':
      return firstOfSequence(node.items)
    case 'either': {
      const sets = node.branches.map(firstBytes)
      return sets.every((set) => set !== undefined)
        ? union(...sets.filter((set) => set !== undefined))
        : undefined
    }
    case 'group':
    case 'atomic':
    case 'repeat':
      return firstBytes(node.body)
    default:
      return undefined
  }
}

function firstOfSequence(items: readonly Node[]): Uint8Array | undefined {
  const sets: Uint8Array[] = []
  for (const item of items) {
    if (item.kind === 'assert' || item.kind === 'look') continue
    const isLast = !isNullable(item)
    const set = firstBytes(optional(item) ?? item)
    if (!set) return undefined
    sets.push(set)
    if (isLast) return union(...sets)
  }
  return undefined
}

/** What a node that may be left out repeats. */
function optional(node: Node): Node | undefined {
  return node.kind === 'repeat' && node.min === 0 ? node.body : undefined
}

export function isAnchored(node: Node): boolean {
  if (node.kind === 'assert') return node.what === 'start'
  if (node.kind === 'sequence')
    return node.items.some((item, i) => isAnchored(item) && onlyAssertions(node.items, i))
  if (node.kind === 'either') return node.branches.every(isAnchored)
  return (node.kind === 'group' || node.kind === 'atomic') && isAnchored(node.body)
}

function onlyAssertions(items: readonly Node[], before: number): boolean {
  return items.slice(0, before).every(({ kind }) => kind === 'assert' || kind === 'look')
}

/** Begins with a greedy `.*`: when that fails at one place it fails everywhere up to the next line. */
export function isLineAnchored(node: Node): boolean {
  const [first] = node.kind === 'sequence' ? node.items : [node]
  return (
    first?.kind === 'repeat' &&
    first.mode === 'greedy' &&
    first.min === 0 &&
    first.max === Infinity &&
    first.body.kind === 'set' &&
    notLineFeed.every(
      (member, byte) => member === 0 || (first.body.kind === 'set' && first.body.members[byte] === 1),
    )
  )
}

/** The lower-case letter or other byte that a set stands for, when it is one. */
function foldedByte(members: Uint8Array): number | undefined {
  let found: number | undefined
  for (let byte = 0; byte < 256; byte += 1) {
    if (members[byte] === 0) continue
    const folded = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
    if (found !== undefined && found !== folded) return undefined
    found = folded
  }
  return found
}

function holdsBothCases(members: Uint8Array, folded: number): boolean {
  return folded < 0x61 || folded > 0x7a || (members[folded - 0x20] === 1 && members[folded] === 1)
}

interface Run {
  readonly text: string
  /** The run is all there is to it: every subject with the text matches. */
  readonly isExact: boolean
}

/** What every match contains one of, in lower case. */
export function literalsOf(
  root: Node,
): { readonly literals: readonly Literal[]; readonly isExact: boolean } | undefined {
  const branches = root.kind === 'either' ? root.branches : [root]
  const found = branches.map(branchLiterals)
  if (found.some((one) => one === undefined)) return undefined
  const all = found.filter((one) => one !== undefined)
  const literals = all.flatMap((one) => one.literals)
  return literals.length > maxAlternatives
    ? undefined
    : { literals, isExact: all.every((one) => one.isExact) }
}

function branchLiterals(node: Node): { literals: readonly Literal[]; isExact: boolean } | undefined {
  const isStart =
    node.kind === 'sequence' && node.items[0]?.kind === 'assert' && node.items[0].what === 'start'
  const items = node.kind === 'sequence' ? node.items.slice(isStart ? 1 : 0) : [node]
  const head = literalRun(items)
  if (isStart && head.text !== '')
    return { literals: [{ kind: 'prefix', text: head.text }], isExact: head.isExact }
  const heads = isStart && items[0] ? branchHeads(items[0]) : undefined
  if (heads) return { literals: heads.map((text) => ({ kind: 'prefix', text })), isExact: false }
  const texts = bestTexts(node)
  if (!texts) return undefined
  return { literals: texts.map((text) => ({ kind: 'contains', text })), isExact: !isStart && head.isExact }
}

/** `(?:a…|b…)`: what each branch begins with. */
function branchHeads(node: Node): readonly string[] | undefined {
  const inner = node.kind === 'group' ? node.body : node
  if (inner.kind !== 'either' || inner.branches.length > maxAlternatives) return undefined
  const heads = inner.branches.map(
    (branch) => literalRun(branch.kind === 'sequence' ? branch.items : [branch]).text,
  )
  return heads.includes('') ? undefined : heads
}

/** The literal at the start of a sequence. */
function literalRun(items: readonly Node[]): Run {
  let text = ''
  let isExact = true
  for (const item of items) {
    const byte = item.kind === 'set' ? foldedByte(item.members) : undefined
    if (byte === undefined || item.kind !== 'set') return { text, isExact: false }
    text += String.fromCharCode(byte)
    isExact &&= holdsBothCases(item.members, byte)
  }
  return { text, isExact: isExact && text !== '' }
}

/** A set of texts of which every match contains one; the most telling that is found. */
function bestTexts(node: Node): readonly string[] | undefined {
  switch (node.kind) {
    case 'set': {
      const byte = foldedByte(node.members)
      return byte === undefined ? undefined : [String.fromCharCode(byte)]
    }
    case 'sequence':
      return bestOfSequence(node.items)
    case 'either': {
      const all = node.branches.map(bestTexts)
      const texts = all.flatMap((one) => one ?? [])
      return all.includes(undefined) || texts.length > maxAlternatives ? undefined : texts
    }
    case 'group':
    case 'atomic':
      return bestTexts(node.body)
    case 'repeat':
      return node.min > 0 ? bestTexts(node.body) : undefined
    default:
      return undefined
  }
}

function bestOfSequence(items: readonly Node[]): readonly string[] | undefined {
  let best: readonly string[] | undefined
  const consider = (texts: readonly string[] | undefined) => {
    if (texts && worth(texts) > worth(best)) best = texts
  }
  for (let from = 0; from < items.length; from += 1) {
    const { text } = literalRun(items.slice(from, from + 256))
    if (text === '') consider(bestTexts(items[from] ?? { kind: 'sequence', items: [] }))
    else {
      consider([text])
      from += text.length - 1
    }
  }
  return best
}

/** Long texts exclude more, many texts cost more. */
function worth(texts: readonly string[] | undefined): number {
  if (!texts || texts.length === 0) return 0
  const shortest = Math.min(...texts.map(({ length }) => length))
  return shortest / (1 + (texts.length - 1) / 4)
}
