import { mkdirSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isObject, objectsOf, textOf } from './json-object.ts'
import type { ContainerState, KnownContainers } from './known-containers.ts'

const everyMs = 2000
const states: readonly string[] = ['created', 'running', 'paused', 'exited'] satisfies ContainerState[]

/**
 * Keeps on disk which containers exist, so that after an absence the removed ones can be told as well. It may be two seconds old and may be
 * lost: then only removals go untold.
 */
export class KnownFile {
  readonly #file: string
  readonly #known: KnownContainers
  readonly #failed: (error: unknown) => void
  readonly #timer: NodeJS.Timeout
  #savedVersion = 0
  #saving: Promise<void> = Promise.resolve()

  constructor(file: string, known: KnownContainers, failed: (error: unknown) => void) {
    this.#file = file
    this.#known = known
    this.#failed = failed
    this.#timer = setInterval(() => this.#save(), everyMs)
    this.#timer.unref()
  }

  /** Fills the containers with what was saved; nothing when there is no file or it is damaged. */
  load(): void {
    for (const entry of entriesOf(this.#file)) {
      const state = stateOf(textOf(entry['state']))
      const nano = /^\d{1,19}$/.test(textOf(entry['nano'])) ? BigInt(textOf(entry['nano'])) : 0n
      if (state)
        this.#known.set(textOf(entry['id']), {
          state,
          nano,
          name: textOf(entry['name']),
          image: textOf(entry['image']),
        })
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#save()
    await this.#saving
  }

  #save(): void {
    const { version } = this.#known
    if (version === this.#savedVersion) return
    this.#savedVersion = version
    const containers = [...this.#known.entries()].map(([id, known]) => ({
      id,
      ...known,
      nano: String(known.nano),
    }))
    this.#saving = this.#saving
      .then(() => write(this.#file, JSON.stringify({ containers })))
      .catch(this.#failed)
  }
}

async function write(file: string, text: string): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
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
