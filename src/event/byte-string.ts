import { isAscii } from 'node:buffer'

/**
 * Text as the engine sees it: one UTF-16 unit per byte (latin1), because every dialect of the rule language works on
 * bytes (spec/decoders.md §0). Sources make it from what they receive, documents turn it back into UTF-8.
 */
export type ByteString = string

export function toByteString(text: string | Buffer): ByteString {
  return typeof text === 'string' ? Buffer.from(text, 'utf8').toString('latin1') : text.toString('latin1')
}

const beyondAscii = /[\x80-\uffff]/
/** Up to this length a regex is as fast as anything. */
const shortText = 200
const scratch = Buffer.allocUnsafe(1 << 16)

/** No unit from 0x80 on, as nearly all texts: the fast conversions of the runtime give the same then. */
export function isAsciiText(text: string): boolean {
  if (text.length <= shortText || text.length > scratch.length) return !beyondAscii.test(text)
  return isAscii(scratch.subarray(0, scratch.write(text, 0, text.length, 'latin1')))
}

/** UTF-8 decoded; what is not valid UTF-8 becomes U+FFFD. */
export function fromByteString(text: ByteString): string {
  return isAsciiText(text) ? text : Buffer.from(text, 'latin1').toString('utf8')
}
