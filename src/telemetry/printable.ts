// Everything a terminal would act on or that hides other text: C0, DEL, C1, bidirectional and zero-width controls.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Text from outside, safe on a terminal: control and direction characters are shown as `\u{1b}`, never interpreted. */
export function printable(text: string): string {
  return text.replace(unprintable, (unit) =>
    unit === '\t' ? ' ' : `\\u{${unit.charCodeAt(0).toString(16)}}`,
  )
}
