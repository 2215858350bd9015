import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'

import { lintEngine } from './lint-engine.ts'
import { loadEngine } from './load-engine.ts'
import { packageRoot } from './version.ts'

describe('the built-in ruleset', () => {
  it('gives the checker nothing to say, not even a note', () => {
    const loaded = loadEngine({ home: path.join(packageRoot, 'no-such-home'), hostName: 'host' })
    const found = [...loaded.problems, ...lintEngine(loaded)]
    assert.deepEqual(
      found.map(({ code, message, at }) => `${at?.file}:${at?.line}: ${message} (${code})`),
      [],
    )
  })
})
