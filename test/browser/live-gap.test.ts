// A live list that comes back after more was stored than its stream repeats: the search has it.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { enter, launch, noBrowser } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import { fill, type Stored } from '../support/fill-store.ts'
import { documentOf } from '../support/recorded-alerts.ts'

function alert(name: string): Stored {
  const rule = { id: 100300, level: 12, description: `Container ${name} is privileged`, groups: ['docker'] }
  return documentOf(Date.now(), { name }, 'Wazuh-Docker', rule)
}

function* flood(): Iterable<Stored> {
  for (let n = 0; n <= 10_000; n += 1) yield alert('of-others')
}

describe('a live list that missed a lot', { skip: noBrowser }, () => {
  const store = new MemoryStore()
  let dashboard: Dashboard
  let browser: Browser
  let page: Page
  const row = (name: string) =>
    page.getByRole('option').filter({ hasText: `Container ${name} is privileged` })
  const total = (text: string) => page.locator('.list-total').getByText(text, { exact: true })

  before(async () => {
    dashboard = await startDashboard(store)
    browser = await launch()
    ;({ page } = await enter(browser, await dashboard.api.signInLink()))
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  it('shows what was stored between its search and its stream', async () => {
    await page.route(
      (url) => url.pathname === '/api/v1/search',
      async (route) => {
        const response = await route.fetch()
        await fill(store, [alert('shop'), ...flood()])
        await route.fulfill({ response })
      },
      { times: 1 },
    )
    await page.goto(`${dashboard.origin}/events?q=data.name:shop`)
    await row('shop').waitFor()
    await total('1 alert').waitFor()
    await fill(store, [alert('shop')])
    await total('2 alerts').waitFor()
    assert.equal(await page.getByText(/not shown live/).count(), 0)
  })

  it('waits politely with it while somebody reads further down', async () => {
    await fill(
      store,
      Array.from({ length: 100 }, (_, n) => alert(`front-${n}`)),
    )
    await page.goto(`${dashboard.origin}/events?q=data.name:front*`)
    await total('100 alerts').waitFor()
    const live = page.locator('.live')
    await live.click()
    await page.locator('.live[aria-pressed=false]').waitFor()
    await page.evaluate(`document.querySelector('.rows').scrollTo(0, 1500)`)
    await row('front-50').waitFor()
    await fill(store, [alert('front-late'), ...flood()])
    await live.click()
    const shown = page.getByRole('button', { name: 'Many new' })
    await shown.waitFor()
    assert.equal(await row('front-late').count(), 0)
    assert.equal(await row('front-50').count(), 1)
    await shown.click()
    await row('front-late').waitFor()
    await total('101 alerts').waitFor()
    assert.equal(await shown.count(), 0)
  })
})
