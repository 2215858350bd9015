import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cut, visible } from './visible-text.ts'

const shown = [
  { text: 'plain', seen: 'plain' },
  { text: 'a\u0000b', seen: 'a[\u2400]b' },
  { text: 'exe\u202egpj', seen: 'exe[U+202E]gpj' },
  { text: '\u200b\ufeff', seen: '[U+200B][U+FEFF]' },
  { text: 'tag\u{e0041}', seen: 'tag[U+E0041]' },
  { text: 'Ünïcode 🐳', seen: 'Ünïcode 🐳' },
  { text: '  ', seen: '[U+0020U+0020]' },
  { text: ' a ', seen: ' a ' },
] as const

describe('visible()', () => {
  for (const { text, seen } of shown) {
    it(`${JSON.stringify(text)} is seen as ${seen}`, () => assert.equal(visible(text), seen))
  }

  it('cuts what is long', () => assert.equal(visible('x'.repeat(1000), 5), 'xxxxx…'))
})

describe('cut()', () => {
  it('never leaves half a character', () => {
    assert.deepEqual(cut('ab🐳cd', 3), { text: 'ab', left: 4 })
    assert.deepEqual(cut('ab🐳cd', 4), { text: 'ab🐳', left: 2 })
  })
})
