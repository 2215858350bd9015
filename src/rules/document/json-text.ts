import type { ByteString } from '../../event/byte-string.ts'
import { jsonText } from '../../event/json-text.ts'

export { jsonText }

export function jsonTexts(texts: readonly ByteString[]): string {
  return `[${texts.map(jsonText).join(',')}]`
}
