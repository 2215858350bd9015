import { statfs } from 'node:fs/promises'

import type { HealthCheck, HealthReport, SourceHealth } from './api/api-options.ts'
import type { Problem } from './dialect/problem.ts'
import type { Source } from './sources/source.ts'
import type { Totals } from './telemetry/pipeline.ts'

export interface RunningSource {
  readonly type: string
  readonly source: Source
  /** Why it was given up; it is not started again. */
  failure?: string
}

export interface HealthParts {
  readonly startedAtMs: number
  readonly ready: boolean
  readonly sources: readonly RunningSource[]
  readonly totals: Totals
  readonly rules: { readonly size: number; readonly problems: readonly Problem[] }
  readonly checks: readonly HealthCheck[]
}

export function healthReport({
  startedAtMs,
  ready,
  sources,
  totals,
  rules,
  checks,
}: HealthParts): HealthReport {
  const shown = sources.map(({ type, source, failure }): SourceHealth => ({
    name: source.name,
    type,
    ...source.status(),
    ...(failure === undefined ? {} : { state: 'stopped' as const, detail: `gave up: ${failure}` }),
    events: totals.bySource.get(source.name) ?? 0,
  }))
  return {
    ready,
    startedAtMs,
    sources: shown,
    checks,
    rules,
    pipeline: { eventsReceived: totals.events, alertsRaised: totals.alerts, dropped: totals.rejected },
  }
}

const dayMs = 86_400_000

export function certificateCheck(expiresAtMs: number, nowMs: number): HealthCheck {
  const days = Math.floor((expiresAtMs - nowMs) / dayMs)
  const date = new Date(expiresAtMs).toISOString().slice(0, 10)
  const base = { id: 'certificate', title: 'Server certificate' }
  if (days < 0)
    return {
      ...base,
      state: 'error',
      detail: `expired on ${date}`,
      advice: 'quaywatch certs renew, then restart the manager',
    }
  if (days < 30)
    return {
      ...base,
      state: 'warning',
      detail: `expires on ${date}`,
      advice: 'quaywatch certs renew, then restart the manager',
    }
  return { ...base, state: 'ok', detail: `valid until ${date}` }
}

export async function diskCheck(folder: string): Promise<HealthCheck> {
  const { bavail, bsize, blocks } = await statfs(folder)
  const free = bavail * bsize
  const share = bavail / Math.max(blocks, 1)
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free (${Math.round(share * 100)} %)`
  const base = { id: 'disk', title: 'Disk space for the store', detail }
  if (free < 256 * 1024 ** 2)
    return { ...base, state: 'error', advice: 'free space or lower <max_size> of <store>' }
  if (share < 0.1 && free < 5 * 1024 ** 3)
    return { ...base, state: 'warning', advice: 'free space or lower <max_size> of <store>' }
  return { ...base, state: 'ok' }
}
