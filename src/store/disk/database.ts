import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api'
import { availableParallelism } from 'node:os'

export type Row = readonly DuckDBValue[]

/** Another process holds the folder. */
export class StoreBusy extends Error {}

/**
 * One DuckDB instance. Its own file is tiny and is what keeps a second process out: DuckDB holds a lock on it that ends with the process.
 */
export class Database {
  readonly #instance: DuckDBInstance
  readonly writer: DuckDBConnection
  readonly #idle: DuckDBConnection[] = []
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = []
  #made = 0

  private constructor(instance: DuckDBInstance, writer: DuckDBConnection) {
    this.#instance = instance
    this.writer = writer
  }

  static async open(file: string, memoryBytes: number): Promise<Database> {
    let instance: DuckDBInstance
    try {
      instance = await DuckDBInstance.create(file, {
        threads: String(Math.min(4, availableParallelism())),
        memory_limit: `${Math.round(memoryBytes / 2 ** 20)}MiB`,
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
        // What is between two checkpoints lies in memory uncompressed.
        checkpoint_threshold: '24MiB',
        // Freed memory goes back to the system early: loads come in bursts.
        allocator_background_threads: 'true',
        allocator_flush_threshold: '8MiB',
        allocator_bulk_deallocation_flush_threshold: '8MiB',
      })
    } catch (error) {
      const holder = /Conflicting lock is held in (.*?)(?: by user .*?)?\. See/s.exec(String(error))?.[1]
      throw holder === undefined ? error : new StoreBusy(`the store is in use by ${holder}`)
    }
    return new Database(instance, await instance.connect())
  }

  /** Rows of one statement on a connection of its own, which the signal interrupts. */
  async read(sql: string, values: readonly DuckDBValue[], signal?: AbortSignal): Promise<readonly Row[]> {
    signal?.throwIfAborted()
    const connection = await this.#borrow()
    const interrupt = () => connection.interrupt()
    try {
      signal?.throwIfAborted()
      signal?.addEventListener('abort', interrupt)
      const reader = await connection.runAndReadAll(sql, [...values])
      return reader.getRows()
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    } finally {
      signal?.removeEventListener('abort', interrupt)
      this.#giveBack(connection)
    }
  }

  /** Runs while no statement reads. */
  async whenUnread(work: () => Promise<unknown>): Promise<void> {
    const all = [await this.#borrow(), await this.#borrow()]
    try {
      await work()
    } finally {
      for (const connection of all) this.#giveBack(connection)
    }
  }

  close(): void {
    for (const connection of this.#idle) connection.closeSync()
    this.writer.closeSync()
    this.#instance.closeSync()
  }

  /** At most two at a time: more would only take turns on the same cores. */
  async #borrow(): Promise<DuckDBConnection> {
    const idle = this.#idle.pop()
    if (idle) return idle
    if (this.#made < 2) {
      this.#made += 1
      return this.#instance.connect()
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #giveBack(connection: DuckDBConnection): void {
    const next = this.#waiting.shift()
    if (next) next(connection)
    else this.#idle.push(connection)
  }
}
