import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import type { KubeAuditTelemetry } from '../../telemetry/kube-audit.ts'
import { type AuditCounters, readCounters } from './audit-counters.ts'
import type { ClusterHealth, HealthEvent } from './cluster-health.ts'
import { SentReceived } from './sent-received.ts'

/** `https://10.0.0.1:6443/metrics` of a cluster. */
export interface ApiServer {
  readonly cluster: string
  readonly url: string
}

export interface ScrapeOptions {
  readonly servers: readonly ApiServer[]
  readonly caFile: string | undefined
  readonly tokenFile: string | undefined
  readonly intervalMs: number
}

export interface ScrapeParts {
  readonly health: ClusterHealth
  readonly telemetry: KubeAuditTelemetry
  readonly tell: (event: HealthEvent) => void
}

const fileText = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : readFileSync(file, 'utf8').trim()

/** Asks API servers again and again for their audit counters and compares them with what came. */
export async function scrape(
  { servers, caFile, tokenFile, intervalMs }: ScrapeOptions,
  { health, telemetry, tell }: ScrapeParts,
  signal: AbortSignal,
): Promise<void> {
  const clusters = [...new Set(servers.map(({ cluster }) => cluster))].map((cluster) => ({
    cluster,
    own: servers.filter((server) => server.cluster === cluster),
    compared: new SentReceived(cluster, tell),
  }))
  const readFrom = async ({ cluster, url }: ApiServer): Promise<AuditCounters | undefined> => {
    try {
      // Read every time: tokens of service accounts are replaced within the hour.
      const found = await readCounters({ url, ca: fileText(caFile), token: fileText(tokenFile) }, signal)
      telemetry.scraped(cluster, url)
      return found
    } catch (error) {
      if (!signal.aborted)
        telemetry.cannotScrape(cluster, url, error instanceof Error ? error : new Error(String(error)))
      return undefined
    }
  }
  while (!signal.aborted) {
    for (const { cluster, own, compared } of clusters) {
      const counters = new Map<string, AuditCounters>()
      for (const server of own) {
        const found = await readFrom(server)
        if (found !== undefined) counters.set(server.url, found)
      }
      if (signal.aborted) return
      const { notSent, notReceived } = compared.look(counters, health.events(cluster))
      telemetry.sent(cluster, compared.sent)
      if (notSent > 0) telemetry.missing(cluster, 'not-sent', notSent)
      if (notReceived > 0) telemetry.missing(cluster, 'not-received', notReceived)
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined)
  }
}
