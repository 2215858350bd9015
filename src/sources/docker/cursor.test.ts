import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { advance, engineTime, isoOfNano, nanoOfTime, readCursor, writeCursor } from './cursor.ts'

const position = { engineId: 'E', nano: 1_795_309_767_625_072_224n, ids: ['a', 'b'] }

describe('cursor', () => {
  const late = { id: 'x', engine: 'default', engineId: 'E', receivedAtMs: 5, text: '{"a": 1}' }
  const places = [
    { positions: new Map([['default', position]]), late: [], spool: undefined, gaps: new Map(), changes: [] },
    {
      positions: new Map(),
      late: [late],
      spool: { file: 3, offset: 70_000 },
      gaps: new Map([['default', { from: 5n, to: 1_795_309_767_625_072_224n }]]),
      changes: [
        {
          engine: 'default',
          change: {
            action: 'create',
            actorId: 'ab',
            attributes: { name: 'web', image: 'x:1' },
            timeNano: 7n,
          },
        },
      ],
    },
  ]
  for (const place of places)
    it('reads what it wrote, exactly', () => assert.deepEqual(readCursor(writeCursor(place)), place))
  const damaged = [
    'x',
    '[]',
    '{"engines":{"a":{"nano":"x"}}}',
    '{"engines":{"a":null}}',
    '{"late":[1,{}]}',
    '{"gaps":{"a":{"from":"1"}}}',
    '{"changes":[7,{"id":"ab"},{"nano":"7"}]}',
  ]
  for (const text of [undefined, '', ...damaged, '{"spool":{"file":"1"}}'])
    it(`${JSON.stringify(text)} is nowhere`, () =>
      assert.deepEqual(readCursor(text), {
        positions: new Map(),
        late: [],
        spool: undefined,
        gaps: new Map(),
        changes: [],
      }))

  it('advance() keeps all ids of the newest instant', () => {
    const one = advance(undefined, 'E', 5n, 'x')
    const two = advance(one, 'E', 5n, 'y')
    assert.deepEqual(two, { engineId: 'E', nano: 5n, ids: ['x', 'y'] })
    assert.deepEqual(advance(two, 'E', 5n, 'y'), two)
    assert.deepEqual(advance(two, 'E', 4n, 'z'), two)
    assert.deepEqual(advance(two, 'E', 6n, 'z'), { engineId: 'E', nano: 6n, ids: ['z'] })
    assert.deepEqual(advance(two, 'F', 1n, 'z'), { engineId: 'F', nano: 1n, ids: ['z'] })
  })
})

const times = [
  ['2026-11-22T01:09:26.542508779Z', 1_795_309_766_542_508_779n],
  ['2026-11-22T01:09:26.5Z', 1_795_309_766_500_000_000n],
  ['2026-11-22T01:09:26Z', 1_795_309_766_000_000_000n],
  ['2026-11-22T02:09:26+01:00', 1_795_309_766_000_000_000n],
  ['0001-01-01T00:00:00Z', 0n],
  ['yesterday', 0n],
  ['', 0n],
] as const
describe('times of engines', () => {
  for (const [text, nano] of times)
    it(`${text || 'nothing'} is ${nano}`, () => assert.equal(nanoOfTime(text), nano))
  it('go out with nine digits', () =>
    assert.equal(engineTime(1_795_309_766_000_000_001n), '1795309766.000000001'))
  it('are shown to the millisecond', () =>
    assert.equal(isoOfNano(1_795_309_766_542_508_779n), '2026-11-22T01:09:26.542Z'))
})
