import type { Definition } from './definition.ts'

/** Stands for the first byte of a text without bytes. */
export const emptyLog = 256

/** Whether a text that begins with this byte can match the prematch at all. */
export function canStartWith({ prematch }: Definition, byte: number): boolean {
  if (prematch === undefined) return true
  const { literals, firstBytes } = prematch.pattern
  if (byte !== emptyLog && firstBytes?.[byte] === 0) return false
  if (literals === undefined) return true
  const lower = byte >= 65 && byte <= 90 ? byte + 32 : byte
  return literals.some(({ kind, text }) => {
    if (kind === 'contains' || kind === 'suffix') return byte !== emptyLog
    return text === '' ? true : text.charCodeAt(0) === lower
  })
}
