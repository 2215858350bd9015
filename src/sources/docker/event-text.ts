import type { ByteString } from '../../event/byte-string.ts'
import { pythonJson } from '../../event/python-json.ts'
import type { EngineEvent } from './engine-event.ts'
import type { Enrichment } from './enricher.ts'
import type { JsonObject } from './json-object.ts'
import { objectOf } from './json-object.ts'

/** What goes into `docker` besides what the engine sent. */
export interface Additions {
  readonly enrichment: Enrichment | undefined
  /** `late`: the event could not wait for its facts. `follow-up`: the same event once more, with its facts. */
  readonly delay: 'late' | 'follow-up' | undefined
  /** Not sent by the engine but found by comparing states. */
  readonly reconciled: boolean
}

export interface Envelope {
  readonly integration: 'docker'
  readonly docker: JsonObject
}

/** The event inside the envelope that the rules of the field expect. */
export function envelope(event: EngineEvent, { enrichment, delay, reconciled }: Additions): Envelope {
  const docker: Record<string, unknown> = { ...event.body }
  const { container, exec } = enrichment ?? { container: undefined, exec: undefined }
  if (container) {
    if (event.type === 'container')
      docker['Actor'] = withPrivileged(objectOf(docker['Actor']), container.privileged)
    docker['container'] = container.fields
  }
  if (exec) docker['exec'] = exec
  if (delay) docker['enrichment'] = delay
  if (reconciled) docker['reconciled'] = true
  return { integration: 'docker', docker }
}

/** Published sample rules ask for `docker.Actor.Attributes.Privileged`. A label of that name does not win over the fact. */
function withPrivileged(actor: JsonObject, privileged: boolean): JsonObject {
  return { ...actor, Attributes: { ...objectOf(actor['Attributes']), Privileged: String(privileged) } }
}

/** As the field's listener prints it, `timeNano` exact. ASCII only, so it is a byte string as well. */
export function envelopeText(made: Envelope, timeNano: bigint): ByteString {
  const exact = 'timeNano' in made.docker ? { ...made.docker, timeNano } : made.docker
  return pythonJson({ integration: made.integration, docker: exact })
}

/** What the listener says of itself. */
export function statusEnvelope(text: string): Envelope {
  return { integration: 'docker', docker: { 'Wodle event': text } }
}
