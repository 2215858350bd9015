import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import { FirstSeenFile } from './first-seen-file.ts'

describe('FirstSeenFile', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-first-'))
  const file = path.join(home, 'data', 'first-seen')
  mkdirSync(path.join(home, 'data'))
  process.on('exit', () => rmSync(home, { recursive: true }))

  it('gives back what an earlier run noted', async () => {
    const first = new FirstSeenFile(home)
    assert.deepEqual(first.read(), [])
    first.note('a')
    first.note('b\nc')
    await first.flush()
    assert.deepEqual(new FirstSeenFile(home).read(), ['a', 'b c'])
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })
  it('keeps the newest keys and writes the file anew when it is twice as long as that', () => {
    const text = (...keys: readonly string[]) => keys.map((key) => `${key}\n`).join('')
    const cases = [
      { before: ['1', '2', '3', '4', '5'], kept: ['3', '4', '5'], after: ['1', '2', '3', '4', '5'] },
      { before: ['1', '2', '3', '4', '5', '6'], kept: ['4', '5', '6'], after: ['4', '5', '6'] },
    ]
    for (const { before, kept, after } of cases) {
      writeFileSync(file, text(...before))
      assert.deepEqual(new FirstSeenFile(home, 3).read(), kept)
      assert.equal(readFileSync(file, 'utf8'), text(...after))
    }
  })
})
