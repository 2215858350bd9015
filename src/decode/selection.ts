import type { ByteString } from '../event/byte-string.ts'
import type { DecoderView } from '../event/decoded-event.ts'
import { lowerAscii } from '../event/field-key.ts'
import type { Root } from './decoder-tree.ts'
import type { Definition } from './definition.ts'
import type { RootLists } from './root-lists.ts'

/** Which decoder an event has, and where the parts of it ended (spec/decoders.md §6.4, §6.5). */
export interface Selection {
  readonly root: Root
  /** Whose name, category and options count: the child's when its prematch matched, else the root's. */
  readonly view: DecoderView
  readonly definition: Definition
  /** Index in `root.children` where evaluation starts; −1: the root's own plugin or regex, −2: nothing. */
  readonly first: number
  /** Where the text behind the root's prematch starts. */
  readonly parentEnd: number
  /** Where the text behind the chosen child's prematch starts. */
  readonly childEnd: number
}

export const evaluateRoot = -1
export const evaluateNothing = -2

/** A lower-cased copy of the log pays from here on. */
const manyCandidates = 2

export function selectDecoder(
  lists: RootLists,
  programName: ByteString | undefined,
  log: ByteString,
): Selection | undefined {
  const candidates = lists.candidates(programName, log)
  let lower: ByteString | undefined
  for (let index = 0; index < candidates.length; index += 1) {
    const root = candidates[index]
    if (root === undefined) break
    if (index === manyCandidates) lower = lowerAscii(log)
    const { prematch } = root.definition
    const parentEnd = prematch === undefined ? 0 : prematch.pattern.match(log, 0, lower)
    if (parentEnd >= 0) return selectChild(root, log, parentEnd, lower)
  }
  return undefined
}

function selectChild(
  root: Root,
  log: ByteString,
  parentEnd: number,
  lower: ByteString | undefined,
): Selection {
  const { view, definition, children } = root
  if (children.length === 0)
    return { root, view, definition, first: evaluateRoot, parentEnd, childEnd: parentEnd }
  const order = root.order.candidates(log, parentEnd)
  const low = lower ?? (order.length > manyCandidates ? lowerAscii(log) : undefined)
  for (const index of order) {
    const child = children[index]
    if (child === undefined) break
    const { prematch } = child.definition
    if (prematch === undefined)
      return { root, view, definition, first: index, parentEnd, childEnd: parentEnd }
    const childEnd = prematch.pattern.match(log, prematch.offset === 'after_parent' ? parentEnd : 0, low)
    if (childEnd >= 0)
      return { root, view: child.view, definition: child.definition, first: index, parentEnd, childEnd }
  }
  return { root, view, definition, first: evaluateNothing, parentEnd, childEnd: parentEnd }
}
