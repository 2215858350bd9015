import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import { loadExample, R } from '../test/support/rule-session.ts'
import { DiffFile } from './diff-file.ts'
import { RawEvent } from './event/raw-event.ts'
import { MemoryFiles } from './memory-files.ts'

const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-diff-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
const file = path.join(home, 'data', 'check-diff')
mkdirSync(path.join(home, 'data'))

describe('DiffFile', () => {
  it('gives back the last content of every host and rule, the one that changed last at the end', async () => {
    const first = new DiffFile(home)
    assert.deepEqual(first.read(), [])
    first.note({ ruleId: 1, host: 'a', text: 'old' })
    first.note({ ruleId: 2, host: 'a', text: 'with\nline and \xff' })
    first.note({ ruleId: 1, host: 'a', text: 'new' })
    await first.flush()
    assert.deepEqual(new DiffFile(home).read(), [
      { ruleId: 2, host: 'a', text: 'with\nline and \xff' },
      { ruleId: 1, host: 'a', text: 'new' },
    ])
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it('passes over what a crash cut off, and what is written after it is read', async () => {
    appendFileSync(file, '[3,"b","cut o')
    const after = new DiffFile(home)
    after.note({ ruleId: 4, host: 'c', text: 'x' })
    await after.flush()
    assert.deepEqual(
      new DiffFile(home).read().map(({ ruleId }) => ruleId),
      [2, 1, 4],
    )
  })

  it('is written anew when most of it is repeats', async () => {
    const busy = new DiffFile(home)
    for (let count = 0; count < 500; count += 1) busy.note({ ruleId: 5, host: 'd', text: `${count}` })
    await busy.flush()
    assert.equal(new DiffFile(home).read().length, 4)
    assert.ok(readFileSync(file, 'latin1').split('\n').length <= 5)
    assert.equal(new DiffFile(home).read().at(-1)?.text, '499')
  })
})

describe('MemoryFiles', () => {
  it('rules.md 4.9: check_diff knows after a restart what it saw before', async () => {
    const rules = R(100, 3, '<match>^ls:</match>') + R(101, 7, '<if_sid>100</if_sid><check_diff/>')
    const run = async (...texts: string[]): Promise<(number | undefined)[]> => {
      const files = new MemoryFiles(path.join(home))
      const { decoder, rules: set } = loadExample(rules).newSession()
      const memory = set.newMemory(files.options())
      const found = texts.map((text, at) => {
        const event = decoder.decode(
          new RawEvent({ id: `${at}`, source: 't', location: 't', receivedAtMs: at, text }),
        )
        return event && set.evaluate(event, memory).rule?.id
      })
      await files.flush()
      return found
    }
    assert.deepEqual(await run('ls: a', 'ls: a', 'ls: b'), [100, 100, 101])
    assert.deepEqual(await run('ls: b', 'ls: c'), [100, 101])
    assert.deepEqual(await run('ls: b'), [101])
  })
})
