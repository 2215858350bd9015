import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'

import { OlderIds } from './older-ids.ts'
import { PackedIds } from './packed-ids.ts'

function fingerprints(name: string, count: number): BigUint64Array {
  return BigUint64Array.from({ length: count }, (_, index) =>
    createHash('sha1').update(`${name} ${index}`).digest().readBigUInt64LE(0),
  )
}

function has(ids: PackedIds, value: bigint): boolean {
  return ids.has(Number(value >> 32n), Number((value >> 24n) & 0xffn))
}

describe('packed fingerprints', () => {
  it('find everything they were made of and next to nothing else', () => {
    const inside = fingerprints('inside', 20_000)
    const ids = new PackedIds(inside)
    assert.equal(inside.filter((value) => !has(ids, value)).length, 0)
    // 20,000 x 20,000 / 2^40 = 0.0004 are expected.
    assert.equal(fingerprints('outside', 20_000).filter((value) => has(ids, value)).length, 0)
  })

  it('take 3 bytes each and a quarter of a mebibyte', () => {
    assert.equal(new PackedIds(fingerprints('size', 1000)).sizeBytes, 3000 + 65_537 * 4)
  })

  it('of nothing find nothing', () => {
    assert.equal(has(new PackedIds(new BigUint64Array(0)), 1n), false)
  })
})

describe('OlderIds', () => {
  it('know what was added, downwards from the newest, up to their limit', () => {
    const ids = new OlderIds(2_000_000)
    ids.startAt(1000)
    assert.equal(ids.coveredFrom, 1000)
    const older = fingerprints('older', 400)
    ids.addOlder(older, 600)
    assert.equal(ids.coveredFrom, 600)
    assert.equal(ids.mayHold(older[7] ?? 0n), true)
    assert.equal(ids.mayHold(12n), false)
    for (let from = 500; from > 0; from -= 100) ids.addOlder(fingerprints(`${from}`, 100), from)
    assert.equal(ids.coveredFrom, 100)
    assert.equal(ids.isFull, false)
    ids.addOlder(fingerprints('last', 100), 0)
    ids.addOlder(fingerprints('more', 100), -100)
    assert.equal(ids.isFull, true)
  })

  it('forget the oldest when newer ones need the room', () => {
    const ids = new OlderIds(600_000)
    ids.startAt(1)
    const first = fingerprints('first', 500)
    const second = fingerprints('second', 500)
    const third = fingerprints('third', 500)
    ids.addNewer(first, 1)
    ids.addNewer(second, 501)
    assert.equal(ids.coveredFrom, 1)
    ids.addNewer(third, 1001)
    assert.equal(ids.coveredFrom, 501)
    assert.equal(ids.mayHold(first[0] ?? 0n), false)
    assert.equal(ids.mayHold(third[499] ?? 0n), true)
  })
})
