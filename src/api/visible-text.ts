// Everything shown may have been written by an attacker: a name that hides or reorders its letters must not pass.

/** C0, C1, delete, soft hyphen, zero-width, line separators, bidirectional controls, tags, byte order mark. */
const hidden =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

export interface TextPart {
  readonly text: string
  /** A picture of a character that would not be seen. */
  readonly isHidden: boolean
}

function picture(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

/** Splits a text so that hidden characters can be shown as what they are. */
export function visibleParts(text: string, keepsLines = false): readonly TextPart[] {
  // A name of spaces would be no name at all.
  if (/^ {1,9}$/.test(text)) return [{ text: picture(' ').repeat(text.length), isHidden: true }]
  const parts: TextPart[] = []
  let at = 0
  for (const found of text.matchAll(hidden)) {
    if (keepsLines && (found[0] === '\n' || found[0] === '\t')) continue
    if (found.index > at) parts.push({ text: text.slice(at, found.index), isHidden: false })
    parts.push({ text: picture(found[0]), isHidden: true })
    at = found.index + found[0].length
  }
  if (at < text.length) parts.push({ text: text.slice(at), isHidden: false })
  return parts
}

/** The same as one string, for titles and labels. */
export function visible(text: string, limit = 300): string {
  const whole = visibleParts(cut(text, limit).text)
    .map((part) => (part.isHidden ? `[${part.text}]` : part.text))
    .join('')
  return text.length > limit ? `${whole}…` : whole
}

/** At most `limit` UTF-16 units, never half a character. */
export function cut(text: string, limit: number): { readonly text: string; readonly left: number } {
  if (text.length <= limit) return { text, left: 0 }
  const code = text.charCodeAt(limit - 1)
  const end = code >= 0xd800 && code <= 0xdbff ? limit - 1 : limit
  return { text: text.slice(0, end), left: text.length - end }
}
