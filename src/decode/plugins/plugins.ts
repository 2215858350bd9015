import type { Plugin } from '../plugin.ts'
import { kubeAuditDecoder } from '../kube/kube-plugin.ts'
import { jsonDecoder } from './json.ts'
import { ossecAlertDecoder } from './ossec-alert.ts'
import { pfDecoder } from './pf.ts'
import { sonicWallDecoder } from './sonic-wall.ts'
import { symantecWsDecoder } from './symantec-ws.ts'

/** The plugin decoders that every decoder file may name (spec/decoders.md §6.8, §6.9). */
export const plugins: readonly Plugin[] = [
  jsonDecoder,
  pfDecoder,
  symantecWsDecoder,
  sonicWallDecoder,
  ossecAlertDecoder,
  kubeAuditDecoder,
]
