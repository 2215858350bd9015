import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import { backtestDraft, DraftRefused } from './backtest-draft.ts'
import { reportLines } from './backtest/report-text.ts'
import type { BacktestReport, Difference } from './backtest/report.ts'
import { toByteString } from './event/byte-string.ts'
import { RawEvent } from './event/raw-event.ts'
import { loadEngine } from './load-engine.ts'
import { analyse } from './pipeline/analyse.ts'
import type { RuleDraftFile } from './rules/draft-files.ts'
import { MemoryStore } from './store/memory/memory-store.ts'
import { packageRoot } from './version.ts'

const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-backtest-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
mkdirSync(path.join(home, 'etc', 'rules'), { recursive: true })

const local = `<group name="local,">
  <rule id="100100" level="5"><match>door opened</match><description>door $(n)</description></rule>
  <rule id="100101" level="10" frequency="3" timeframe="60"><if_matched_sid>100100</if_matched_sid>
    <description>three doors</description></rule>
  <rule id="100102" level="3"><match>lamp</match><description>lamp</description></rule>
</group>`
writeFileSync(path.join(home, 'etc', 'rules', 'local_rules.xml'), local)

const rulesetFolder = path.join(home, 'small')
mkdirSync(path.join(rulesetFolder, 'rules'), { recursive: true })
mkdirSync(path.join(rulesetFolder, 'decoders'))
writeFileSync(
  path.join(rulesetFolder, 'decoders', '0010-any.xml'),
  '<decoder name="any"><program_name>^any$</program_name></decoder><decoder name="other"><prematch>^other</prematch></decoder>',
)
writeFileSync(
  path.join(rulesetFolder, 'rules', '0010-stock.xml'),
  '<group name="stock,"><rule id="1" level="0" noalert="1"><category>syslog</category><description>root</description></rule><rule id="50" level="4"><match>stock</match><description>stock</description></rule></group>',
)

const load = (draft: readonly RuleDraftFile[]) => loadEngine({ home, hostName: 'host', draft, rulesetFolder })
const t0 = Date.parse('2026-11-20T12:00:00Z')
const never = new AbortController().signal

async function stored(messages: readonly (readonly [seconds: number, text: string])[]): Promise<MemoryStore> {
  const store = new MemoryStore()
  const engine = load([]).newSession()
  const events = messages.map(
    ([seconds, text], index) =>
      new RawEvent({
        id: `e${index}`,
        source: 'test',
        location: 'here',
        receivedAtMs: t0 + seconds * 1000,
        text: toByteString(text),
      }),
  )
  await store.append(
    'test',
    undefined,
    analyse(engine, events, () => undefined),
  )
  return store
}

const doors = () =>
  stored([
    [0, 'door opened'],
    [30, 'door opened'],
    [50, 'lamp on'],
    [59, 'door opened'],
    [300, 'window opened'],
    [400, 'door opened'],
  ])

interface Options {
  readonly fromSeconds?: number
  readonly toSeconds?: number
  readonly against?: 'configured' | 'stored'
  readonly signal?: AbortSignal
}

async function tried(store: MemoryStore, rules: string, options: Options = {}): Promise<BacktestReport> {
  const { fromSeconds = 0, toSeconds = 1000, against = 'configured', signal = never } = options
  const files = rules === '' ? [] : [{ file: 'draft.xml', text: `<group name="draft,">${rules}</group>` }]
  const request = {
    files,
    fromMs: t0 + fromSeconds * 1000,
    toMs: t0 + toSeconds * 1000,
    against,
    sampleCount: 2,
  }
  const replay = store.replay.bind(store)
  return backtestDraft(request, { load, replay, eventsKeptMs: 1e12, nowMs: t0 }, signal)
}

const short = (differences: readonly Difference[]) =>
  differences.map(({ before, after, count, samples }) => [
    before?.id ?? null,
    after?.id ?? null,
    count,
    samples.map(({ eventId }) => eventId).join(' '),
  ])

describe('backtestDraft()', () => {
  it('says what would fire newly, with samples', async () => {
    const report = await tried(
      await doors(),
      '<rule id="100200" level="7"><match>window</match><description>a window</description></rule>',
    )
    assert.equal(report.complete, true)
    assert.equal(report.events, 6)
    assert.deepEqual(report.alerts, { before: 5, after: 6, unchanged: 5 })
    assert.deepEqual(short(report.fired), [[null, 100200, 1, 'e4']])
    assert.deepEqual(report.fired[0]?.samples, [
      { eventId: 'e4', at: '2026-11-20T12:05:00.000Z', description: 'a window' },
    ])
    assert.deepEqual([...report.changed, ...report.stopped, ...report.problems], [])
    assert.deepEqual(report.draft, [{ id: 100200, level: 7, description: 'a window', alerts: 1 }])
  })

  it('says how many of the events it looked at are not as they arrived', async () => {
    const store = await stored([
      [0, 'door opened with --password [masked]'],
      [100, 'door opened with --password [masked]'],
      [200, 'door opened'],
    ])
    const rule =
      '<rule id="100200" level="7"><match>hunter2</match><description>that one</description></rule>'
    const { notes } = await tried(store, rule, { fromSeconds: 50 })
    assert.deepEqual(notes, [
      '1 of 2 events carry [masked] in the place of secrets: a rule that looks at what stood there, or depends on one that does, may decide otherwise on them than on the events as they arrive',
    ])
    assert.deepEqual((await tried(await doors(), rule)).notes, [])
  })

  it('takes a definition of the draft in the place of the local one, and counts at most so many samples', async () => {
    const report = await tried(
      await doors(),
      '<rule id="100100" level="0"><match>door opened</match><description>quiet</description></rule>',
    )
    assert.deepEqual(short(report.stopped), [
      [100100, null, 3, 'e0 e1'],
      [100101, null, 1, 'e3'],
    ])
    assert.deepEqual(short(report.changed), [])
    assert.equal(report.alerts.unchanged, 1)
  })

  it('counts a changed level, and windows that reach back before the time asked for', async () => {
    const longer =
      '<rule id="100101" level="12" frequency="4" timeframe="600"><if_matched_sid>100100</if_matched_sid><description>four doors</description></rule>'
    const report = await tried(await doors(), longer, { fromSeconds: 100 })
    assert.equal(report.events, 2)
    assert.deepEqual(short(report.changed), [[100100, 100101, 1, 'e5']])
  })

  it('ends before the time asked for', async () => {
    const report = await tried(await doors(), '', { against: 'stored', toSeconds: 59 })
    assert.equal(report.events, 3)
  })

  it('stops when it is told, and says that the report is not complete', async () => {
    const stop = new AbortController()
    const store = await doors()
    const pages = store.replay.bind(store)
    const slow = async function* (...given: Parameters<typeof pages>) {
      for await (const page of pages(...given))
        for (const event of page) {
          yield [event]
          if (event.id === 'e2') stop.abort()
        }
    }
    const request = {
      files: [],
      fromMs: t0,
      toMs: t0 + 1e6,
      against: 'stored' as const,
      sampleCount: 0,
    }
    const report = await backtestDraft(
      request,
      { load, replay: slow, eventsKeptMs: 1e12, nowMs: t0 },
      stop.signal,
    )
    assert.equal(report.complete, false)
    assert.equal(report.events, 4)
    assert.match(reportLines(report)[0] ?? '', /^STOPPED EARLY/)
  })

  it('refuses rules that do not load, with every problem', async () => {
    const store = await doors()
    await assert.rejects(tried(store, '<rule id="100200" level="99"><match>x</match></rule>'), (error) => {
      assert.ok(error instanceof DraftRefused)
      assert.ok(error.problems.some(({ code, at }) => code === 'invalid-level' && at?.file === 'draft.xml'))
      return true
    })
  })

  it('overwrites a rule of the ruleset', async () => {
    const rule = '<rule id="50" level="9"><match>stock</match><description>mine</description></rule>'
    const report = await tried(await stored([[1, 'stock']]), rule)
    assert.deepEqual(
      report.changed.map(({ before, after }) => [before, after]),
      [
        [
          { id: 50, level: 4, description: 'stock' },
          { id: 50, level: 9, description: 'mine' },
        ],
      ],
    )
  })

  it('says when events that raised nothing are gone already', async () => {
    const store = await doors()
    const request = { files: [], fromMs: t0, toMs: t0 + 1, against: 'stored' as const, sampleCount: 0 }
    const context = {
      load,
      replay: store.replay.bind(store),
      eventsKeptMs: 86_400_000,
      nowMs: t0 + 2 * 86_400_000,
    }
    const { notes } = await backtestDraft(request, context, never)
    assert.match(notes[0] ?? '', /^events without an alert are kept since 2026-11-21T12:00:00.000Z only/)
  })

  it('finds no difference between what was stored and the same rules again', async () => {
    const lines = readFileSync(path.join(packageRoot, 'test', 'data', 'kube-audit', 'events.jsonl'), 'utf8')
    const store = new MemoryStore()
    const builtIn = (draft: readonly RuleDraftFile[]) => loadEngine({ home, hostName: 'host', draft })
    const engine = builtIn([]).newSession()
    const events = lines
      .trim()
      .split('\n')
      .map((line, index) => {
        const raw = { id: `k${index}`, source: 'kube-audit', location: 'k8s', text: toByteString(line) }
        return new RawEvent({ ...raw, receivedAtMs: Date.parse(JSON.parse(line).stageTimestamp) })
      })
    await store.append(
      'kube-audit',
      undefined,
      analyse(engine, events, () => undefined),
    )
    const request = { files: [], fromMs: 0, toMs: 9e14, against: 'stored' as const, sampleCount: 3 }
    const context = { load: builtIn, replay: store.replay.bind(store), eventsKeptMs: 1e15, nowMs: t0 }
    const report = await backtestDraft(request, context, never)
    assert.ok(report.alerts.before > 50)
    assert.equal(report.alerts.unchanged, report.alerts.before)
    assert.equal(report.alerts.after, report.alerts.before)
  })
})
