import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { SenderHealth } from '../../src/api/api-options.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { axeFindings } from '../support/axe.ts'
import { enter, launch, noBrowser, picture } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { healthy, startDashboard } from '../support/dashboard.ts'

const hourMs = 3_600_000

describe('API servers on the Health page', { skip: noBrowser }, () => {
  let senders: readonly SenderHealth[] | undefined
  let dashboard: Dashboard
  let browser: Browser
  let page: Page

  before(async () => {
    dashboard = await startDashboard(new MemoryStore(), {
      health: () => ({
        ...healthy,
        sources: healthy.sources.map((one) => (one.type === 'kube-audit' ? { ...one, senders } : one)),
      }),
    })
    browser = await launch()
    page = (await enter(browser, await dashboard.api.signInLink())).page
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  it('are not spoken of before one has sent', async () => {
    await page.goto(`${dashboard.origin}/health`)
    await page.getByText('Bring data in').waitFor()
    assert.equal(await page.getByText('API servers that send').count(), 0)
  })

  it('are shown with rate, lag and last event, the most silent one first', async () => {
    const lively = { cluster: 'prod', events: 120_400, eventsPerSecond: 41.7, lagSeconds: 0.25 }
    senders = [
      { ...lively, server: '10.0.0.4', lastEventAtMs: Date.now() - 2.2 * hourMs },
      { cluster: '<b>test</b>', server: 'fd00::7', events: 7, lastEventAtMs: Date.now() - 5.2 * hourMs },
    ]
    await page.goto(`${dashboard.origin}/health`)
    const rows = page.getByRole('region', { name: 'Table of API servers' }).locator('tbody tr')
    await rows.nth(1).waitFor()
    const cells = await rows.evaluateAll((all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent)),
    )
    assert.deepEqual(cells, [
      ['<b>test</b>', 'fd00::7', '7', '–', '–', '5 h ago'],
      ['prod', '10.0.0.4', '120,400', '42', '250 ms', '2 h ago'],
    ])
    assert.deepEqual(await axeFindings(page), [])
    await picture(page, 'health-senders')
  })

  it('fit a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByText('API servers that send').scrollIntoViewIfNeeded()
    assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0)
  })
})
