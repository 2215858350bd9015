import { readHeader } from './decode/header.ts'
import { fromByteString, toByteString } from './event/byte-string.ts'
import type { TextHelp } from './outputs/files/alert-text.ts'
import type { EngineRuleSet } from './rules/engine-rule-set.ts'

/** What text outputs ask of the rules in force and of the decoder. */
export function textHelp(rules: () => EngineRuleSet): TextHelp {
  return {
    groupText: (ruleId) => {
      const text = rules().rule(ruleId)?.body.groupText
      return text === undefined ? undefined : fromByteString(text)
    },
    hostIn: (message) => {
      const { hostname } = readHeader(toByteString(message.split('\0', 1)[0] ?? ''))
      return hostname === undefined ? undefined : fromByteString(hostname)
    },
  }
}
