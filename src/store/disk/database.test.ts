import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import { Database, Incomplete } from './database.ts'

const root = mkdtempSync(path.join(tmpdir(), 'quaywatch-database-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

/** So many rows, of which the one with this number cannot be read. */
const rows = (count: number, bad: number) =>
  `SELECT encode(repeat('x', 100) || (CASE i WHEN ${bad} THEN 'row ' || i ELSE i::VARCHAR END)::INTEGER) FROM range(${count}) t(i)`

describe('readBytes() hands over every row or rejects', () => {
  const cases = [
    { name: 'every row', count: 5_000, bad: -1, failure: undefined },
    { name: 'a row among the first', count: 5_000, bad: 0, failure: /Conversion Error/ },
    { name: 'a row far behind', count: 150_000, bad: 140_000, failure: Incomplete },
  ]
  for (const [index, { name, count, bad, failure }] of cases.entries())
    it(name, async () => {
      const database = await Database.open(path.join(root, `${index}.duckdb`), 64 * 2 ** 20)
      let seen = 0
      const reading = database.readBytes(rows(count, bad), count, () => (seen += 1))
      await (failure ? assert.rejects(reading, failure) : reading)
      database.close()
      assert.ok(failure ? seen < count : seen === count, `${seen} rows`)
    })
})
