import type { BoundedMap, KubeMemory } from './kube-memory.ts'
import { at, isTree, list, text, type Tree } from './tree.ts'

/** Values for JSON: which map of the memory, key, what it holds. */
export type KeptEntry = readonly [part: string, key: string, value: unknown]

interface Part {
  entries(memory: KubeMemory): Iterable<readonly [key: string, value: unknown]>
  /** False: not a value of this part. */
  restore(memory: KubeMemory, key: string, value: unknown): boolean
}

/**
 * What of a memory outlasts its process and its ruleset, oldest first within each part. Audit ids and refusals are left out: they matter for
 * minutes, and the events of that time are decoded again anyway.
 */
export function* keptEntries(memory: KubeMemory): Generator<KeptEntry> {
  for (const [name, part] of parts) for (const [key, value] of part.entries(memory)) yield [name, key, value]
}

/** False: not what `keptEntries` gives; the memory is as before. */
export function restoreEntry(memory: KubeMemory, entry: unknown): boolean {
  const [name, key, value] = list(entry)
  return typeof key === 'string' && parts.get(text(name))?.restore(memory, key, value) === true
}

function part<V>(
  of: (memory: KubeMemory) => BoundedMap<V>,
  read: (value: unknown) => V | undefined,
  written: (value: V) => unknown = (value) => value,
): Part {
  return {
    *entries(memory) {
      for (const [key, value] of of(memory).entries()) yield [key, written(value)]
    },
    restore(memory, key, value) {
      const found = read(value)
      if (found !== undefined) of(memory).set(key, found)
      return found !== undefined
    },
  }
}

const asText = (value: unknown) => (typeof value === 'string' ? value : undefined)
const asFlag = (value: unknown) => (typeof value === 'boolean' ? value : undefined)
const asTrue = (value: unknown) => (value === true ? value : undefined)
const asMap = (value: unknown) =>
  isTree(value) ? new Map(Object.entries(value).map(([key, held]) => [key, text(held)])) : undefined
const asObject =
  <V>(read: (value: Tree) => V) =>
  (value: unknown): V | undefined =>
    isTree(value) ? read(value) : undefined
const time = (value: unknown) => (typeof value === 'number' ? value : 0)

const parts: ReadonlyMap<string, Part> = new Map([
  [
    'pods',
    part(
      (memory) => memory.pods,
      asObject(({ risks, createdBy, createdAtMs, enteredBy }) => ({
        risks: text(risks),
        createdBy: text(createdBy),
        createdAtMs: time(createdAtMs),
        enteredBy: asText(enteredBy),
      })),
    ),
  ],
  ['workloads', part((memory) => memory.workloads, asText)],
  ['images', part((memory) => memory.images, asMap, Object.fromEntries)],
  ['administrators', part((memory) => memory.administrators, asText)],
  [
    'bindings',
    part(
      (memory) => memory.bindings,
      asObject(({ by, atMs }) => ({ by: text(by), atMs: time(atMs) })),
    ),
  ],
  [
    'credentials',
    part(
      (memory) => memory.credentials,
      asObject(({ ip, program }) => ({ ip: text(ip), program: text(program) })),
    ),
  ],
  [
    'readTokens',
    part(
      (memory) => memory.readTokens,
      asObject(({ by, ip, atMs }) => ({ by: text(by), ip: text(ip), atMs: time(atMs) })),
    ),
  ],
  [
    'actors',
    part(
      (memory) => memory.actors,
      asObject(({ program, network, lastSeenMs }) => ({
        program: asText(program),
        network: asText(network),
        lastSeenMs: typeof lastSeenMs === 'number' ? lastSeenMs : undefined,
        silence: undefined,
        attempts: undefined,
      })),
      ({ program, network, lastSeenMs }) => ({ program, network, lastSeenMs }),
    ),
  ],
  ['registries', part((memory) => memory.registries, asTrue)],
  ['signingRequests', part((memory) => memory.signingRequests, asFlag)],
  ['habits', part((memory) => memory.habits, asTrue)],
  ['bindingRoles', part((memory) => memory.bindingRoles, asText)],
  ['namespaces', part((memory) => memory.namespaces, asText)],
  [
    'webhooks',
    part(
      (memory) => memory.webhooks,
      asObject(
        (hooks) =>
          new Map(
            Object.keys(hooks).map((name) => {
              const { failurePolicy, selectors } = at(hooks, name)
              return [name, { failurePolicy: text(failurePolicy), selectors: text(selectors) }]
            }),
          ),
      ),
      Object.fromEntries,
    ),
  ],
  [
    'grants',
    part(
      (memory) => memory.grants,
      asObject(({ role, by, atMs }) => ({ role: text(role), by: text(by), atMs: time(atMs) })),
    ),
  ],
  ['started', part((memory) => memory.started, asTrue)],
  [
    'secrets',
    part(
      (memory) => memory.secrets,
      asObject(({ by, atMs }) => ({ by: text(by), atMs: time(atMs) })),
    ),
  ],
])
