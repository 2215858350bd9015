import type { Plugin } from '../plugin.ts'

const longestLocation = 254
const longestText = 4094

/** Behind a header the name of the program is cut off already. */
const alert =
  /^(?:ossec: )?Alert Level: \d+; Rule: (\d+) - [^;]*; Location: ([^;]*); (?:srcip: ([^;]*); )?(?:user: ([^;]*); )? ?([^]*)$/

/** An alert that another manager forwarded as syslog: its rule has decided already (spec/decoders.md §6.8). */
export const ossecAlertDecoder: Plugin = {
  name: 'OSSECAlert_Decoder',
  decode({ log, fields, raw, overrides }) {
    const [, rule, location, srcip, user, text] = alert.exec(log) ?? []
    if (rule === undefined || location === undefined || text === undefined) return
    const from = `${overrides.location ?? raw.location}|${location}`.slice(0, longestLocation)
    overrides.location = from
    overrides.hostname = from
    overrides.log = text.slice(0, longestText)
    overrides.generatingRule = Number(rule)
    if (srcip !== undefined) fields.set('srcip', srcip)
    if (user !== undefined) fields.set('dstuser', user)
  },
}
