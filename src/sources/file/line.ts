import type { ByteString } from '../../event/byte-string.ts'

/** Longer lines are cut to this and marked. */
export const longestLineBytes = 1024 * 1024

/** One line of a file, without its newline. */
export interface Line {
  /** Offset of its first byte. */
  readonly start: number
  readonly text: ByteString
  /** Names this line for ever: file, generation, offset and a digest of the beginning of the file. */
  readonly id: string
  /** Its whole length, when it was longer than `longestLineBytes`. */
  readonly cutFrom: number | undefined
}

/** What a person sees at the end of a text that was cut. */
export function cutMark(lengthBytes: number): string {
  return ` [cut: ${lengthBytes} bytes]`
}
