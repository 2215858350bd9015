import { type Alternative, groupToken, oneToken, programOf } from './alternative.ts'

const mostSaved = 4

/**
 * The power of the subject's length that matching can cost at worst (spec/decoders.md §1.5): each run that can also be ended by the byte
 * it reads saves a position to go on from, four at most, and without an anchor all of it begins again and again.
 */
export function costExponent(alternative: Alternative): number {
  const { kinds, sets, bytes, size } = programOf(alternative)
  let choices = 0
  for (let p = 0; p < size - 1; p += 1) {
    if ((kinds[p] ?? 0) <= oneToken) continue
    const next = kinds[p + 1] === groupToken ? p + 2 : p + 1
    if (next < size && overlap(p, next)) choices += 1
  }
  return Math.min(choices, mostSaved) + (alternative.isStart ? 0 : 1)

  function overlap(run: number, next: number): boolean {
    const members = sets[run]
    const others = sets[next]
    if (!members) return false
    if ((kinds[next] ?? 0) >= oneToken)
      return others?.some((isIn, byte) => isIn === 1 && members[byte] === 1) === true
    const byte = bytes[next] ?? 0
    return members[byte] === 1 || members[String.fromCharCode(byte).toUpperCase().charCodeAt(0)] === 1
  }
}
