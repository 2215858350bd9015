// Whatever happens to the process or to its disk, the files for other tools have every record once and in order.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'

import type { OutputReport } from '../../src/outputs/files/outage.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { entry } from '../support/entries.ts'
import { eventually } from '../support/manager-process.ts'
import { runFileOutputs } from '../support/output-run.ts'

const child = path.join(import.meta.dirname, 'outputs-child.js')
const root = mkdtempSync(path.join(tmpdir(), 'quaywatch-outputs-'))
after(() => rmSync(root, { recursive: true, force: true }))
const rounds = Number(process.env['QUAYWATCH_CRASH_ROUNDS'] ?? 6)

/** The texts of all parts of a file in their order, whether they are compressed or not. */
function contents(folder: string, ending: RegExp): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes(path.sep) && ending.test(name))
    .sort((left, right) => partOf(left) - partOf(right))
  const whole = new Map<string, string>()
  for (const name of names) {
    const bytes = readFileSync(path.join(folder, name))
    const isPacked = name.endsWith('.gz')
    // A process that was killed while it compressed leaves both.
    whole.set(name.replace(/\.gz$/, ''), (isPacked ? gunzipSync(bytes) : bytes).toString())
  }
  return [...whole.values()].join('')
}

function partOf(name: string): number {
  const [, day = '', part = '0'] = /-(\d\d)(?:-(\d+))?\.(?:json|log)/.exec(name) ?? []
  return Number(day) * 100_000 + Number(part)
}

const jsonIds = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => String(JSON.parse(line).data.n))
const blockIds = (text: string) => [...text.matchAll(/^n: (e\d+)$/gm)].map(([, id]) => id)

async function runUntilKilled(home: string, first: number, aliveMs: number): Promise<number> {
  const running = spawn(process.execPath, [child, home, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (output === '') setTimeout(() => running.kill('SIGKILL'), aliveMs)
    output += text
  })
  await new Promise((resolve) => running.once('close', resolve))
  // The batch after the last acknowledged one may be stored or not: its ids are not used again.
  return Number(output.trim().split('\n').at(-1)) + 40
}

function startOutputs(store: Store, home: string, reports: OutputReport[] = []) {
  const stop = new AbortController()
  const report = (one: OutputReport): void => void reports.push(one)
  const running = runFileOutputs({ store, home, signal: stop.signal, report })
  return async () => {
    stop.abort()
    await running
  }
}

async function storedIds(store: Store): Promise<string[]> {
  const request = { dataset: 'alerts', query: { kind: 'all' }, limit: 10_000, order: 'oldest' } as const
  const found: string[] = []
  for (let at: number | undefined; ;) {
    const page = await store.search(
      { ...request, ...(at === undefined ? {} : { after: at }) },
      new AbortController().signal,
    )
    found.push(...page.hits.map(({ eventId }) => eventId))
    if (page.hits.length < request.limit) return found
    at = page.hits.at(-1)?.position
  }
}

describe('files for other tools', () => {
  it(`have every alert once and in order after ${rounds} kills`, { timeout: 600_000 }, async () => {
    const home = path.join(root, 'killed')
    mkdirSync(path.join(home, 'data'), { recursive: true })
    let next = 0
    for (let round = 0; round < rounds; round++) next = await runUntilKilled(home, next, Math.random() * 1500)
    const store = await openStore({ folder: path.join(home, 'data') })
    const stop = startOutputs(store, home)
    const stored = await storedIds(store)
    assert.ok(stored.length > rounds * 20, `only ${stored.length} alerts`)
    const alerts = path.join(home, 'logs', 'alerts')
    const last = stored.at(-1) ?? ''
    await eventually('the last alert', () =>
      contents(alerts, /\.log(\.gz)?$/).includes(`n: ${last}\n`) &&
      contents(alerts, /\.json(\.gz)?$/).includes(`"${last}"`) &&
      contents(path.join(home, 'logs', 'archives'), /\.json(\.gz)?$/).includes(`"${last}"`)
        ? true
        : undefined,
    )
    await stop()
    await store.close()
    assert.deepEqual(jsonIds(contents(alerts, /\.json(\.gz)?$/)), stored)
    assert.deepEqual(blockIds(contents(alerts, /\.log(\.gz)?$/)), stored)
    assert.deepEqual(jsonIds(contents(path.join(home, 'logs', 'archives'), /\.json(\.gz)?$/)), stored)
  })

  const small = path.join(root, 'small')
  mkdirSync(path.join(small, 'logs'), { recursive: true })
  const mounted =
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', path.join(small, 'logs')]).status === 0
  after(() => {
    if (mounted) spawnSync('umount', ['-l', path.join(small, 'logs')])
  })
  const skip = mounted ? false : 'SKIPPED: a small file system can be mounted by root only'

  it(
    'are caught up when a full disk has room again, and both are told',
    { skip, timeout: 120_000 },
    async () => {
      const store = await openStore({ folder: path.join(small, 'data') })
      const reports: OutputReport[] = []
      const stop = startOutputs(store, small, reports)
      let count = 0
      const append = () =>
        store.append(
          'one',
          undefined,
          Array.from({ length: 50 }, () => {
            const id = `e${count++}`
            return entry({ id, atMs: Date.now(), rule: { id: 1, level: 5 }, data: { n: id } })
          }),
        )
      for (let batch = 0; batch < 20; batch++) await append()
      await eventually('the report', () => reports.find(({ kind }) => kind === 'output-failing'), 30_000)
      await append()
      spawnSync('mount', ['-o', 'remount,size=20m', path.join(small, 'logs')])
      const alerts = path.join(small, 'logs', 'alerts')
      const isThere = () => contents(alerts, /\.json(\.gz)?$/).includes(`"e${count - 1}"`)
      await eventually('the last alert', () => (isThere() ? true : undefined), 60_000)
      await eventually('the end', () => reports.find(({ kind }) => kind === 'output-recovered'), 60_000)
      await eventually(
        'the last block',
        () => (contents(alerts, /\.log(\.gz)?$/).includes(`n: e${count - 1}\n`) ? true : undefined),
        60_000,
      )
      await stop()
      assert.deepEqual(jsonIds(contents(alerts, /\.json(\.gz)?$/)), await storedIds(store))
      assert.deepEqual(blockIds(contents(alerts, /\.log(\.gz)?$/)), await storedIds(store))
      await store.close()
    },
  )
})
