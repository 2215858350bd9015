import { createReadStream, mkdirSync } from 'node:fs'
import { open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate as nextTurn } from 'node:timers/promises'

import { keptEntries, restoreEntry } from './decode/kube/kept-memory.ts'
import { KubeMemory } from './decode/kube/kube-memory.ts'

/** A memory as it was when everything received until `untilMs` had been decoded. */
export interface KeptKubeMemory {
  readonly memory: KubeMemory
  readonly untilMs: number
}

/** Events on their way when a memory is written are decoded again; twice does no harm. */
const overlapMs = 60_000
/** A manager that is started again and again leaves no more files than one that runs. */
const leastApartMs = 10 * 60_000
const entriesPerTurn = 5_000
const version = 1

/**
 * What audit events said of pods, rights and habits, for runs and rulesets to come. Correlation goes on after a restart because stored events of the last hour
 * are evaluated again; each of them must find what was known when it came, so several memories are kept: the newest that is older than those events is the one to
 * begin with. One JSON line an entry, `{"version":1}` before and `{"entries":N}` behind them; a file without its last line is not read.
 */
export class KubeMemoryFiles {
  readonly #folder: string
  readonly #failed: (file: string, error: unknown) => void
  #writing: Promise<void> = Promise.resolve()

  /** `failed` is told of what could not be read or written; nothing else is lost with it. */
  constructor(home: string, failed: (file: string, error: unknown) => void) {
    this.#folder = path.join(home, 'data', 'kube-memory')
    this.#failed = failed
  }

  /** The newest of those that end before this time; an empty one that ends there when there is none. */
  async before(timeMs: number): Promise<KeptKubeMemory> {
    await this.#writing
    const old = (await this.#times()).filter((atMs) => atMs - overlapMs <= timeMs)
    for (const atMs of old.toReversed()) {
      const memory = await this.#read(this.#fileOf(atMs))
      if (memory) return { memory, untilMs: atMs - overlapMs }
    }
    return { memory: new KubeMemory(), untilMs: timeMs }
  }

  /** Writes a memory as it is `nowMs`. Those that no event younger than `sinceMs` needs any more are removed. */
  write(memory: KubeMemory, nowMs: number, sinceMs: number): Promise<void> {
    this.#writing = this.#writing.then(() => this.#tryWrite(memory, this.#fileOf(nowMs), sinceMs))
    return this.#writing
  }

  async #tryWrite(memory: KubeMemory, file: string, sinceMs: number): Promise<void> {
    try {
      if (await this.#write(memory, file)) await this.#thinOut(sinceMs)
    } catch (error) {
      this.#failed(file, error)
    }
  }

  #fileOf(atMs: number): string {
    return path.join(this.#folder, `${atMs}.jsonl`)
  }

  /** Oldest first. */
  async #times(): Promise<readonly number[]> {
    const names = await readdir(this.#folder).catch(() => [])
    const times = names.flatMap((name) => /^(\d{1,15})\.jsonl$/.exec(name)?.[1] ?? [])
    return times.map(Number).toSorted((left, right) => left - right)
  }

  async #read(file: string): Promise<KubeMemory | undefined> {
    const memory = new KubeMemory()
    let entries = -1
    let isWhole = false
    try {
      for await (const line of createInterface({ input: createReadStream(file) })) {
        const value: unknown = JSON.parse(line)
        if (entries < 0 && line !== header) throw new Error('not a memory of this version')
        if (line === footer(entries)) isWhole = true
        else if (entries >= 0 && !restoreEntry(memory, value))
          throw new Error(`line ${entries + 2} is no entry`)
        entries += 1
      }
      if (!isWhole) throw new Error('it has no end')
      return memory
    } catch (error) {
      this.#failed(file, error)
      return undefined
    }
  }

  /** False: there was nothing to write. */
  async #write(memory: KubeMemory, file: string): Promise<boolean> {
    let lines = [header]
    let entries = 0
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const written = await open(`${file}.new`, 'w', 0o600)
    try {
      for (const entry of keptEntries(memory)) {
        lines.push(JSON.stringify(entry))
        entries += 1
        if (lines.length < entriesPerTurn) continue
        await written.write(`${lines.join('\n')}\n`)
        lines = []
        await nextTurn()
      }
      await written.write(`${[...lines, footer(entries)].join('\n')}\n`)
      await written.sync()
    } finally {
      await written.close()
    }
    if (entries > 0) await rename(`${file}.new`, file)
    else await rm(`${file}.new`)
    return entries > 0
  }

  /** Keeps the newest, and of those that are needed one in ten minutes. Also removes what a crash left half written. */
  async #thinOut(sinceMs: number): Promise<void> {
    for (const name of await readdir(this.#folder))
      if (name.endsWith('.new')) await rm(path.join(this.#folder, name))
    const times = await this.#times()
    const oldest = times.findLast((atMs) => atMs - overlapMs <= sinceMs) ?? 0
    let keptMs = -Infinity
    for (const atMs of times.slice(0, -1))
      if (atMs < oldest || atMs - keptMs < leastApartMs) await rm(this.#fileOf(atMs))
      else keptMs = atMs
  }
}

const header = JSON.stringify({ version })
const footer = (entries: number): string => JSON.stringify({ entries })
