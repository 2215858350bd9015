const beyondAscii = /[\x80-\uffff]/

/** Folds A to Z only: `toLowerCase` would also change bytes 0xC0 to 0xDE, the first bytes of UTF-8 characters. */
export function lowerAscii(text: string): string {
  if (!beyondAscii.test(text)) return text.toLowerCase()
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
