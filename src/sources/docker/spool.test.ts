import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { RawEvent } from '../../event/raw-event.ts'
import { fromSpoolLine, spoolLine } from './outgoing.ts'
import { Spool, type SpoolPosition } from './spool.ts'

const root = mkdtempSync(path.join(tmpdir(), 'quaywatch-spool-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))
let folders = 0
const newFolder = (): string => path.join(root, String((folders += 1)))
const limits = { totalBytes: 1000, fileBytes: 100 }
const lines = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `line ${String(from + at).padStart(3, '0')}`)

/** Its files are closed at the end of the test; what the test stands for may have been killed long before. */
async function opened(test: TestContext, folder: string, from?: SpoolPosition): Promise<Spool> {
  const spool = await Spool.open(folder, limits, from)
  test.after(() => spool.close())
  return spool
}

async function all(spool: Spool): Promise<string[]> {
  const found: string[] = []
  while (!spool.isEmpty) found.push(...(await spool.read(7)).lines)
  return found
}

describe('Spool', () => {
  it('gives lines in their order over many files, and leaves nothing behind', async (test) => {
    const folder = newFolder()
    const spool = await opened(test, folder)
    for (let at = 0; at < 60; at += 6) await spool.append(lines(at, 6))
    assert.ok(readdirSync(folder).length > 3)
    const found: string[] = []
    while (!spool.isEmpty) {
      const { lines: some, after } = await spool.read(7)
      found.push(...some)
      await spool.release(after)
    }
    assert.deepEqual(found, lines(0, 60))
    assert.deepEqual(readdirSync(folder), [])
    await spool.append(lines(60, 1))
    assert.deepEqual(await all(spool), lines(60, 1))
  })

  it('goes on at the position that was stored, in a new process', async (test) => {
    const folder = newFolder()
    const before = await opened(test, folder)
    for (let at = 0; at < 40; at += 4) await before.append(lines(at, 4))
    let at: SpoolPosition | undefined
    for (let reads = 0; reads < 3; reads += 1) at = (await before.read(7)).after
    // Not closed: that process was killed.
    const seen = await opened(test, folder, at)
    const peeked: string[] = []
    for await (const some of seen.peek()) peeked.push(...some)
    assert.equal(peeked.at(-1), 'line 039')
    assert.deepEqual(await all(seen), peeked)
    assert.ok(peeked.length >= 19 && peeked.length <= 33, `${peeked.length} lines`)
    await seen.append(lines(40, 1))
    assert.deepEqual(await all(seen), lines(40, 1))
  })

  it('takes out the line that was cut short by the end of the process', async (test) => {
    const folder = newFolder()
    const before = await opened(test, folder)
    await before.append(lines(0, 3))
    const [name = ''] = readdirSync(folder)
    appendFileSync(path.join(folder, name), 'line 00')
    const after = await opened(test, folder)
    assert.deepEqual(await all(after), lines(0, 3))
    assert.equal(statSync(path.join(folder, name)).size, 27)
  })

  it('passes over a file that lost its lines, and counts it', async (test) => {
    const folder = newFolder()
    const spool = await opened(test, folder)
    for (let at = 0; at < 30; at += 10) await spool.append(lines(at, 10))
    writeFileSync(path.join(folder, 'spool-1.log'), 'x'.repeat(90))
    assert.deepEqual(await all(spool), lines(20, 10))
    assert.equal(spool.damaged, 1)
  })

  it('says when it is full, and when there is room again', async (test) => {
    const spool = await opened(test, newFolder())
    for (let at = 0; at < 120; at += 10) await spool.append(lines(at, 10))
    assert.equal(spool.isFull, true)
    assert.equal(spool.hasRoom, false)
    for (let reads = 0; reads < 30; reads += 1) await spool.release((await spool.read(4)).after)
    assert.equal(spool.isFull, false)
    assert.equal(spool.hasRoom, true)
  })

  it('refuses nothing it has not written whole', async (test) => {
    const folder = newFolder()
    const spool = await opened(test, folder)
    await spool.append(lines(0, 1))
    await spool.close()
    await assert.rejects(spool.append(lines(1, 1)))
    assert.deepEqual(await all(await opened(test, folder)), lines(0, 1))
  })
})

describe('lines of the spool', () => {
  const actor = '"Actor": {"ID": "ab", "Attributes": {"image": "x:1", "name": "\\u00e9\\t"}}'
  const event = (action: string): string =>
    `{"integration": "docker", "docker": {"Type": "container", "Action": "${action}", ${actor}, "timeNano": 1795309765833271045}}`
  const flags = { advances: true, isLate: true, closesGap: false }
  const engine = { engine: 'tcp://10.0.0.5:2376', engineId: 'A B\tC', nano: 1_795_309_765_833_271_045n }
  const attributes = { image: 'x:1', name: '\u00e9\t' }
  const change = { action: 'create', actorId: 'ab', attributes, timeNano: 1_795_309_765_833_271_045n }
  const none = { engine: '', engineId: '', nano: 0n, advances: false, isLate: false, change: undefined }
  const items = [
    { what: 'a change of a container', text: event('create'), item: { ...engine, ...flags, change } },
    { what: 'a probe', text: event('exec_start: true'), item: { ...engine, ...flags, change: undefined } },
    { what: 'our own', text: '{"integration": "quaywatch"}', item: { ...none, closesGap: true } },
  ]
  for (const { what, text, item } of items)
    it(`keep everything of ${what}`, () => {
      const raw = {
        id: 'docker:1:x',
        source: 'docker-listener',
        location: 'Wazuh-Docker',
        receivedAtMs: 5,
        text,
      }
      const back = fromSpoolLine(spoolLine({ raw: new RawEvent(raw), ...item }))
      assert.deepEqual(back && { ...back, raw: back.raw.text }, { ...item, raw: text })
      assert.equal(back?.raw.id, 'docker:1:x')
      assert.equal(back?.raw.receivedAtMs, 5)
    })
  for (const damaged of [
    '',
    'x',
    'id\ta-\tw\te\tn\tnine\t5\t{}',
    'id\ta-\tw\te\tn\t9\t5\t{"half',
    'id\t-\t%\t%\t%\t9\t5\t',
  ])
    it(`${JSON.stringify(damaged)} is damaged`, () => assert.equal(fromSpoolLine(damaged), undefined))
})
