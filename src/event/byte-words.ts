import type { ByteString } from './byte-string.ts'

/** A text that is compared or copied four bytes at a time. */
export interface ByteWords {
  readonly length: number
  /** Four bytes each, the last one filled up with zeros. */
  readonly words: Int32Array
  /** Which bits of the last one count. */
  readonly lastMask: number
}

export function wordsOf(text: ByteString): ByteWords {
  const { length } = text
  const padded = new DataView(new ArrayBuffer(Math.ceil(length / 4) * 4))
  for (let at = 0; at < length; at += 1) padded.setUint8(at, text.charCodeAt(at))
  const words = Int32Array.from({ length: padded.byteLength / 4 }, (_, index) =>
    padded.getInt32(index * 4, true),
  )
  return { length, words, lastMask: length % 4 === 0 ? -1 : (1 << ((length % 4) * 8)) - 1 }
}
