import { DiffFile } from './diff-file.ts'
import { FirstSeenFile } from './first-seen-file.ts'
import type { MemoryOptions } from './rules/memory.ts'

/** What evaluation remembers for longer than a run: first-time-seen keys, and the contents that `check_diff` compares with. */
export class MemoryFiles {
  readonly #firstSeen: FirstSeenFile
  readonly #diff: DiffFile

  constructor(home: string) {
    this.#firstSeen = new FirstSeenFile(home)
    this.#diff = new DiffFile(home)
  }

  /** For a memory that knows what earlier ones learned, and whose news are written at the next flush. */
  options(): Partial<MemoryOptions> {
    return {
      firstSeen: this.#firstSeen.read(),
      onFirstSeen: (key) => this.#firstSeen.note(key),
      diff: this.#diff.read(),
      onDiff: (content) => this.#diff.note(content),
    }
  }

  /** Resolves when everything learned so far is written. */
  async flush(): Promise<void> {
    await Promise.all([this.#firstSeen.flush(), this.#diff.flush()])
  }
}
