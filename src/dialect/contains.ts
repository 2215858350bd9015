/**
 * Characters of lower-case log lines and JSON, the most frequent first; all others are rarer still. From counting the sort of text that
 * this program reads.
 */
const frequent = ' e"ta:nois,rlcdu0m1p2./-ghb3f45y6{}8v79_wkxj=()qz[]'

function rarity(character: string): number {
  const rank = frequent.indexOf(character)
  return rank === -1 ? frequent.length : rank
}

/** Short enough that the runtime looks for its first character and then compares. */
const anchorLength = 6

/**
 * Does the text occur in the subject from an offset on? Looks for the part of the text that begins with its rarest character,
 * which is several times faster on JSON than looking for the text from its start.
 */
export function compileContains(text: string): (subject: string, from: number) => boolean {
  let rarest = 0
  for (let index = 1; index < text.length; index++)
    if (rarity(text.charAt(index)) > rarity(text.charAt(rarest))) rarest = index
  if (rarest === 0 && text.length <= anchorLength) return (subject, from) => subject.includes(text, from)
  const anchor = text.slice(rarest, rarest + anchorLength)
  return (subject, from) => {
    let at = subject.indexOf(anchor, from + rarest)
    while (at !== -1) {
      if (subject.startsWith(text, at - rarest)) return true
      at = subject.indexOf(anchor, at + 1)
    }
    return false
  }
}
