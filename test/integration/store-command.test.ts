import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'

import { openStore } from '../../src/store/open-store.ts'
import { serveStore } from '../../src/store/remote/serve.ts'
import { entry } from '../support/entries.ts'

const cli = path.join(import.meta.dirname, '..', '..', 'src', 'cli.js')
const root = mkdtempSync(path.join(tmpdir(), 'quaywatch-store-command-'))
after(() => rmSync(root, { recursive: true, force: true }))
const never = new AbortController().signal

function quaywatch(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, 'store', ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

function numbered(from: number, count: number) {
  return Array.from({ length: count }, (_, index) =>
    entry({
      id: `e${from + index}`,
      rule: { id: 1, level: (from + index) % 5 },
      data: { padding: 'x'.repeat(300) },
    }),
  )
}

async function newHome(name: string, count: number): Promise<string> {
  const home = path.join(root, name)
  mkdirSync(path.join(home, 'run'), { recursive: true })
  mkdirSync(path.join(home, 'data'))
  const store = await openStore({ folder: path.join(home, 'data') })
  await store.append('a', `cursor ${count}`, numbered(0, count))
  await store.close()
  return home
}

async function contentOf(home: string): Promise<{ ids: string[]; cursor: string | undefined }> {
  const store = await openStore({ folder: path.join(home, 'data') })
  const { hits } = await store.search(
    { dataset: 'events', query: { kind: 'all' }, limit: 10_000, order: 'oldest' },
    never,
  )
  const cursor = await store.cursor('a')
  await store.close()
  return { ids: hits.map(({ eventId }) => eventId), cursor }
}

const idsTo = (count: number) => Array.from({ length: count }, (_, index) => `e${index}`)

describe('quaywatch store', () => {
  it('backs up and restores while no manager runs', async () => {
    const home = await newHome('alone', 200)
    const backup = path.join(root, 'alone-backup')
    const done = await quaywatch('backup', backup, '--home', home, '--json')
    assert.equal(done.code, 0, done.stderr)
    assert.equal(JSON.parse(done.stdout).head, 200)
    const restored = path.join(root, 'alone-restored')
    mkdirSync(path.join(restored, 'etc'), { recursive: true })
    assert.equal((await quaywatch('restore', backup, '--home', restored)).code, 0)
    assert.deepEqual(await contentOf(restored), { ids: idsTo(200), cursor: 'cursor 200' })
  })

  it('backs up and restores what other parts keep beside the store, but nothing that is being written or set aside', async () => {
    const home = await newHome('beside', 20)
    const kept = ['docker-listener/inventory-local.json', 'notebook.json', 'rule-files/my rules~local.xml']
    const left = ['docker-listener/inventory-local.json.tmp', 'sign-in', 'damaged-1/segment']
    for (const name of [...kept, ...left]) {
      mkdirSync(path.dirname(path.join(home, 'data', name)), { recursive: true })
      writeFileSync(path.join(home, 'data', name), `content of ${name}`)
    }
    const backup = path.join(root, 'beside-backup')
    const done = await quaywatch('backup', backup, '--home', home)
    assert.equal(done.code, 0, done.stderr)
    const restored = path.join(root, 'beside-restored')
    assert.equal((await quaywatch('restore', backup, '--home', restored)).code, 0)
    for (const name of kept)
      assert.equal(readFileSync(path.join(restored, 'data', name), 'utf8'), `content of ${name}`)
    for (const name of left) assert.equal(existsSync(path.join(restored, 'data', name)), false, name)
    assert.deepEqual((await contentOf(restored)).ids, idsTo(20))
  })

  it('refuses a backup that wants to write elsewhere', async () => {
    const home = await newHome('outside', 20)
    const backup = path.join(root, 'outside-backup')
    await quaywatch('backup', backup, '--home', home)
    const manifest = path.join(backup, 'backup.json')
    for (const name of ['../outside', '/tmp/outside', 'log/../../outside', './id.key']) {
      const text = readFileSync(manifest, 'utf8').replace(/"name": ".*"/, `"name": ${JSON.stringify(name)}`)
      writeFileSync(manifest, text)
      const { code, stderr } = await quaywatch(
        'restore',
        backup,
        '--home',
        path.join(root, 'outside-restored'),
      )
      assert.equal(code, 1, name)
      assert.match(stderr, /does not understand\n$/, name)
    }
  })

  it('backs up one moment of a store that is being written', async () => {
    const home = await newHome('busy', 100)
    const store = await openStore({ folder: path.join(home, 'data') })
    const server = await serveStore(store, path.join(home, 'run', 'store.sock'))
    const backup = path.join(root, 'busy-backup')
    const done = new AbortController()
    const asked = quaywatch('backup', backup, '--home', home, '--json').finally(() => done.abort())
    let count = 100
    for (; !done.signal.aborted; count += 20)
      await store.append('a', `cursor ${count + 20}`, numbered(count, 20))
    const { code, stdout, stderr } = await asked
    assert.equal(code, 0, stderr)
    const { head } = JSON.parse(stdout)
    assert.deepEqual(JSON.parse((await quaywatch('verify', '--home', home, '--json')).stdout).damages, [])
    await server.close()
    await store.close()
    const restored = path.join(root, 'busy-restored')
    assert.equal((await quaywatch('restore', backup, '--home', restored)).code, 0)
    const { ids, cursor } = await contentOf(restored)
    // Whole commits from the first on, and the cursor that belongs to the last of them.
    assert.ok(head >= 100 && ids.length >= head && ids.length <= count, `${head} ${ids.length} ${count}`)
    assert.deepEqual(ids, idsTo(ids.length))
    assert.equal(cursor, `cursor ${ids.length}`)
    assert.deepEqual((await contentOf(home)).ids, idsTo(count), 'nothing is missing in the store itself')
  })

  it('refuses a home that has something in it, a changed backup, and a place that is not empty', async () => {
    const home = await newHome('refused', 20)
    const backup = path.join(root, 'refused-backup')
    await quaywatch('backup', backup, '--home', home)
    const again = await quaywatch('backup', backup, '--home', home)
    assert.deepEqual([again.code, again.stderr], [1, `quaywatch: ${backup} is not empty\n`])
    const onto = await quaywatch('restore', backup, '--home', home)
    assert.equal(onto.code, 1)
    assert.match(onto.stderr, /^quaywatch: .*refused is not empty \(data, run\); only etc\/ may be there\n$/)
    const [segment = ''] = readdirSync(path.join(backup, 'segments'))
    writeFileSync(path.join(backup, 'segments', segment), 'changed')
    const elsewhere = path.join(root, 'refused-restored')
    const changed = await quaywatch('restore', backup, '--home', elsewhere)
    assert.equal(changed.code, 1)
    assert.match(changed.stderr, /duckdb is missing or not what was backed up\n$/)
    assert.equal(existsSync(elsewhere), false)
  })

  it('verifies every record and commit, and finds damage in the middle of a file', async () => {
    const home = await newHome('verified', 3000)
    const good = await quaywatch('verify', '--home', home)
    assert.equal(good.code, 0, good.stderr)
    assert.match(
      good.stdout,
      /^3000 records, 1200 of them alerts in 1 segments\n\d+ commits in 1 log files\nnothing/,
    )
    const folder = path.join(home, 'data', 'segments')
    const file = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.duckdb')) ?? '')
    const content = readFileSync(file)
    // One byte in every block of 256 KiB but the headers and the last.
    for (let at = 12_288 + 100_000; at < content.length - 262_144; at += 262_144)
      content.writeUInt8(content.readUInt8(at) ^ 0xff, at)
    writeFileSync(file, content)
    const bad = await quaywatch('verify', '--home', home)
    assert.equal(bad.code, 1)
    assert.match(bad.stdout, /^damaged: .*segment-000001-.*\.duckdb: .+$/m)
  })

  it('compacts without losing anything', async () => {
    const home = await newHome('compacted', 500)
    const done = await quaywatch('compact', '--home', home, '--json')
    assert.equal(done.code, 0, done.stderr)
    assert.equal(JSON.parse(done.stdout).segments, 1)
    assert.deepEqual(await contentOf(home), { ids: idsTo(500), cursor: 'cursor 500' })
  })

  it('says how it is used', async () => {
    const { code, stderr } = await quaywatch('destroy')
    assert.equal(code, 2)
    assert.match(stderr, /^quaywatch store: 'destroy' is no action\nUsage: quaywatch store ACTION/)
    assert.equal(
      (await quaywatch('backup', '--home', root)).stderr,
      'quaywatch store: backup takes one folder\n',
    )
  })
})
