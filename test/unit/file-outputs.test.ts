import assert from 'node:assert/strict'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'

import { pino } from 'pino'
import { Registry } from 'prom-client'

import type { OutputReport } from '../../src/outputs/files/outage.ts'
import { type FileOutputOptions, startFileOutputs } from '../../src/outputs/files/start.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { entry } from '../support/entries.ts'

const root = mkdtempSync(path.join(tmpdir(), 'quaywatch-files-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))
let count = 0

const noon = new Date(2026, 10, 21, 12).getTime()
const day = 86_400_000

class Home {
  readonly home = path.join(root, String(++count))
  readonly store = new MemoryStore()
  nowMs = noon
  #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()

  readonly reports: OutputReport[] = []

  start(options: Partial<FileOutputOptions> = {}): void {
    this.#stop = new AbortController()
    this.#running = startFileOutputs({
      store: this.store,
      home: this.home,
      options: {
        jsonoutOutput: true,
        alertsLog: false,
        logallJson: false,
        logall: false,
        rotateInterval: 0,
        maxOutputSize: 0,
        ...options,
      },
      help: { groupText: () => undefined, hostIn: () => undefined },
      report: (report) => void this.reports.push(report),
      telemetry: { log: pino({ level: 'silent' }), metrics: new Registry() },
      now: () => this.nowMs,
      signal: this.#stop.signal,
    })
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async append(id: string, atMs = this.nowMs, level = 5): Promise<void> {
    await this.store.append('test', undefined, [entry({ id, atMs, rule: { id: 1, level }, data: { id } })])
  }

  path(...names: string[]): string {
    return path.join(this.home, 'logs', ...names)
  }

  ids(...names: string[]): string[] {
    const file = this.path(...names)
    if (!existsSync(file)) return []
    return idsOf(readFileSync(file, 'utf8'))
  }

  /** Resolves when the position of alerts.json is that of the record. */
  async recorded(position: number): Promise<void> {
    for (;;) {
      const state = await this.store.followerState('file:alerts.json')
      if (state?.includes(`"position":${position},`)) return
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async until(isDone: () => boolean): Promise<void> {
    while (!isDone()) await new Promise((resolve) => setImmediate(resolve))
  }
}

function idsOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => String(JSON.parse(line).data.id))
}

describe('files for other tools', () => {
  it('rules.md 6.1: alerts.json has one alert document per line and is the same file as that of the day', async () => {
    const home = new Home()
    await home.append('before')
    home.start()
    await home.append('after')
    await home.append('event only', noon, 1)
    await home.until(() => home.ids('alerts', 'alerts.json').length === 2)
    const fixed = home.path('alerts', 'alerts.json')
    const first = entry({ id: 'before', atMs: noon, rule: { id: 1, level: 5 }, data: { id: 'before' } })
    assert.equal(readFileSync(fixed, 'utf8').split('\n')[0], first.alert?.document)
    assert.equal(
      statSync(fixed).ino,
      statSync(home.path('alerts', '2026', 'Nov', 'ossec-alerts-21.json')).ino,
    )
    assert.equal(statSync(fixed).mode & 0o777, 0o640)
    assert.ok(!existsSync(home.path('archives', 'archives.json')))
    await home.stop()
  })

  it('goes on where it was, and cuts off what was written but not recorded', async () => {
    const home = new Home()
    home.start()
    await home.append('one')
    await home.until(() => home.ids('alerts', 'alerts.json').length === 1)
    await home.stop()
    appendFileSync(home.path('alerts', 'alerts.json'), '{"data":{"id":"two"}}\n{"half')
    await home.append('two')
    home.start()
    await home.append('three')
    await home.until(() => readFileSync(home.path('alerts', 'alerts.json'), 'utf8').includes('"three"'))
    assert.deepEqual(home.ids('alerts', 'alerts.json'), ['one', 'two', 'three'])
    await home.stop()
  })

  it('begins a new file every local day, and compresses the one before with checksums', async () => {
    const home = new Home()
    home.start()
    await home.append('yesterday')
    await home.append('today', noon + day)
    await home.append('clock went back', noon)
    const packed = home.path('alerts', '2026', 'Nov', 'ossec-alerts-21.json.gz')
    await home.until(() => home.ids('alerts', 'alerts.json').length === 2 && existsSync(packed))
    assert.deepEqual(home.ids('alerts', 'alerts.json'), ['today', 'clock went back'])
    await home.until(() => !existsSync(home.path('alerts', '2026', 'Nov', 'ossec-alerts-21.json')))
    assert.deepEqual(idsOf(gunzipSync(readFileSync(packed)).toString()), ['yesterday'])
    assert.match(
      readFileSync(home.path('alerts', '2026', 'Nov', 'ossec-alerts-21.json.sum'), 'utf8'),
      /^Current checksum:\nMD5 {4}\(ossec-alerts-21\.json\) = [\da-f]{32}\nSHA1 .* = [\da-f]{40}\nSHA256 .* = [\da-f]{64}\n\nChained checksum:\nMD5 {4}\(ossec-alerts-20\.json\.sum\) = none\n/,
    )
    await home.stop()
  })

  it('rules.md 6.7: archives.json has every event from the moment it is switched on', async () => {
    const home = new Home()
    await home.append('before', noon, 1)
    home.start({ logallJson: true })
    await home.until(() => existsSync(home.path('archives', 'archives.json')))
    await home.append('after', noon, 1)
    await home.until(() => home.ids('archives', 'archives.json').length === 1)
    assert.deepEqual(home.ids('archives', 'archives.json'), ['after'])
    assert.deepEqual(readdirSync(home.path('archives', '2026', 'Nov')), ['ossec-archive-21.json'])
    await home.stop()
  })

  it('a file that begins when it is switched on has what is stored in that very moment', async () => {
    const home = new Home()
    await home.append('before')
    home.start({ logallJson: true })
    await home.append('at once')
    await home.until(() => existsSync(home.path('archives', 'archives.json')))
    await home.append('after')
    await home.until(() => home.ids('archives', 'archives.json').includes('after'))
    assert.deepEqual(home.ids('archives', 'archives.json'), ['at once', 'after'])
    await home.stop()
  })

  it('a file that begins when it is switched on has what came while it could not be made, also after a restart', async () => {
    const home = new Home()
    await home.append('before')
    mkdirSync(home.home, { recursive: true })
    writeFileSync(home.path(), '')
    home.start({ logallJson: true })
    await home.append('one')
    await home.until(() => {
      home.nowMs += 10
      return home.reports.some(({ kind }) => kind === 'output-failing')
    })
    await home.stop()
    rmSync(home.path())
    home.start({ logallJson: true })
    await home.append('two')
    await home.until(() => home.ids('archives', 'archives.json').includes('two'))
    assert.deepEqual(home.ids('archives', 'archives.json'), ['one', 'two'])
    await home.stop()
  })

  it('rules.md 6.7: archives.json leaves out keepalives, and no event that only says where it is from', async () => {
    const home = new Home()
    home.start({ logallJson: true })
    await home.until(() => existsSync(home.path('archives', 'archives.json')))
    const location = 'ossec-keepalive'
    await home.store.append('test', undefined, [entry({ id: 'a', atMs: noon, location, data: { id: 'a' } })])
    await home.store.append('test', undefined, [entry({ id: 'b', atMs: noon, data: { id: 'b', location } })])
    await home.until(() => home.ids('archives', 'archives.json').length > 0)
    assert.deepEqual(home.ids('archives', 'archives.json'), ['b'])
    await home.stop()
  })

  it('leaves a file alone that was changed from outside, and goes on at its end', async () => {
    const home = new Home()
    home.start()
    await home.append('one')
    await home.until(() => home.ids('alerts', 'alerts.json').length === 1)
    await home.stop()
    rmSync(home.path('alerts', '2026', 'Nov', 'ossec-alerts-21.json'))
    home.start()
    await home.append('two')
    await home.until(() => home.ids('alerts', 'alerts.json').includes('two'))
    assert.deepEqual(home.ids('alerts', 'alerts.json'), ['two'])
    await home.stop()
  })

  it('begins a new file within the day after an interval, counted from midnight, and compresses the one before', async () => {
    const home = new Home()
    home.start({ rotateInterval: 3600 })
    const minute = 60_000
    await home.append('12:00')
    await home.append('12:59', noon + 59 * minute)
    await home.append('13:00', noon + 60 * minute)
    await home.append('late', noon + 30 * minute)
    await home.append('15:10', noon + 190 * minute)
    const folder = home.path('alerts', '2026', 'Nov')
    const packed = () => readdirSync(folder).filter((name) => name.endsWith('.gz'))
    await home.until(() => home.ids('alerts', 'alerts.json').includes('15:10') && packed().length === 2)
    const read = (name: string) => idsOf(gunzipSync(readFileSync(path.join(folder, name))).toString())
    assert.deepEqual(packed().sort(), ['ossec-alerts-21-001.json.gz', 'ossec-alerts-21.json.gz'])
    assert.deepEqual(read('ossec-alerts-21.json.gz'), ['12:00', '12:59'])
    assert.deepEqual(read('ossec-alerts-21-001.json.gz'), ['13:00', 'late'])
    assert.deepEqual(home.ids('alerts', '2026', 'Nov', 'ossec-alerts-21-002.json'), ['15:10'])
    assert.match(
      readFileSync(path.join(folder, 'ossec-alerts-21-001.json.sum'), 'utf8'),
      /Chained checksum:\nMD5 {4}\(ossec-alerts-21\.json\.sum\) = [\da-f]{32}\n/,
    )
    await home.stop()
    home.start({ rotateInterval: 3600 })
    await home.append('15:20', noon + 200 * minute)
    await home.until(() => home.ids('alerts', 'alerts.json').length === 2)
    assert.deepEqual(home.ids('alerts', '2026', 'Nov', 'ossec-alerts-21-002.json'), ['15:10', '15:20'])
    await home.stop()
  })

  it('begins a new file when the current one has its size', async () => {
    const home = new Home()
    home.start({ maxOutputSize: 1 })
    for (const id of ['a', 'b', 'c']) await home.append(id)
    await home.until(() => home.ids('alerts', 'alerts.json').includes('c'))
    assert.deepEqual(home.ids('alerts', '2026', 'Nov', 'ossec-alerts-21-002.json'), ['c'])
    await home.stop()
  })

  it('rules.md 6.5: alerts.log has a block for each alert from the moment it is switched on', async () => {
    const home = new Home()
    await home.append('before')
    home.start({ alertsLog: true })
    await home.until(() => existsSync(home.path('alerts', 'alerts.log')))
    await home.append('one', noon)
    const file = home.path('alerts', 'alerts.log')
    await home.until(() => readFileSync(file, 'utf8') !== '')
    assert.match(
      readFileSync(file, 'utf8'),
      /^\*\* Alert \d+\.\d+-alert: - ,\n2026 Nov 21 \d\d:00:00 manager->here\nRule: 1 \(level 5\) -> 'rule 1'\n{"id":"one"}\n\n$/,
    )
    await home.stop()
  })

  it('archives.log has a line for each event', async () => {
    const home = new Home()
    home.start({ logall: true })
    const file = home.path('archives', 'archives.log')
    await home.until(() => existsSync(file))
    await home.append('one', noon, 1)
    await home.until(() => readFileSync(file, 'utf8') !== '')
    assert.match(readFileSync(file, 'utf8'), /^2026 Nov 21 \d\d:00:00 manager->here {"id":"one"}\n$/)
    await home.stop()
  })

  it('what went into a file that somebody removed is written once more', async () => {
    const home = new Home()
    home.start()
    await home.append('one')
    await home.until(() => home.ids('alerts', 'alerts.json').length === 1)
    home.nowMs += 1000
    await home.append('two')
    await home.recorded(2)
    rmSync(home.path('alerts'), { recursive: true })
    await home.append('three')
    home.nowMs += 1000
    await home.append('four')
    await home.until(() => home.ids('alerts', 'alerts.json').includes('four'))
    assert.deepEqual(home.ids('alerts', 'alerts.json'), ['three', 'four'])
    await home.append('five')
    await home.until(() => home.ids('alerts', '2026', 'Nov', 'ossec-alerts-21.json').includes('five'))
    await home.stop()
  })

  it('waits for a folder that cannot be written, says so once, and goes on where it was', async () => {
    const home = new Home()
    home.start()
    await home.append('one')
    home.nowMs += 1000
    await home.append('two')
    await home.recorded(2)
    rmSync(home.path('alerts'), { recursive: true })
    writeFileSync(home.path('alerts'), 'not a folder')
    await home.append('three')
    home.nowMs += 1000
    await home.append('four')
    await home.until(() => {
      home.nowMs += 10
      return home.reports.length === 1
    })
    assert.equal(home.reports[0]?.kind, 'output-failing')
    await home.append('five')
    rmSync(home.path('alerts'))
    await home.until(() => home.ids('alerts', 'alerts.json').includes('five'))
    assert.deepEqual(home.ids('alerts', 'alerts.json'), ['three', 'four', 'five'])
    await home.until(() => {
      home.nowMs += 10
      return home.reports.length === 2
    })
    assert.equal(home.reports[1]?.kind, 'output-recovered')
    await home.stop()
  })
})
