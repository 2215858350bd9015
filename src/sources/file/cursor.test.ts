import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { cursorOf, parseCursor, savedText } from './cursor.ts'

const file = { path: '/var/log/\xff"x', key: '1.2.3', generation: 2, offset: 7, fingerprint: 'abc' }

describe('parseCursor()', () => {
  it('reads what cursorOf wrote', () =>
    assert.deepEqual(parseCursor(cursorOf(17, [savedText(file)])), { searchedMs: 17, files: [file] }))
  for (const text of ['', '{}', '[]', '{"files":1}', 'null', '7'])
    it(`${JSON.stringify(text)} is no cursor`, () => assert.equal(parseCursor(text), undefined))
  it('leaves out entries that are none', () =>
    assert.deepEqual(
      parseCursor('{"searchedMs":1,"files":[1,["/x","k",0,-1,"f"],["/x","k",0,"1","f"]]}')?.files,
      [],
    ))
})
