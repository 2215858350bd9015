import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { commandEvents } from './command-output.ts'

const cases = [
  { output: '', full: false, texts: [] },
  { output: 'a\nb\n', full: false, texts: ["ossec: output: 'df': a", "ossec: output: 'df': b"] },
  {
    output: 'a\n\nb',
    full: false,
    texts: ["ossec: output: 'df': a", "ossec: output: 'df': ", "ossec: output: 'df': b"],
  },
  { output: '\n', full: false, texts: ["ossec: output: 'df': "] },
  { output: '', full: true, texts: [] },
  { output: '\n\n', full: true, texts: [] },
  { output: 'a\r\n\n\nb\n', full: true, texts: ["ossec: output: 'df':\na\nb"] },
] as const
describe('commandEvents()', () => {
  for (const { output, full, texts } of cases)
    it(`${JSON.stringify(output)} of a ${full ? 'full_command' : 'command'} is ${texts.length} events`, () =>
      assert.deepEqual(commandEvents('df', output, full), texts))

  it('cuts what is longer than other readers send', () => {
    const [line = ''] = commandEvents('x', `${'y'.repeat(70_000)}\n`, false)
    assert.equal(line.length, 65_279 + 20)
    const [whole = ''] = commandEvents('x', 'y'.repeat(70_000), true)
    assert.equal(whole.length, 65_024 + 20)
    const [named = ''] = commandEvents('z'.repeat(300), 'y', false)
    assert.equal(named, `ossec: output: '${'z'.repeat(239)}y`)
  })
})
