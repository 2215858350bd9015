import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'

import { openStore } from '../../src/store/open-store.ts'
import { serveStore, type StoreServer } from '../../src/store/remote/serve.ts'
import type { KeptStore } from '../../src/store/kept-store.ts'
import { entry } from '../support/entries.ts'

const cli = path.join(import.meta.dirname, '..', '..', 'src', 'cli.js')
const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-search-'))

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function quaywatch(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

async function ids(...args: string[]): Promise<string[]> {
  const { stdout } = await quaywatch('search', '--home', home, ...args)
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => String(JSON.parse(line).data.n))
}

function open(): Promise<KeptStore> {
  return openStore({ folder: path.join(home, 'data') })
}

describe('quaywatch search, tail and stats', () => {
  let store: KeptStore | undefined
  let server: StoreServer | undefined
  const socket = path.join(home, 'run', 'store.sock')
  const serve = async () => {
    store = await open()
    server = await serveStore(store, socket)
    return store
  }
  const stop = async () => {
    await server?.close()
    await store?.close()
    server = undefined
    store = undefined
  }
  before(async () => {
    mkdirSync(path.join(home, 'run'))
    mkdirSync(path.join(home, 'data'))
    const filling = await open()
    const entries = Array.from({ length: 2500 }, (_, n) =>
      entry({
        id: `e${n}`,
        atMs: 1_795_000_000_000 + n * 1000,
        rule: { id: 100 + (n % 3), level: n % 8 },
        data: { n: String(n) },
      }),
    )
    await filling.append('a', undefined, entries)
    await filling.append('a', undefined, [
      entry({
        id: 'evil',
        atMs: 1_795_100_000_000,
        rule: { id: 9, level: 12 },
        text: '=cmd()|\u001b[31m"x"',
        data: { n: 'evil' },
      }),
    ])
    await filling.close()
  })
  after(async () => {
    await stop()
    rmSync(home, { recursive: true, force: true })
  })

  for (const where of ['no manager runs', 'a manager has the store open'] as const) {
    it(`finds the same when ${where}`, async () => {
      if (where !== 'no manager runs') await serve()
      assert.deepEqual(await ids('rule.level: 7', '--limit', '3'), ['2495', '2487', '2479'])
      assert.equal((await ids('--dataset', 'events')).length, 2501)
      assert.deepEqual(await ids('n: (4 or 12)', '--dataset', 'events', '--oldest'), ['4', '12'])
      assert.deepEqual(
        await ids('--from', '2026-11-18T11:06:41Z', '--to', '2026-11-18T11:06:43Z', '--dataset', 'events'),
        ['2', '1'],
      )
      const { stdout } = await quaywatch('stats', '--home', home, '--json')
      assert.equal(JSON.parse(stdout).events, 2501)
      await stop()
    })
  }

  it('shows control characters and never runs formulas', async () => {
    const table = await quaywatch('search', 'evil', '--home', home, '--format', 'table')
    assert.match(table.stdout, /^TIME .*\n2026-11-19 14:53:20 {5}12 {2}9 {7}rule 9\n$/)
    const csv = await quaywatch('search', 'evil', '--home', home, '--format', 'csv')
    assert.equal(
      csv.stdout.split('\r\n')[1],
      `2026-11-19T14:53:20.000+0000,12,9,rule 9,,manager,here,"'=cmd()|\u001b[31m""x"""`,
    )
  })

  it('says what is wrong with a query, and where', async () => {
    const { code, stderr } = await quaywatch('search', 'a: (b', '--home', home)
    assert.equal(code, 2)
    assert.equal(
      stderr,
      'quaywatch search: the parenthesis is never closed\n  a: (b\n     ^\nadd ) at the end\n',
    )
  })

  it('says that there is no store', async () => {
    const { code, stderr } = await quaywatch('search', '--home', path.join(home, 'nowhere'))
    assert.equal(code, 1)
    assert.match(stderr, /^quaywatch search: there is no store in .*nowhere; --home says where it is\n$/)
  })

  it('tail prints what comes, as long as the manager runs', async () => {
    const opened = await serve()
    assert.equal(statSync(socket).mode & 0o777, 0o600)
    const child = spawn(process.execPath, [cli, 'tail', 'rule.level >= 5', '--home', home])
    const shown: string[] = []
    const line = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        shown.push(chunk.toString())
        resolve()
      })
    })
    const append = (n: number) =>
      opened.append('a', undefined, [
        entry({ id: `low ${n}`, rule: { id: 1, level: 3 } }),
        entry({ id: `high ${n}`, rule: { id: 1, level: 7 } }),
      ])
    // Until the command listens there is nothing to see: append until it does.
    for (let n = 0; shown.length === 0; n++) {
      await append(n)
      await Promise.race([line, new Promise((resolve) => setTimeout(resolve, 50))])
    }
    const closed = new Promise((resolve) => child.once('exit', resolve))
    await stop()
    assert.equal(await closed, 1)
    for (const text of shown.join('').trim().split('\n')) assert.equal(JSON.parse(text).rule.level, 7)
  })
})
