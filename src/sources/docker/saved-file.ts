import { mkdirSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

export interface SavedParts {
  readonly file: string
  readonly everyMs: number
  /** Grows with every change. */
  version(): number
  text(): string
  /** What was written had this version. */
  saved?(version: number): void
  failed(error: unknown): void
}

/** Something that is written again, whole and at once, when it has changed. It may be as old as its period; what is lost with it is found again. */
export class SavedFile {
  readonly #parts: SavedParts
  readonly #timer: NodeJS.Timeout
  #savedVersion: number
  #saving: Promise<void> = Promise.resolve()

  constructor(parts: SavedParts) {
    this.#parts = parts
    this.#savedVersion = parts.version()
    this.#timer = setInterval(() => this.#save(), parts.everyMs)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#save()
    await this.#saving
  }

  #save(): void {
    const version = this.#parts.version()
    if (version === this.#savedVersion) return
    this.#savedVersion = version
    const text = this.#parts.text()
    this.#saving = this.#saving
      .then(() => write(this.#parts.file, text))
      .then(() => this.#parts.saved?.(version))
      .catch((error: unknown) => this.#parts.failed(error))
  }
}

async function write(file: string, text: string): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
}
