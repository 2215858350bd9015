/**
 * A document carries the message twice: as `full_log` and decoded below `data`. The store keeps the message once, in a column of its own, and
 * a number in its place, which no real `full_log` ever is.
 */
const marker = '"full_log":0'
const opening = '"full_log":'

/** The document with the marker instead of `text`, or `undefined` when it does not hold exactly that text. */
export function withoutFullLog(document: string, text: string): string | undefined {
  const at = document.indexOf(opening)
  if (at < 0) return undefined
  const value = JSON.stringify(text)
  const from = at + opening.length
  // Comparing a slice is several times faster than startsWith.
  if (document.slice(from, from + value.length) !== value) return undefined
  return `${document.slice(0, from)}0${document.slice(from + value.length)}`
}

export function withFullLog(document: string, text: string): string {
  const at = document.indexOf(marker)
  if (at < 0) return document
  const from = at + opening.length
  return document.slice(0, from) + JSON.stringify(text) + document.slice(from + 1)
}
