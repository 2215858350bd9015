import { readFileSync } from 'node:fs'
import { isObject, objectsOf, textOf } from './json-object.ts'
import type { ContainerState, KnownContainer, KnownContainers } from './known-containers.ts'

const states: readonly string[] = ['created', 'running', 'paused', 'exited'] satisfies ContainerState[]

/** Which containers exist, so that after an absence the removed ones can be told as well. When it is lost only removals go untold. */
export function knownText(known: KnownContainers): string {
  const containers = [...known.entries()].map(([id, container]) => ({
    id,
    ...container,
    nano: String(container.nano),
    told: Object.fromEntries(Object.entries(container.told).map(([action, nano]) => [action, String(nano)])),
  }))
  return JSON.stringify({ containers })
}

/** Fills the containers with what was saved; nothing when there is no file or it is damaged. */
export function restoreKnown(known: KnownContainers, file: string): void {
  for (const entry of entriesOf(file)) {
    const state = stateOf(textOf(entry['state']))
    const nano = nanoOf(entry['nano']) ?? 0n
    const { name, image } = entry
    const told = toldOf(entry['told'], nano)
    if (state) known.set(textOf(entry['id']), { state, nano, told, name: textOf(name), image: textOf(image) })
  }
}

/** `nano`: all that earlier versions saved. */
function toldOf(saved: unknown, nano: bigint): KnownContainer['told'] {
  if (!isObject(saved)) return { create: 0n, ...(nano > 0n ? { start: nano, die: nano } : {}) }
  const [create, start, die] = [saved['create'], saved['start'], saved['die']].map(nanoOf)
  return {
    ...(create === undefined ? {} : { create }),
    ...(start === undefined ? {} : { start }),
    ...(die === undefined ? {} : { die }),
  }
}

function nanoOf(saved: unknown): bigint | undefined {
  return /^\d{1,19}$/.test(textOf(saved)) ? BigInt(textOf(saved)) : undefined
}

function entriesOf(file: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isObject(parsed) ? objectsOf(parsed['containers']) : []
  } catch {
    return []
  }
}

function stateOf(word: string): ContainerState | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is one of the list
  return states.includes(word) ? (word as ContainerState) : undefined
}
