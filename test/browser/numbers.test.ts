// A number that leads somewhere leads to as many events.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { enter, launch, noBrowser } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import { fill } from '../support/fill-store.ts'
import { recorded } from '../support/recorded-alerts.ts'

const panels = [
  { path: 'kubernetes', title: 'Secrets and tokens', noun: 'events' },
  { path: 'kubernetes?q=mallory', title: 'Secrets and tokens', noun: 'events' },
  { path: 'kubernetes?f=-data.user.username:mallory', title: 'Secrets and tokens', noun: 'events' },
  { path: 'docker?q=billing*', title: 'Commands run inside containers', noun: 'events' },
  { path: 'entity?kind=user&id=mallory&q=secrets', title: 'Newest alerts', noun: 'alerts' },
  { path: 'entity?kind=user&id=mallory&q=secrets&ds=events', title: 'Newest events', noun: 'events' },
] as const

describe('the number of all that a panel shows the newest of', { skip: noBrowser }, () => {
  let dashboard: Dashboard
  let browser: Browser
  let page: Page

  before(async () => {
    const store = new MemoryStore()
    await fill(store, recorded(Date.now()))
    dashboard = await startDashboard(store)
    browser = await launch()
    page = (await enter(browser, await dashboard.api.signInLink())).page
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  for (const { path, title, noun } of panels) {
    it(`leads to as many on Events: ${title} of /${path}`, async () => {
      await page.goto(`${dashboard.origin}/${path}`)
      const all = page.getByRole('region', { name: title, exact: true }).getByRole('link', { name: /^All / })
      const howMany = (await all.innerText()).replace('All ', '')
      assert.ok(Number(howMany) > 8, howMany)
      await all.click()
      await page.locator('.list-total').getByText(`${howMany} ${noun}`, { exact: true }).waitFor()
    })
  }
})
