import { isAscii } from 'node:buffer'

/**
 * Text as the engine sees it: one UTF-16 unit per byte (latin1), because every dialect of the rule language works on
 * bytes (spec/decoders.md §0). Sources make it from what they receive, documents turn it back into UTF-8.
 */
export type ByteString = string

const beyondAscii = /[\x80-\xff]/

export function toByteString(text: string | Buffer): ByteString {
  return typeof text === 'string' ? Buffer.from(text, 'utf8').toString('latin1') : text.toString('latin1')
}

/** Up to this length a regex is as fast as anything. */
const shortText = 48

function decode(text: ByteString): string {
  return Buffer.from(text, 'latin1').toString('utf8')
}

/** UTF-8 decoded; what is not valid UTF-8 becomes U+FFFD. */
export function fromByteString(text: ByteString): string {
  if (text.length <= shortText) return beyondAscii.test(text) ? decode(text) : text
  const bytes = Buffer.from(text, 'latin1')
  return isAscii(bytes) ? text : bytes.toString('utf8')
}
