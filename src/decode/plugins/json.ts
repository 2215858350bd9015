import { addJsonFields } from '../json/json-decoder.ts'
import type { Plugin } from '../plugin.ts'

export const jsonDecoder: Plugin = {
  name: 'JSON_Decoder',
  decode: ({ fields, log, start, json }) => addJsonFields(fields, log, start, json),
}
