import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { escapeLocation, readOrigin, readQueueMessage } from './location.ts'

describe('readQueueMessage() (decoders.md 5.1)', () => {
  const cases = [
    { message: '1:/var/log/x:hello: you', read: { queue: '1', location: '/var/log/x', text: 'hello: you' } },
    { message: '1:a|:b||c:x', read: { queue: '1', location: 'a:b|c', text: 'x' } },
    { message: '1:|x:y', read: { queue: '1', location: 'x', text: 'y' } },
    { message: '2:10.0.0.1:', read: { queue: '2', location: '10.0.0.1', text: '' } },
    { message: '1:no end', read: undefined },
    { message: '1:a|:b', read: undefined },
    { message: '1::', read: undefined },
    { message: '1xa:b', read: undefined },
    { message: `1:${'a'.repeat(8451)}:x`, read: undefined },
  ]
  for (const { message, read } of cases) {
    it(`${JSON.stringify(message.slice(0, 40))} is ${JSON.stringify(read)}`, () =>
      assert.deepEqual(readQueueMessage(message), read))
  }

  it('reads back what was escaped', () => {
    const location = '[007] (a|b) 2001:db8::1->C:\\log|x'
    assert.equal(readQueueMessage(`1:${escapeLocation(location)}:text`)?.location, location)
  })
})

describe('readOrigin() (decoders.md 5.1)', () => {
  const cases = [
    { location: '/var/log/x', id: '000', of: '/var/log/x', hostname: undefined },
    {
      location: '[012] (db 1) 10.9.8.7->/var/log/x',
      id: '012',
      name: 'db 1',
      ip: '10.9.8.7',
      of: '(db 1) 10.9.8.7->/var/log/x',
      hostname: 'db 1',
    },
    { location: '[012] (db) any->/x', id: '012', name: 'db', of: '(db) any->/x', hostname: 'db' },
    { location: '[012] 2001:db8->y', id: '012', of: '2001:db8->y', hostname: '' },
    { location: '[012] (db', id: '012', name: '', of: '(db', hostname: '' },
    { location: '[012]', id: '012', of: '', hostname: '' },
  ]
  for (const { location, id, name, ip, of, hostname } of cases) {
    it(`${location} is agent ${id}`, () =>
      assert.deepEqual(readOrigin(location), { agent: { id, name, ip }, location: of, hostname }))
  }
  it('[012 is rejected', () => assert.equal(readOrigin('[012'), undefined))
})
