import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import path from 'node:path'

import type { DiffContent } from './rules/diff-store.ts'

/** Lines beyond this many times the contents in force are written anew at the next start. */
const mostRepeats = 4

/**
 * The last contents that `check_diff` compares with (spec/rules.md §4.9), one change per line, the last of a host and rule counting. Written, like
 * first-seen keys, after the events that brought them are durable: a crash in between loses nothing, because those are evaluated again.
 */
export class DiffFile {
  readonly #file: string
  #fresh: DiffContent[] = []
  #writing: Promise<void> = Promise.resolve()

  constructor(home: string) {
    this.#file = path.join(home, 'data', 'check-diff')
  }

  /** The one that changed last comes last. A line that was cut off by a crash is left out. */
  read(): readonly DiffContent[] {
    const lines = this.#lines()
    const last = new Map<string, DiffContent>()
    for (const content of lines.flatMap(contentIn)) {
      const key = `${content.ruleId}\0${content.host}`
      last.delete(key)
      last.set(key, content)
    }
    const contents = [...last.values()]
    if (lines.length > mostRepeats * contents.length + 100) this.#replace(contents)
    return contents
  }

  #lines(): readonly string[] {
    try {
      return readFileSync(this.#file, 'latin1').split('\n')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw error
    }
  }

  #replace(contents: readonly DiffContent[]): void {
    writeFileSync(`${this.#file}.new`, textOf(contents), { encoding: 'latin1', mode: 0o600 })
    renameSync(`${this.#file}.new`, this.#file)
  }

  /** A content that is new or replaced another one just now. */
  note(content: DiffContent): void {
    this.#fresh.push(content)
  }

  /** Writes what was noted so far. Resolves when it is written. */
  flush(): Promise<void> {
    if (this.#fresh.length === 0) return this.#writing
    // A line feed first: it ends a line that a crash cut off.
    const text = `\n${textOf(this.#fresh)}`
    this.#fresh = []
    this.#writing = this.#writing.then(() =>
      appendFile(this.#file, text, { encoding: 'latin1', mode: 0o600 }),
    )
    return this.#writing
  }
}

/** Byte strings as they are: the file is written as latin1. */
function textOf(contents: readonly DiffContent[]): string {
  return contents.map(({ ruleId, host, text }) => `${JSON.stringify([ruleId, host, text])}\n`).join('')
}

function contentIn(line: string): DiffContent[] {
  try {
    const [ruleId, host, text]: unknown[] = JSON.parse(line)
    return typeof ruleId === 'number' && typeof host === 'string' && typeof text === 'string'
      ? [{ ruleId, host, text }]
      : []
  } catch {
    return []
  }
}
