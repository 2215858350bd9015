import type { Attachment } from '../../event/inventory.ts'
import { nanoOfTime } from './cursor.ts'
import { objectOf, textOf, type JsonObject } from './json-object.ts'

/** How a container is, as an inspect tells it: what changes without the container becoming another one. */
export interface ContainerCondition {
  readonly state: string
  readonly health: string
  /** Only of one that has ended. */
  readonly exitCode: number | undefined
  readonly createdAtMs: number | undefined
  readonly startedAtMs: number | undefined
  readonly endedAtMs: number | undefined
  readonly networks: readonly Attachment[]
  readonly project: string
  readonly service: string
}

export function conditionOf(inspected: JsonObject): ContainerCondition {
  const state = objectOf(inspected['State'])
  const labels = objectOf(objectOf(inspected['Config'])['Labels'])
  const endedAtMs = msOf(state['FinishedAt'])
  const exitCode = state['ExitCode']
  return {
    state: textOf(state['Status']),
    health: textOf(objectOf(state['Health'])['Status']).replace(/^none$/, ''),
    exitCode: typeof exitCode === 'number' && endedAtMs !== undefined ? exitCode : undefined,
    createdAtMs: msOf(inspected['Created']),
    startedAtMs: msOf(state['StartedAt']),
    endedAtMs,
    networks: attachmentsOf(objectOf(objectOf(inspected['NetworkSettings'])['Networks'])),
    ...composeOf(labels),
  }
}

function msOf(time: unknown): number | undefined {
  const nano = nanoOfTime(textOf(time))
  return nano === 0n ? undefined : Number(nano / 1_000_000n)
}

/** Of `NetworkSettings.Networks`, in inspects and lists. */
export function attachmentsOf(networks: JsonObject): Attachment[] {
  return Object.entries(networks).map(([name, settings]) => {
    const { IPAddress, GlobalIPv6Address } = objectOf(settings)
    return { name, address: textOf(IPAddress) || textOf(GlobalIPv6Address) }
  })
}

/** Compose project and service of a container's labels. */
export function composeOf(labels: JsonObject): { project: string; service: string } {
  return {
    project: textOf(labels['com.docker.compose.project']) || textOf(labels['io.podman.compose.project']),
    service: textOf(labels['com.docker.compose.service']),
  }
}
