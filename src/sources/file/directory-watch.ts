import { watch, type FSWatcher } from 'node:fs'

import type { ByteString } from '../../event/byte-string.ts'
import { onDisk } from './location.ts'

const mostWatched = 512
/** More changed names than this are not told apart: everything is looked at. */
const mostChanged = 10_000
/** Changes within this time are taken together. */
const gatherMs = 20

/**
 * Wakes the source when something changes in its directories. Best effort: what the system does not tell, or too many
 * directories to watch, is found by looking every second.
 */
export class DirectoryWatch {
  readonly #watchers = new Map<ByteString, FSWatcher>()
  #changed = new Set<ByteString>()
  #wake: (() => void) | undefined

  setDirectories(directories: readonly ByteString[]): void {
    const wanted = new Set(directories.slice(0, mostWatched))
    for (const [directory, watcher] of this.#watchers)
      if (!wanted.has(directory)) {
        watcher.close()
        this.#watchers.delete(directory)
      }
    for (const directory of wanted) if (!this.#watchers.has(directory)) this.#begin(directory)
  }

  /** Paths that changed since the last call. */
  takeChanged(): ReadonlySet<ByteString> {
    const changed = this.#changed
    this.#changed = new Set()
    return changed
  }

  /** Resolves soon after the next change, after `ms` at the latest, or when `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        clearTimeout(soon)
        this.#wake = undefined
        signal.removeEventListener('abort', done)
        resolve()
      }
      let soon: NodeJS.Timeout | undefined
      const timer = setTimeout(done, ms)
      this.#wake = () => {
        soon ??= setTimeout(done, gatherMs)
      }
      signal.addEventListener('abort', done, { once: true })
      if (signal.aborted) done()
      else if (this.#changed.size > 0) this.#wake()
    })
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #begin(directory: ByteString): void {
    try {
      const watcher = watch(onDisk(directory), { encoding: 'latin1', persistent: false }, (_kind, name) => {
        if (this.#changed.size < mostChanged) this.#changed.add(`${directory}/${name ?? ''}`)
        this.#wake?.()
      })
      watcher.on('error', () => {
        watcher.close()
        this.#watchers.delete(directory)
      })
      this.#watchers.set(directory, watcher)
    } catch {
      // the directory is gone or the system allows no more watches: looking every second has to do
    }
  }
}
