import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'

import { referencePages } from '../../scripts/reference-pages.ts'
import { sourceTypes } from '../../src/components.ts'
import { readConfiguration } from '../../src/configuration.ts'
import { packageRoot } from '../../src/version.ts'

describe('docs/reference', () => {
  for (const [name, content] of referencePages()) {
    it(`${name} is what 'npm run reference' writes`, () => {
      assert.equal(readFileSync(path.join(packageRoot, 'docs', 'reference', name), 'utf8'), content)
    })
  }

  for (const { type, examples } of sourceTypes) {
    for (const example of examples) {
      it(`the example of ${type} is read without a problem: ${example.slice(0, 60)}`, () => {
        assert.deepEqual(readConfiguration(`<ossec_config>${example}</ossec_config>`, 'example').problems, [])
      })
    }
  }
})
