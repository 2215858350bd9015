import { compileFind } from '../contains.ts'
import { isLineAnchored } from './facts.ts'
import type { Node, Parsed } from './node.ts'

/** A literal and how many bytes must at least stand between it and the one before. */
interface Link {
  readonly gap: number
  readonly text: string
}

/**
 * A test for patterns of literals with `.*` or `.+` between them: each is looked for behind the one before, where V8 would try the
 * ends from the back. Only for subjects without a line feed. `undefined`: the pattern is not of that form.
 */
export function compileChain({ root, isUtf }: Parsed): ((subject: string) => boolean) | undefined {
  const links = isUtf ? undefined : linksOf(root)
  if (links === undefined) return undefined
  const finds = links.map(({ gap, text }) => ({ gap, length: text.length, find: compileFind(text) }))
  return (subject) => {
    let at = 0
    for (const { gap, length, find } of finds) {
      const found = find(subject, at + gap)
      if (found === -1) return false
      at = found + length
    }
    return true
  }
}

function linksOf(root: Node): readonly Link[] | undefined {
  const items = root.kind === 'sequence' ? root.items : []
  const links: Link[] = []
  let gap = 0
  let text = ''
  for (const item of items) {
    if (item.kind === 'set') {
      const byte = item.members.indexOf(1)
      if (byte < 0 || item.members.includes(1, byte + 1)) return undefined
      text += String.fromCharCode(byte)
      continue
    }
    if (text === '' || !isAnything(item)) return undefined
    links.push({ gap, text })
    gap = item.kind === 'repeat' ? item.min : 0
    text = ''
  }
  if (text === '' || links.length === 0) return undefined
  return [...links, { gap, text }]
}

/** `.*` or `.+`, greedy or not. */
function isAnything(item: Node): boolean {
  return (
    item.kind === 'repeat' &&
    item.mode !== 'possessive' &&
    isLineAnchored({ ...item, min: 0, mode: 'greedy' })
  )
}
