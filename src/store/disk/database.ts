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
  read(sql: string, values: readonly DuckDBValue[], signal?: AbortSignal): Promise<readonly Row[]> {
    return this.#reading(signal, async (connection) => {
      const reader = await connection.runAndReadAll(sql, [...values])
      return reader.getRows()
    })
  }

  /** The only column of a statement, a `UBIGINT`: without an array per row. */
  readNumbers(sql: string, signal?: AbortSignal): Promise<BigUint64Array> {
    return this.#reading(signal, async (connection) => {
      const result = await connection.run(sql)
      const numbers = new BigUint64Array(result.rowCount)
      let at = 0
      for (let index = 0; index < result.chunkCount; index++) {
        const chunk = result.getChunk(index)
        const column = chunk.getColumnVector(0)
        for (let row = 0; row < chunk.rowCount; row++) {
          const value = column.getItem(row)
          if (typeof value === 'bigint') numbers[at++] = value
        }
      }
      return numbers.subarray(0, at)
    })
  }

  async #reading<T>(
    signal: AbortSignal | undefined,
    work: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted()
    const connection = await this.#borrow()
    const interrupt = () => connection.interrupt()
    try {
      signal?.throwIfAborted()
      signal?.addEventListener('abort', interrupt)
      return await work(connection)
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
