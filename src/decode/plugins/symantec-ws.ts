import type { Plugin } from '../plugin.ts'

const longestIp = 128
const longestUrl = 1024
const longestId = 9

/** Symantec Web Security: items between commas, the first of a kind counts. */
export const symantecWsDecoder: Plugin = {
  name: 'SymantecWS_Decoder',
  decode({ log, fields }) {
    for (let comma = log.indexOf(','); comma >= 0; comma = log.indexOf(',', comma + 1)) {
      const start = comma + 1
      const end = log.indexOf(',', start)
      const item = log.slice(start, end < 0 ? undefined : end)
      if (item.startsWith('10=') && fields.fixed('dstuser') === undefined)
        fields.set('dstuser', item.slice(3))
      else if (item.startsWith('11=') && fields.fixed('srcip') === undefined)
        fields.set('srcip', item.slice(3, 3 + longestIp))
      else if (item.startsWith('60=') && fields.fixed('url') === undefined)
        fields.set('url', item.slice(3, 3 + longestUrl))
      // The original takes the key and what follows the item into the id.
      else if (/^[23]=/.test(item) && fields.fixed('id') === undefined)
        fields.set('id', log.slice(start, start + longestId))
    }
  },
}
