import { landmarks, traces } from './secret-patterns.ts'

/** Of every landmark. */
const length = 4
/** What stands around a landmark and decides what it means. */
const reach = 36
/** What must follow those landmarks that ordinary events are full of. */
const follows: ReadonlyMap<string, RegExp> = new Map([
  ['zati', /on\\*["']?\s*[:=]/iy],
  ['tial', /s?(?:\\*["']|[\s=&]|%3d)/iy],
  ['oken', /(?:\\*["']|[\s=&]|%3d)/iy],
  ['ecre', /t(?:s?\\*["']|[\s=&]|%3d|[._-]?key)/iy],
])

/**
 * For the last two letters of a window of four: how far the window may be moved at least before it can be a landmark; 0: look closer. Most texts are read in
 * steps of three, which is several times faster than one expression that holds every word.
 */
const steps = new Uint8Array(1 << 16).fill(length - 1)
const known = new Set(landmarks)
/** First two letters of some landmark. */
const beginnings = new Uint8Array(1 << 16)

for (const landmark of landmarks)
  for (let end = 1; end < length; end++)
    for (const index of indexes(landmark.slice(end - 1, end + 1))) {
      steps[index] = Math.min(steps[index] ?? 0, length - 1 - end)
      if (end === 1) beginnings[index] = 1
    }

/** In upper and lower case. */
function indexes(pair: string): number[] {
  const cases = (letter: string) => [letter.toLowerCase(), letter.toUpperCase()]
  const [first = '', second = ''] = pair
  return cases(first).flatMap((left) =>
    cases(second).map((right) => (left.charCodeAt(0) << 8) | right.charCodeAt(0)),
  )
}

/** False for nearly every event, and then nothing else is done with it. */
export function mayHoldSecret(text: string): boolean {
  for (let end = length - 1; end < text.length;) {
    // Letters beyond a byte are in no landmark; what they collide with makes a step shorter at most.
    const step = steps[((text.charCodeAt(end - 1) << 8) | text.charCodeAt(end)) & 0xffff] ?? 0
    end += step
    if (step > 0) continue
    const begin = ((text.charCodeAt(end - 3) << 8) | text.charCodeAt(end - 2)) & 0xffff
    if (beginnings[begin] === 1 && isTrace(text, end)) return true
    end++
  }
  return text.includes('@') && text.includes('://') && urlWithPassword.test(text)
}

const urlWithPassword = /:\/\/[^\s/:@"']{0,100}:[^\s/@"']{1,200}@/

function isTrace(text: string, end: number): boolean {
  const landmark = text.slice(end - 3, end + 1).toLowerCase()
  if (!known.has(landmark)) return false
  const following = follows.get(landmark)
  if (following) {
    following.lastIndex = end + 1
    if (!following.test(text)) return false
  }
  const found = traces.exec(text.slice(Math.max(0, end - reach), end + reach))
  // Only bodies hold what is in a Kubernetes secret.
  return found !== null && (!found[0].toLowerCase().startsWith('resource') || text.includes('Object'))
}
