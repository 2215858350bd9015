import type { Command } from './argv.ts'
import { argvOfAction, unwrap } from './argv.ts'
import type { ContainerFacts } from './container-facts.ts'
import type { EngineEvent } from './engine-event.ts'
import type { JsonObject } from './json-object.ts'
import { objectOf, textOf, textsOf } from './json-object.ts'

/** What is known of one execution, from its creation to its end. */
export interface Exec {
  readonly id: string
  readonly argv: readonly string[]
  readonly tty: boolean
  /** As asked for; empty is the container's own user. */
  readonly user: string
  readonly privileged: boolean
  /** False: only the text of the event was there to read. */
  readonly inspected: boolean
  readonly command: Command
  startedNano: bigint | undefined
}

export function execOfAction(id: string, action: string): Exec {
  return makeExec(id, argvOfAction(action), {}, false)
}

/** Of `GET /exec/{id}/json`: the argument vector with its quoting, which events have lost. */
export function execOfInspect(id: string, inspected: unknown): Exec {
  const config = objectOf(objectOf(inspected)['ProcessConfig'])
  const entrypoint = textOf(config['entrypoint'])
  return makeExec(
    id,
    [...(entrypoint === '' ? [] : [entrypoint]), ...textsOf(config['arguments'])],
    config,
    true,
  )
}

function makeExec(id: string, argv: readonly string[], config: JsonObject, inspected: boolean): Exec {
  return {
    id,
    argv,
    tty: config['tty'] === true,
    user: textOf(config['user']),
    privileged: config['privileged'] === true,
    inspected,
    command: unwrap(argv),
    startedNano: undefined,
  }
}

const same = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((word, at) => word === right[at])

/** A probe of the engine: the argv of the container's health check, without terminal, privileges or another user. */
export function isHealthcheck(exec: Exec, container: ContainerFacts | undefined): boolean {
  const test = container?.healthcheck ?? []
  if (!container || test.length === 0 || exec.tty || exec.privileged) return false
  if (exec.user !== '' && exec.user !== container.user) return false
  // Events join words with blanks, so without an inspect only the joined form can be compared.
  return exec.inspected
    ? same(exec.argv, test)
    : exec.argv.join(' ') === test.join(' ').replace(/ +/g, ' ').trim()
}

const superusers = new Set(['root', '0', '0:0', 'root:root', '0:root', 'root:0'])
const isRoot = (user: string): boolean => user === '' || superusers.has(user)

const maxTextLength = 4096

/** `docker.exec` of an event. */
export function execFields(
  exec: Exec,
  event: EngineEvent,
  container: ContainerFacts | undefined,
): JsonObject {
  const { command } = exec
  const fields: Record<string, unknown> = {
    id: exec.id,
    argv: exec.argv.slice(0, 64),
    command: command.argv.join(' ').slice(0, maxTextLength),
    program: command.program,
    shell: command.shell,
    tty: exec.tty,
    user: exec.user || container?.user || '',
    privileged: exec.privileged,
    root_forced: superusers.has(exec.user) && container !== undefined && !isRoot(container.user),
    healthcheck: isHealthcheck(exec, container),
  }
  if (command.through.length > 0) fields['through'] = command.through
  const exitCode = textOf(event.attributes['exitCode'])
  if (exitCode !== '') fields['exit_code'] = Number(exitCode)
  if (event.action === 'exec_die' && exec.startedNano !== undefined)
    fields['duration_ms'] = Number((event.timeNano - exec.startedNano) / 1_000_000n)
  return fields
}
