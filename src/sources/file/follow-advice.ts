export interface FollowTrouble {
  readonly shown: string
  readonly isGlob: boolean
  readonly isDenied: boolean
  readonly isMissing: boolean
  readonly isMany: boolean
}

/** What the operator can do about a block that follows less than it should; `undefined`: nothing to do. */
export function followAdvice({
  shown,
  isGlob,
  isDenied,
  isMissing,
  isMany,
}: FollowTrouble): string | undefined {
  if (isDenied) return `let the user that runs Quaywatch read ${shown} and enter its directories`
  if (isMissing) {
    const what = isGlob ? 'no file matches' : 'the file is not there'
    return `${what}; it is looked for again and again: check the spelling of <location>`
  }
  return isMany ? 'split the pattern over several <localfile> blocks' : undefined
}
