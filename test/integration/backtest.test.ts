// Back-tests through the command and the API, over a store that a process has open.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'

import type { BacktestJob } from '../../src/api/api-options.ts'
import { BacktestJobs } from '../../src/backtest-jobs.ts'
import { toByteString } from '../../src/event/byte-string.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { loadEngine } from '../../src/load-engine.ts'
import { analyse } from '../../src/pipeline/analyse.ts'
import type { KeptStore } from '../../src/store/kept-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import { serveStore, type StoreServer } from '../../src/store/remote/serve.ts'
import { type Dashboard, startDashboard } from '../support/dashboard.ts'
import { cliFile, eventually, quaywatch } from '../support/manager-process.ts'

const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-backtest-'))
const draftFile = path.join(home, 'draft.xml')
const draft = `<group name="draft,"><rule id="100500" level="8"><match>boiler</match>
<description>a boiler</description></rule></group>`
const socket = path.join(home, 'run', 'store.sock')
/** A client is connected to this socket; state 3 of the kernel. */
const isConnected = (file: string): boolean =>
  readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .some((line) => line.endsWith(` ${file}`) && line.split(/\s+/)[5] === '03')
const t0 = Date.parse('2026-11-20T12:00:00Z')
const count = 3000

function message(index: number): RawEvent {
  const text = index % 10 === 0 ? `boiler ${index}` : `Nov 20 12:00:00 host sshd[1]: nothing ${index}`
  const parts = { id: `e${index}`, source: 'test', location: 'here' }
  return new RawEvent({ ...parts, receivedAtMs: t0 + index * 1000, text: toByteString(text) })
}

describe('back-tests', () => {
  let store: KeptStore
  let server: StoreServer | undefined
  let jobs: BacktestJobs
  let dashboard: Dashboard
  let admin: Readonly<Record<string, string>>
  const range = ['--from', '2026-11-20', '--to', '2026-11-21']
  const start = async (body: object) =>
    dashboard.ask('/api/v1/rules/backtests', { method: 'POST', headers: admin, body })
  const jobOf = (json: unknown): BacktestJob => json as BacktestJob // oxlint-disable-line typescript/no-unsafe-type-assertion -- checked by each test
  const ended = (id: string) =>
    eventually('the end of the back-test', async () => {
      const { json } = await dashboard.ask(`/api/v1/rules/backtests/${id}`, { headers: admin })
      const job = jobOf(json)
      return job.state === 'running' ? undefined : job
    })

  before(async () => {
    mkdirSync(path.join(home, 'run'))
    mkdirSync(path.join(home, 'data'))
    writeFileSync(draftFile, draft)
    store = await openStore({ folder: path.join(home, 'data') })
    const engine = loadEngine({ home, hostName: 'host' }).newSession()
    const events = Array.from({ length: count }, (_, index) => message(index))
    for (let first = 0; first < count; first += 500) {
      const slice = events.slice(first, first + 500)
      await store.append(
        'test',
        undefined,
        analyse(engine, slice, () => undefined),
      )
    }
    server = await serveStore(store, socket)
    jobs = new BacktestJobs({ home, configFile: undefined, rulesetFolder: undefined, now: Date.now })
    dashboard = await startDashboard(store, { backtests: jobs })
    admin = await dashboard.signIn()
  })
  after(async () => {
    await dashboard.close()
    await jobs.close()
    await server?.close()
    await store.close()
    rmSync(home, { recursive: true, force: true })
  })

  it('the command asks the process that has the store open', async () => {
    const { code, stdout, stderr } = await quaywatch([
      'rules',
      'backtest',
      draftFile,
      '--home',
      home,
      '--json',
      ...range,
    ])
    assert.equal(code, 0, stderr)
    const report = JSON.parse(stdout)
    assert.equal(report.complete, true)
    assert.equal(report.events, count)
    assert.deepEqual(
      report.fired.map((fired: { count: number; after: { id: number } }) => [fired.after.id, fired.count]),
      [[100500, count / 10]],
    )
    assert.deepEqual(report.draft, [{ id: 100500, level: 8, description: 'a boiler', alerts: count / 10 }])
  })

  const onLinux = { skip: process.platform !== 'linux' }
  it(
    'the command prints what it has when it is interrupted, and says so by its exit code',
    onLinux,
    async () => {
      const child = spawn(process.execPath, [
        cliFile,
        'rules',
        'backtest',
        '--against',
        'stored',
        '--home',
        home,
      ])
      let output = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
      child.stderr.resume()
      const closed = new Promise((resolve) => child.once('close', resolve))
      // From its question on, whenever the signal comes, the answer is a report.
      await eventually('the question', () => child.exitCode !== null || isConnected(socket) || undefined)
      child.kill('SIGINT')
      const code = await closed
      assert.ok(code === 130 ? output.startsWith('STOPPED EARLY') : code === 0, `${String(code)} ${output}`)
    },
  )

  it('a wrong draft is refused with file, line and column', async () => {
    const wrong = path.join(home, 'wrong.xml')
    writeFileSync(wrong, '<group name="x,">\n<rule id="100500" level="77"><match>a</match></rule></group>')
    const { code, stderr } = await quaywatch(['rules', 'backtest', wrong, '--home', home])
    assert.equal(code, 1)
    assert.match(stderr, /wrong\.xml:2:\d+: fatal: level 77 is not between 0 and 16/)
  })

  it('the API runs one beside everything else and keeps its report', async () => {
    const { status, json } = await start({
      files: [{ name: 'draft.xml', text: draft }],
      from: '2026-11-20',
      to: '2026-11-21',
      samples: 1,
    })
    assert.equal(status, 202)
    const { id, state, files, by } = jobOf(json)
    assert.deepEqual([state, files, by], ['running', ['draft.xml'], 'admin'])
    assert.equal((await start({ files: [], against: 'stored' })).status, 409)
    const job = await ended(id)
    assert.equal(job.state, 'done', JSON.stringify(job))
    assert.equal(job.progress, 1)
    assert.equal(job.events, count)
    assert.deepEqual(job.report?.fired, [
      {
        before: null,
        after: { id: 100500, level: 8, description: 'a boiler' },
        count: count / 10,
        samples: [{ eventId: 'e0', at: '2026-11-20T12:00:00.000Z', description: 'a boiler' }],
      },
    ])
    const list = await dashboard.ask('/api/v1/rules/backtests', { headers: admin })
    assert.match(list.text, new RegExp(id))
  })

  it('the API tells every problem of a draft that does not load', async () => {
    const { json } = await start({ files: [{ name: 'wrong.xml', text: '<group name="x,"><rule' }] })
    const job = await ended(jobOf(json).id)
    assert.equal(job.state, 'failed')
    assert.match(job.problems?.[0] ?? '', /^wrong\.xml:1:\d+: fatal: /)
  })

  it('a cancelled one ends soon, and the next may start', async () => {
    const { json } = await start({ files: [], against: 'stored', from: '2026-11-20', to: '2026-11-21' })
    const { id } = jobOf(json)
    const answer = await dashboard.ask(`/api/v1/rules/backtests/${id}`, {
      method: 'DELETE',
      headers: admin,
    })
    assert.equal(answer.status, 200)
    assert.equal((await ended(id)).state, 'cancelled')
    const next = await start({ files: [], against: 'stored', from: '2026-11-20', to: '2026-11-21' })
    assert.equal(next.status, 202)
    assert.equal((await ended(jobOf(next.json).id)).report?.alerts.unchanged, 0)
  })

  it('refuses what cannot be asked', async () => {
    const file = { name: 'draft.xml', text: draft }
    assert.equal((await start({ files: [] })).status, 400)
    assert.equal((await start({ files: [{ ...file, name: '../x.xml' }] })).status, 400)
    assert.equal((await start({ files: [file], from: 'now', to: 'now-1d' })).status, 400)
    const gone = await dashboard.ask('/api/v1/rules/backtests/none', { headers: admin })
    assert.equal(gone.status, 404)
  })

  it('the command opens the store itself when nobody has it open', async () => {
    await server?.close()
    server = undefined
    await store.close()
    const { code, stdout, stderr } = await quaywatch([
      'rules',
      'backtest',
      draftFile,
      '--home',
      home,
      '--samples',
      '1',
      ...range,
    ])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^3000 events from 2026-11-20T00:00:00.000Z to 2026-11-21T00:00:00.000Z/)
    assert.match(
      stdout,
      /Would fire newly\n  300 alerts  100500 \(level 8\) a boiler\n      2026-11-20T12:00/,
    )
  })
})
