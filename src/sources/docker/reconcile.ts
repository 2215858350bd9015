import { containerFacts, type ContainerFacts } from './container-facts.ts'
import { nanoOfTime } from './cursor.ts'
import type { EngineApi } from './engine-api.ts'
import type { EngineEvent } from './engine-event.ts'
import type { JsonObject } from './json-object.ts'
import { objectOf, objectsOf, textOf } from './json-object.ts'
import type { EngineContainers } from './engine-containers.ts'
import {
  stateOfListing,
  type ContainerChange,
  type KnownContainer,
  type KnownContainers,
} from './known-containers.ts'

/** A change of state that no event told us of. */
export interface Found {
  readonly event: EngineEvent
  readonly facts: ContainerFacts | undefined
}

export interface Comparison {
  readonly api: EngineApi
  readonly known: KnownContainers
  /** Where nothing is known of a container: what is older is no news. */
  readonly since: bigint
  /** What changed after this the event stream tells. Also the time of changes that left no time behind. */
  readonly until: bigint
}

/** A container is made a little before its event. */
const creationTakesNano = 10_000_000_000n

/** Notes what is there, without looking for changes. */
export async function takeStock(
  api: EngineApi,
  containers: EngineContainers,
  signal: AbortSignal,
): Promise<void> {
  for (const listed of objectsOf(await api.get('/containers/json', { all: '1' }, signal))) {
    const id = textOf(listed['Id'])
    const seconds = typeof listed['Created'] === 'number' ? Math.trunc(listed['Created']) : 0
    if (id !== '') containers.list(id, knownOf(listed), BigInt(seconds) * 1_000_000_000n)
  }
}

function knownOf(listed: JsonObject): KnownContainer {
  const names = Array.isArray(listed['Names']) ? listed['Names'] : []
  return {
    state: stateOfListing(textOf(listed['State'])),
    image: textOf(listed['Image']),
    name: textOf(names[0]).replace(/^\//, ''),
    nano: 0n,
    told: { create: 0n },
  }
}

/** Compares what exists with what is known and returns the missing events, oldest first. */
export async function reconcile(comparison: Comparison, signal: AbortSignal): Promise<Found[]> {
  const { api, known, since, until } = comparison
  // The list is of now: what was made after it is not missing.
  const before = [...known.entries()].filter(([, { nano }]) => nano <= until)
  const listing = objectsOf(await api.get('/containers/json', { all: '1' }, signal))
  const listed = new Map(listing.map((container) => [textOf(container['Id']), container]))
  const found: Found[] = []
  for (const [id, container] of before)
    if (!listed.has(id)) found.push({ event: synthesised(id, 'destroy', until, container), facts: undefined })
  for (const [id, container] of listed) {
    const now = known.get(id)
    // It may have run and ended meanwhile, but not without having been started.
    const isIdle = now?.state === 'created' && now.nano <= since && now.told.create !== undefined
    if (isIdle && stateOfListing(textOf(container['State'])) === 'created') continue
    found.push(...(await changesOf(comparison, id, signal)))
  }
  return found.sort((left, right) => (left.event.timeNano < right.event.timeNano ? -1 : 1))
}

/** Whether one of these, handed on since the comparison began, told of it. */
export function isToldBy({ event }: Found, changes: readonly ContainerChange[]): boolean {
  const { action, actorId, timeNano } = event
  const isOnce = action === 'create' || action === 'destroy'
  return changes.some(
    (change) =>
      change.actorId === actorId && change.action === action && (isOnce || change.timeNano >= timeNano),
  )
}

async function changesOf(comparison: Comparison, id: string, signal: AbortSignal): Promise<Found[]> {
  const inspected = await comparison.api.get(`/containers/${id}/json`, {}, signal).catch(() => undefined)
  if (inspected === undefined) return [] // gone meanwhile: its destroy event will come
  const facts = containerFacts(inspected)
  const image = textOf(objectOf(objectOf(inspected)['Config'])['Image'])
  const subject = { name: facts.name, image }
  return changesIn(objectOf(inspected), comparison.known.get(id), comparison).map(([action, nano, more]) => ({
    event: synthesised(id, action, nano, { ...subject, more }),
    facts,
  }))
}

type Change = readonly [action: string, nano: bigint, attributes: Readonly<Record<string, string>>]

function changesIn(
  inspected: JsonObject,
  before: KnownContainer | undefined,
  { since, until }: Comparison,
): Change[] {
  const state = objectOf(inspected['State'])
  const created = nanoOfTime(textOf(inspected['Created']))
  const { start, die } = timesOf(state)
  const told = before?.told ?? {}
  const isNew = told.create === undefined && created > since - creationTakesNano
  // A later change that was told does not tell of an earlier one.
  const base = isNew ? created : told.create || since
  const changes: Change[] = []
  if (isNew) changes.push(['create', created, {}])
  if (start > (told.start ?? base)) changes.push(['start', start, {}])
  if (die > (told.die ?? base) && die > start) changes.push(['die', die, { exitCode: exitCodeOf(state) }])
  changes.push(...pausesIn(state, before, until))
  return changes.filter(([, nano]) => nano <= until)
}

function pausesIn(state: JsonObject, before: KnownContainer | undefined, until: bigint): Change[] {
  const isPaused = state['Paused'] === true
  if (isPaused && before?.state !== 'paused') return [['pause', until, {}]]
  if (!isPaused && before?.state === 'paused' && state['Running'] === true) return [['unpause', until, {}]]
  return []
}

function exitCodeOf(state: JsonObject): string {
  return typeof state['ExitCode'] === 'number' ? String(state['ExitCode']) : ''
}

function timesOf(state: JsonObject): { start: bigint; die: bigint } {
  return { start: nanoOfTime(textOf(state['StartedAt'])), die: nanoOfTime(textOf(state['FinishedAt'])) }
}

interface Subject {
  readonly name: string
  readonly image: string
  readonly more?: Readonly<Record<string, string>>
}

/** An event as the engine would have sent it. */
function synthesised(
  id: string,
  action: string,
  timeNano: bigint,
  { name, image, more }: Subject,
): EngineEvent {
  const attributes = { ...more, image, name }
  const body = {
    status: action,
    id,
    from: image,
    Type: 'container',
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: 'local',
    time: Number(timeNano / 1_000_000_000n),
    timeNano: Number(timeNano),
  }
  return { type: 'container', action, actorId: id, attributes, timeNano, body }
}
