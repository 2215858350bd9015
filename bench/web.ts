// The dashboard in Chromium: how long until something is seen, how long after a click, how much memory a live list takes.
// `npm run bench -- web [--events 1000000] [--live-seconds 600]`; the defaults suit a laptop.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { openStore } from '../src/store/open-store.ts'
import { launch, visit } from '../test/support/browser.ts'
import { startDashboard } from '../test/support/dashboard.ts'
import { fill } from '../test/support/fill-store.ts'
import { documentOf } from '../test/support/recorded-alerts.ts'
import type { BenchResult } from './bench-case.ts'

const turns = 7
const perSecond = 100

function flag(name: string, usual: number): number {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? usual : Number(process.argv[at + 1])
}

function alert(at: number, index: number) {
  const name = `web-${index % 50}`
  const level = index % 97 === 0 ? 12 : 3 + (index % 5)
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
    value: Math.round(value),
    unit,
    baseline: baseline[0],
    baseline_value: Math.round(base),
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

export async function results(): Promise<readonly BenchResult[]> {
  const events = flag('events', 20_000)
  const liveSeconds = flag('live-seconds', 20)
  const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-bench-web-'))
  const store = await openStore({ folder })
  const dayMs = 86_400_000
  for (let from = 0; from < events; from += 2000) {
    const batch = Array.from({ length: Math.min(2000, events - from) }, (_, at) => from + at)
    await fill(
      store,
      batch.map((index) => alert(Date.now() - dayMs + (index / events) * dayMs * 0.99, index)),
    )
  }
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
      const before = await total.innerText()
      seen['click']?.push(
        await timed(async () => {
          await level.click()
          while ((await total.innerText()) === before) await page.waitForTimeout(2)
        }),
      )
    }
    await page.goto(`${dashboard.origin}/events`)
    await rows.first().waitFor()
    const atFirst = await heapMb(page)
    // By the clock, not by turns: on a busy machine a turn takes longer than its second.
    const begun = performance.now()
    let sent = 0
    for (; performance.now() - begun < liveSeconds * 1000; sent += perSecond) {
      await fill(
        store,
        Array.from({ length: perSecond }, (_, index) => alert(Date.now(), index)),
      )
      await page.waitForTimeout(1000)
    }
    const afterwards = await heapMb(page)
    const bare = ['one picture from the same server', seen['bare'] ?? []] as const
    return [
      result('overview_first_data', 'ms', seen['overview'] ?? [], bare),
      result('events_first_row', 'ms', seen['events'] ?? [], bare),
      result('facet_click_to_answer', 'ms', seen['click'] ?? [], [
        'the same search of the API',
        seen['api'] ?? [],
      ]),
      result(`heap_after_${sent}_live_events`, 'MB', [afterwards], ['before them', [atFirst]]),
    ]
  } finally {
    await browser.close()
    await dashboard.close()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
