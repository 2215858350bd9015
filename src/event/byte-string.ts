/**
 * Text as the engine sees it: one UTF-16 unit per byte (latin1), because every dialect of the rule language works on
 * bytes (spec/decoders.md §0). Sources make it from what they receive, documents turn it back into UTF-8.
 */
export type ByteString = string

const beyondAscii = /[\x80-\xff]/

export function toByteString(text: string | Buffer): ByteString {
  return typeof text === 'string' ? Buffer.from(text, 'utf8').toString('latin1') : text.toString('latin1')
}

/** UTF-8 decoded; what is not valid UTF-8 becomes U+FFFD. */
export function fromByteString(text: ByteString): string {
  return beyondAscii.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text
}
