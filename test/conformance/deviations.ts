/** One observed vector whose outcome we do not reproduce, on purpose. */
export interface Deviation {
  /** `id` of the vector. */
  readonly vector: string
  readonly reason: string
}

const nonAscii =
  'a literal byte of 0x80 or more never matches in the original, which is a defect of its signed comparison; ours matches'

/**
 * All deviations, whatever the topic. An entry whose vector is reproduced after all is stale and fails the tests: remove it.
 */
export const deviations: readonly Deviation[] = [
  { vector: 'dialect/osmatch-d93daa7725', reason: nonAscii },
  { vector: 'dialect/osmatch-3a44c6c92d', reason: nonAscii },
  { vector: 'dialect/osmatch-987a4acf96', reason: nonAscii },
  { vector: 'dialect/osmatch-4a99557e40', reason: nonAscii },
  { vector: 'dialect/osmatch-607474ca47', reason: nonAscii },
]
