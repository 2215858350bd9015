// What the page does with more than anybody reads: a live list that does not stop, and a list of a hundred thousand.
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import type { KeptStore } from '../../src/store/kept-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import { enter, launch, noBrowser } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import { fill } from '../support/fill-store.ts'
import { eventually, startManager, temporaryFolder } from '../support/manager-process.ts'
import { documentOf } from '../support/recorded-alerts.ts'
import type { Task } from '../support/tasks.ts'
import { watchTasks } from '../support/tasks.ts'

/** How long the flood lasts; a minute in the gate, shorter by hand. */
const floodSeconds = Number(process.env['QUAYWATCH_FLOOD_SECONDS'] ?? 60)
const perSecond = 500
/** Pages of 200 rows that are scrolled through; 500 is all of them. */
const scrolledPages = Number(process.env['QUAYWATCH_SCROLLED_PAGES'] ?? 100)

/** Of what the page computes without a pause; what others on a busy machine took meanwhile is only told. */
const longestMs = 100

function assertQuick(t: TestContext, tasks: readonly Task[]): void {
  const worst = tasks.slice(0, 5).map(({ cpuMs, wallMs }) => `${Math.round(cpuMs)} (${Math.round(wallMs)})`)
  t.diagnostic(`longest tasks in ms, and with what others took: ${worst.join(', ')}`)
  assert.deepEqual(
    tasks.filter(({ cpuMs }) => cpuMs > longestMs),
    [],
  )
}

describe('a flood', { skip: noBrowser }, () => {
  it(
    `${perSecond} events a second from a followed file, ${floodSeconds} s long: all are shown or counted, and the page stays quick`,
    { timeout: (floodSeconds + 300) * 1000 },
    async (t) => {
      const home = temporaryFolder(t, 'flood')
      const log = path.join(home, 'app.json')
      mkdirSync(path.join(home, 'etc', 'rules'), { recursive: true })
      writeFileSync(log, '')
      writeFileSync(
        path.join(home, 'etc', 'rules', 'flood.xml'),
        `<group name="flood,"><rule id="100700" level="5"><decoded_as>json</decoded_as><field name="flood">^yes$</field><description>Flood $(n)</description></rule></group>`,
      )
      const manager = await startManager(
        t,
        home,
        `<localfile><log_format>json</log_format><location>${log}</location></localfile>`,
        { DOCKER_HOST: 'unix:///nonexistent.sock' },
      )
      const browser = await launch()
      t.after(() => browser.close())
      const link = await eventually(
        'the link',
        () => /https:\/\/127\.0\.0\.1:\d+\/\S+/.exec(manager.printed())?.[0],
      )
      const { page } = await enter(browser, link)
      await page.goto(`${new URL(link).origin}/events?q=rule.id:100700`)
      await page.locator('.live[aria-pressed=true]').waitFor()
      const tasks = await watchTasks(browser, page)
      let written = 0
      const begun = Date.now()
      while (Date.now() - begun < floodSeconds * 1000) {
        const due = Math.floor(((Date.now() - begun) / 1000) * perSecond) + 1
        const lines = Array.from(
          { length: due - written },
          (_, index) => `{"flood":"yes","n":${written + index}}`,
        )
        if (lines.length > 0) appendFileSync(log, `${lines.join('\n')}\n`)
        written = due
        await page.waitForTimeout(100)
      }
      const expected = `${written.toLocaleString('en')} alerts`
      const total = page.locator('.list-total')
      await total
        .getByText(expected, { exact: true })
        .waitFor()
        .catch(async () => assert.equal(await page.locator('.list-head').innerText(), expected))
      t.diagnostic(`${written} events`)
      assertQuick(t, await tasks())
      assert.ok((await page.getByRole('option').count()) < 80)
      assert.equal(await manager.end('SIGTERM'), 0)
    },
  )
})

describe('a long list', { skip: noBrowser }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-long-'))
  let store: KeptStore
  let dashboard: Dashboard
  let browser: Browser

  before(async () => {
    const now = Date.now()
    const documents = Array.from({ length: 100_000 }, (_, index) => {
      const rule = { id: 87903, level: 3, description: `Row ${index}`, groups: ['docker'] }
      return documentOf(now - (100_000 - index) * 10, { n: index }, 'Wazuh-Docker', rule)
    })
    store = await openStore({ folder })
    await fill(store, documents)
    dashboard = await startDashboard(store)
    browser = await launch()
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it(
    `${(scrolledPages * 200).toLocaleString('en')} of 100,000 rows are scrolled with few elements in the document and no long task`,
    { timeout: 600_000 },
    async (t) => {
      const { page } = await enter(browser, await dashboard.api.signInLink())
      await page.goto(`${dashboard.origin}/events?live=off`)
      await page.getByRole('option').filter({ hasText: 'Row 99999' }).waitFor()
      const tasks = await watchTasks(browser, page)
      const height = () => page.evaluate<number>(`document.querySelector('.rows').scrollHeight`)
      for (let step = 0; step < scrolledPages; step++) {
        const before = await height()
        await page.evaluate(`document.querySelector('.rows').scrollTo(0, 1e9)`)
        while ((await height()) <= before) await page.waitForTimeout(20)
      }
      const shown = page.getByRole('option')
      await shown
        .filter({ hasText: `Row ${100_000 - scrolledPages * 200}` })
        .first()
        .waitFor()
      assert.ok((await shown.count()) < 80)
      assertQuick(t, await tasks())
    },
  )
})
