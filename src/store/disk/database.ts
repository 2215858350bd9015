import type * as duckdb from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'

import { isMemoryExhausted } from './damage.ts'

// Imported, its 180 files would be read once more to find what each of them exports: as long as all the rest of their loading.
const { DuckDBBlobVector, DuckDBInstance }: typeof duckdb = createRequire(import.meta.url)('@duckdb/node-api')

/**
 * A statement that waits for what another thread does keeps its processor busy all the while. What is written is one piece of work, done by
 * whoever asks for it.
 */
const fewThreads = 1
/** More that read at a time would only take turns on the same cores. */
const mostReaders = 2
const manyThreads = Math.min(4, availableParallelism())

/** What writing so many bytes takes at most: as they are read, uncompressed and compressed. */
const memoryPerByte = 3

const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)}MiB`

export type Row = readonly DuckDBValue[]

/** Rows of texts that are looked through before something else may happen: a few milliseconds. */
const rowsAtOnce = 128

/** Another process holds the folder. */
export class StoreBusy extends Error {}

/** A stream that fails behind its first rows ends without a word: asked for less at a time, the database says why. */
export class Incomplete extends Error {}

/**
 * One DuckDB instance. Its own file is tiny and is what keeps a second process out: DuckDB holds a lock on it that ends with the process.
 */
export class Database {
  readonly #file: string
  readonly memoryBytes: number
  #instance: duckdb.DuckDBInstance | undefined
  #writer: DuckDBConnection | undefined
  #copier: DuckDBConnection | undefined
  #idle: DuckDBConnection[] = []
  #free = mostReaders
  readonly #waiting: (() => void)[] = []
  /** What `SET` is run on while others are at work. */
  #control: DuckDBConnection | undefined
  #threads = fewThreads
  #changingThreads: Promise<unknown> = Promise.resolve()

  private constructor(file: string, memoryBytes: number) {
    this.#file = file
    this.memoryBytes = memoryBytes
  }

  /** Rejects with `StoreBusy` when another process has it. */
  static async open(file: string, memoryBytes: number): Promise<Database> {
    const database = new Database(file, memoryBytes)
    await database.#connect()
    return database
  }

  /** For everything that changes something, one at a time. */
  get writer(): DuckDBConnection {
    if (!this.#writer) throw new Error('the database is closed')
    return this.#writer
  }

  /** For one transaction that goes on while `writer` is used for others. */
  get copier(): DuckDBConnection {
    if (!this.#copier) throw new Error('the database is closed')
    return this.#copier
  }

  /** After an error that DuckDB does not get over by itself. Everything has to be attached again. Waits for what is being read. */
  async reopen(): Promise<void> {
    await this.whenUnread(async () => {
      this.close()
      await this.#connect()
    })
  }

  async #connect(): Promise<void> {
    this.#instance = await createInstance(this.#file, this.memoryBytes)
    this.#writer = await this.#instance.connect()
    this.#copier = await this.#instance.connect()
    this.#control = await this.#instance.connect()
    this.#threads = fewThreads
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

  /**
   * Hands over the texts of a statement that has so many rows, whose columns are `BLOB`s, one by one; other work goes on in between. Rejects with
   * `Incomplete` when it gave up on the way. Streamed: of a whole result the memory would stay until the collector of JavaScript, which does not
   * see it, comes by.
   */
  async readBytes(
    sql: string,
    rows: number,
    visit: (bytes: Uint8Array, column: number) => void,
  ): Promise<void> {
    await this.#reading(undefined, async (connection) => {
      const result = await connection.stream(sql)
      let left = rows
      for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk()) {
        await visitBytes(chunk, visit)
        left -= chunk.rowCount
        chunk.reset()
      }
      if (left > 0) throw new Incomplete(`the database stopped after ${rows - left} of ${rows} rows`)
    })
  }

  async #reading<T>(
    signal: AbortSignal | undefined,
    work: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted()
    await this.#turn()
    try {
      await this.#useThreads(manyThreads)
      signal?.throwIfAborted()
      const connection = this.#idle.pop() ?? (await this.#newConnection())
      const interrupt = () => connection.interrupt()
      signal?.addEventListener('abort', interrupt)
      try {
        return await work(connection)
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      } finally {
        signal?.removeEventListener('abort', interrupt)
        this.#idle.push(connection)
      }
    } finally {
      this.#done()
    }
  }

  /** To be called before much is written. Threads that read keep what they have. */
  async spareThreads(): Promise<void> {
    if (this.#free === mostReaders) await this.#useThreads(fewThreads)
  }

  /** All of what is written, or nothing. */
  async inTransaction(work: () => Promise<void>): Promise<void> {
    const { writer } = this
    await this.spareThreads()
    await writer.run('BEGIN')
    try {
      await work()
      await writer.run('COMMIT')
    } catch (error) {
      await writer.run('ROLLBACK').catch(() => undefined)
      throw error
    }
  }

  /**
   * Runs with more memory when so many bytes cannot be stored in what there usually is: they were in memory when they came, and nothing may be too large
   * to become searchable. When those who read have it, once more when they are done.
   */
  async withMemoryFor(bytes: number, work: () => Promise<void>): Promise<void> {
    try {
      await this.#withMemory(bytes, work)
    } catch (error) {
      if (!isMemoryExhausted(error)) throw error
      await this.whenUnread(() => this.#withMemory(bytes, work))
    }
  }

  async #withMemory(bytes: number, work: () => Promise<void>): Promise<void> {
    const needed = bytes * memoryPerByte
    if (needed <= this.memoryBytes) return work()
    await this.#control?.run(`SET memory_limit = '${mebibytes(needed)}'`)
    try {
      await work()
    } finally {
      await this.#control?.run(`SET memory_limit = '${mebibytes(this.memoryBytes)}'`)
    }
  }

  /** Gives back the memory that holds parts of files: after much was read that nobody will ask for again. */
  async forgetFiles(): Promise<void> {
    const least = mebibytes(this.memoryBytes / 4)
    await this.whenUnread(() =>
      // Failing, it needs what it has.
      this.#control
        ?.run(`SET memory_limit = '${least}'; SET memory_limit = '${mebibytes(this.memoryBytes)}'`)
        .catch(() => undefined),
    )
  }

  /** Failing costs speed only. */
  async #useThreads(count: number): Promise<void> {
    if (this.#threads !== count) {
      this.#threads = count
      const change = () => this.#control?.run(`SET threads = ${count}`)
      this.#changingThreads = this.#changingThreads.then(change).catch(() => undefined)
    }
    await this.#changingThreads
  }

  /** Runs while no statement reads. */
  async whenUnread(work: () => Promise<unknown> | undefined): Promise<void> {
    await this.#turn()
    await this.#turn()
    try {
      await work()
    } finally {
      this.#done()
      this.#done()
    }
  }

  close(): void {
    for (const connection of this.#idle) connection.closeSync()
    this.#idle = []
    this.#writer?.closeSync()
    this.#writer = undefined
    this.#copier?.closeSync()
    this.#copier = undefined
    this.#control?.closeSync()
    this.#control = undefined
    this.#instance?.closeSync()
    this.#instance = undefined
  }

  #newConnection(): Promise<DuckDBConnection> {
    if (!this.#instance) return Promise.reject(new Error('the database is closed'))
    return this.#instance.connect()
  }

  #turn(): Promise<void> {
    if (this.#free === 0) return new Promise((resolve) => this.#waiting.push(resolve))
    this.#free -= 1
    return Promise.resolve()
  }

  #done(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free += 1
  }
}

async function visitBytes(
  chunk: DuckDBDataChunk,
  visit: (bytes: Uint8Array, column: number) => void,
): Promise<void> {
  const columns = Array.from({ length: chunk.columnCount }, (_, column) => chunk.getColumnVector(column))
  for (let row = 0; row < chunk.rowCount; row++) {
    for (const [column, vector] of columns.entries()) {
      const bytes = vector instanceof DuckDBBlobVector ? vector.getItemBytes(row) : null
      if (bytes) visit(bytes, column)
    }
    if (row % rowsAtOnce === 0) await new Promise(setImmediate)
  }
}

async function createInstance(file: string, memoryBytes: number): Promise<duckdb.DuckDBInstance> {
  try {
    return await DuckDBInstance.create(file, {
      threads: String(fewThreads),
      memory_limit: mebibytes(memoryBytes),
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
}
