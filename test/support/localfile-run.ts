// Runs one <localfile> block against real files and collects what it hands over.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { pino } from 'pino'
import { Registry } from 'prom-client'

import { readSection } from '../../src/config/option.ts'
import { parseXml } from '../../src/dialect/xml.ts'
import type { RawEvent } from '../../src/event/raw-event.ts'
import { localfile } from '../../src/sources/file/localfile.ts'
import type { Source } from '../../src/sources/source.ts'
import { patienceMs } from './manager-process.ts'

export interface Clock {
  /** Added to the wall clock. */
  aheadMs: number
}

export interface LocalfileRun {
  readonly source: Source
  readonly events: readonly RawEvent[]
  readonly metrics: Registry
  readonly clock: Clock
  /** Of the last batch that was settled well. */
  cursor(): string | undefined
  texts(): readonly string[]
  /** Resolves when so many events have come. */
  count(wanted: number): Promise<void>
  /** Resolves when the next batch has been settled. */
  batch(): Promise<void>
  stop(): Promise<void>
}

export function makeLocalfile(xml: string, metrics: Registry, clock: Clock = { aheadMs: 0 }): Source {
  const [block] = parseXml(xml, 'ossec.conf', { variables: false }).roots
  assert.ok(block)
  const { values, problems } = readSection(block, localfile.options)
  assert.deepEqual(problems, [])
  return localfile.create(values, {
    telemetry: { log: pino({ level: 'silent' }), metrics },
    now: () => Date.now() + clock.aheadMs,
    home: '/nonexistent',
    hostName: 'test-host',
    listening: () => {},
  })
}

export function runLocalfile(xml: string, from?: string, clock: Clock = { aheadMs: 0 }): LocalfileRun {
  const metrics = new Registry()
  const source = makeLocalfile(xml, metrics, clock)
  const abort = new AbortController()
  const events: RawEvent[] = []
  let cursor = from
  let waiting: (() => void)[] = []
  const done = (async () => {
    for await (const batch of source.read(from, abort.signal)) {
      events.push(...batch.events)
      cursor = batch.cursor ?? cursor
      batch.settle()
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    }
  })()
  const batch = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`nothing came; so far ${events.length} events`)),
        patienceMs,
      )
      waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  return {
    source,
    events,
    metrics,
    clock,
    cursor: () => cursor,
    texts: () => events.map(({ text }) => text),
    count: async (wanted) => {
      while (events.length < wanted) await batch()
    },
    batch,
    stop: async () => {
      abort.abort()
      await done
    },
  }
}

export function scratchFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-file-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
