// The dashboard in Chromium: how long until something is seen, how long after a click, how much memory a live list takes.
// `npm run bench -- web [--events 1000000] [--live-seconds 600]`; the defaults suit a laptop.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { openStore } from '../src/store/open-store.ts'
import type { Store } from '../src/store/store.ts'
import { launch, visit } from '../test/support/browser.ts'
import { startDashboard } from '../test/support/dashboard.ts'
import { fill } from '../test/support/fill-store.ts'
import { documentOf } from '../test/support/recorded-alerts.ts'
import type { BenchResult } from './bench-case.ts'

const turns = 7
const perSecond = 100
const batchSize = 5000

function flag(name: string, usual: number): number {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? usual : Number(process.argv[at + 1])
}

function alert(at: number, index: number) {
  const name = `web-${index % 50}`
  // Few enough to be counted exactly, of a million too.
  const level = index % 499 === 0 ? 12 : 3 + (index % 5)
  const rule = {
    id: 87900 + (index % 12),
    level,
    description: `Docker: container ${name} started`,
    groups: ['docker'],
  }
  const Actor = { ID: `id-${index % 50}`, Attributes: { name, image: `shop/web:${index % 9}` } }
  return documentOf(
    at,
    { integration: 'docker', docker: { Type: 'container', Action: 'start', Actor } },
    'Wazuh-Docker',
    rule,
  )
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

/** Of a few megabytes the tenths count. */
const rounded = (value: number): number => (value < 100 ? Math.round(value * 10) / 10 : Math.round(value))

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

function result(
  name: string,
  unit: string,
  values: readonly number[],
  baseline: readonly [string, readonly number[]],
): BenchResult {
  const [value, base] = [median(values), median(baseline[1])]
  return {
    case: name,
    value: rounded(value),
    unit,
    baseline: baseline[0],
    baseline_value: rounded(base),
    ratio: Number((value / base).toPrecision(4)),
  }
}

async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 1e6
}

/** A day of alerts, evenly. One batch is made while another is being stored. */
async function fillDay(store: Store, events: number): Promise<void> {
  const dayMs = 86_400_000
  const startMs = Date.now() - dayMs
  let before: Promise<void> = Promise.resolve()
  for (let from = 0; from < events; from += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, events - from) }, (_, at) =>
      alert(startMs + ((from + at) / events) * dayMs * 0.99, from + at),
    )
    await before
    before = fill(store, batch)
    // What is rejected while the next batch is made is heard at the next turn.
    before.catch(() => undefined)
  }
  await before
}

/** As many live alerts as the clock says; the memory of the page at half-time and at the end. */
async function live(page: Page, store: Store, seconds: number): Promise<{ sent: number; heapsMb: number[] }> {
  const heapsMb: number[] = []
  let sent = 0
  const begun = performance.now()
  for (const half of [1, 2]) {
    const untilMs = (seconds * 1000 * half) / 2
    for (let atMs = 0; atMs < untilMs; await page.waitForTimeout(100)) {
      atMs = performance.now() - begun
      const due = Math.floor((Math.min(atMs, untilMs) / 1000) * perSecond)
      const fresh = Array.from({ length: due - sent }, (_, at) => alert(Date.now(), sent + at))
      if (fresh.length > 0) await fill(store, fresh)
      sent = due
    }
    heapsMb.push(await heapMb(page))
  }
  return { sent, heapsMb }
}

export async function results(): Promise<readonly BenchResult[]> {
  const events = flag('events', 20_000)
  const liveSeconds = flag('live-seconds', 20)
  const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-bench-web-'))
  const store = await openStore({ folder })
  const filled = await timed(() => fillDay(store, events))
  process.stderr.write(`${events} events stored in ${Math.round(filled / 1000)} s\n`)
  const dashboard = await startDashboard(store)
  const browser = await launch()
  try {
    const { page } = await visit(browser)
    page.setDefaultTimeout(120_000)
    await page.goto(await dashboard.api.signInLink())
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
    const rows = page.getByRole('option')
    const total = page.locator('.list-total')
    const seen: Record<string, number[]> = { bare: [], overview: [], events: [], click: [], api: [] }
    const headers = await dashboard.signIn()
    for (let turn = 0; turn < turns; turn += 1) {
      seen['bare']?.push(await timed(() => page.goto(`${dashboard.origin}/icon.svg`)))
      seen['overview']?.push(
        await timed(async () => {
          await page.goto(`${dashboard.origin}/overview`)
          await page
            .locator('.card-aside', { hasText: /\d alerts/ })
            .first()
            .waitFor()
        }),
      )
      seen['events']?.push(
        await timed(async () => {
          await page.goto(`${dashboard.origin}/events?live=off`)
          await rows.first().waitFor()
        }),
      )
      seen['api']?.push(
        await timed(() =>
          dashboard.ask('/api/v1/search?f=rule.level:12&from=now-24h&limit=200', { headers }),
        ),
      )
      const level = page.getByRole('complementary').getByRole('button', { name: '12 high' })
      await level.waitFor()
      const before = await total.filter({ hasText: /\d/ }).innerText()
      seen['click']?.push(
        await timed(async () => {
          await level.click()
          await total.filter({ hasText: /\d/, hasNotText: before }).waitFor()
        }),
      )
    }
    await page.goto(`${dashboard.origin}/events`)
    await rows.first().waitFor()
    await page.locator('.live[aria-pressed=true]').waitFor()
    const atFirst = await heapMb(page)
    const { sent, heapsMb } = await live(page, store, liveSeconds)
    const [halfway = NaN, afterwards = NaN] = heapsMb
    const bare = ['one picture from the same server', seen['bare'] ?? []] as const
    return [
      result('overview_first_data', 'ms', seen['overview'] ?? [], bare),
      result('events_first_row', 'ms', seen['events'] ?? [], bare),
      result('facet_click_to_answer', 'ms', seen['click'] ?? [], [
        'the same search of the API',
        seen['api'] ?? [],
      ]),
      result(`heap_after_${sent}_live_events`, 'MB', [afterwards], ['before them', [atFirst]]),
      result('heap_at_the_end_of_the_live_list', 'MB', [afterwards], ['at half of its time', [halfway]]),
    ]
  } finally {
    await browser.close()
    await dashboard.close()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
