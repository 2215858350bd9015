import { appendFile } from 'node:fs/promises'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import type { ByteString } from './event/byte-string.ts'

/** As many as the rules remember; a file twice as long is written anew at the next start. */
const mostKeys = 500_000

/**
 * First-time-seen keys of earlier runs, one per line (spec/rules.md §4.8). A key is written after the events that brought it are durable: a crash in
 * between loses nothing, because those events are evaluated again when correlation memory is rebuilt.
 */
export class FirstSeenFile {
  readonly #file: string
  readonly #mostKeys: number
  #fresh: ByteString[] = []
  #writing: Promise<void> = Promise.resolve()

  constructor(home: string, most = mostKeys) {
    this.#file = path.join(home, 'data', 'first-seen')
    this.#mostKeys = most
  }

  read(): readonly ByteString[] {
    const keys = this.#lines()
    if (keys.length <= this.#mostKeys) return keys
    const kept = keys.slice(-this.#mostKeys)
    if (keys.length >= 2 * this.#mostKeys) this.#replace(kept)
    return kept
  }

  #lines(): readonly ByteString[] {
    try {
      return readFileSync(this.#file, 'latin1')
        .split('\n')
        .filter((key) => key !== '')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw error
    }
  }

  #replace(keys: readonly ByteString[]): void {
    const text = keys.map((key) => `${key}\n`).join('')
    writeFileSync(`${this.#file}.new`, text, { encoding: 'latin1', mode: 0o600 })
    renameSync(`${this.#file}.new`, this.#file)
  }

  /** A key that was seen for the first time just now. */
  note(key: ByteString): void {
    this.#fresh.push(key.replaceAll('\n', ' '))
  }

  /** Writes what was noted so far. Resolves when it is written. */
  flush(): Promise<void> {
    if (this.#fresh.length === 0) return this.#writing
    const lines = this.#fresh.map((key) => `${key}\n`).join('')
    this.#fresh = []
    this.#writing = this.#writing.then(() =>
      appendFile(this.#file, lines, { encoding: 'latin1', mode: 0o600 }),
    )
    return this.#writing
  }
}
