import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Page as Found, SearchRequest } from '../../src/store/store.ts'
import { enter, launch, noBrowser, picture } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import type { Stored } from '../support/fill-store.ts'
import { fill } from '../support/fill-store.ts'
import { documentOf } from '../support/recorded-alerts.ts'

/** A store that fails, or does not answer until told. */
class MoodyStore extends MemoryStore {
  isBroken = false
  held: Promise<void> = Promise.resolve()

  override async search(request: SearchRequest, signal: AbortSignal): Promise<Found> {
    await this.held
    if (this.isBroken) throw new Error('opening the segment: no such file')
    return super.search(request, signal)
  }
}

function numbered(from: number, count: number): Stored[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `burst-${from + index}`
    const rule = { id: 87903, level: 3, description: `Docker: container ${name} started`, groups: ['docker'] }
    const data = { docker: { Type: 'container', Action: 'start', Actor: { Attributes: { name } } } }
    return documentOf(Date.now(), data, 'Wazuh-Docker', rule)
  })
}

describe('states of a page', { skip: noBrowser }, () => {
  const store = new MoodyStore()
  let dashboard: Dashboard
  let browser: Browser
  let page: Page

  before(async () => {
    dashboard = await startDashboard(store)
    browser = await launch()
    page = (await enter(browser, await dashboard.api.signInLink())).page
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  for (const path of ['overview', 'docker', 'kubernetes', 'events'] as const) {
    it(`${path} without an event says which source is silent, and what to do`, async () => {
      await page.goto(`${dashboard.origin}/${path}`)
      await page.getByText('listening on port 8080, nothing received yet').first().waitFor()
      await page.getByText('quaywatch kube setup --address <this host> --out kube').first().waitFor()
      await picture(page, `${path}-empty`)
    })
  }

  it('a slow store shows that an answer is on its way, then the answer', async () => {
    await fill(store, numbered(0, 1))
    let letGo = () => {}
    store.held = new Promise((resolve) => {
      letGo = resolve
    })
    await page.goto(`${dashboard.origin}/events`)
    await page.getByText('…', { exact: true }).first().waitFor()
    letGo()
    await page.getByText('1 alert', { exact: true }).waitFor()
  })

  it('a store that fails is said so, with advice', async () => {
    store.isBroken = true
    await page.goto(`${dashboard.origin}/events`)
    await page.getByRole('alert').filter({ hasText: 'The log of the manager says more.' }).first().waitFor()
    await picture(page, 'events-broken')
    store.isBroken = false
  })

  it('a flood of live events is shown or counted, and rows stay few in the document', async () => {
    await page.goto(`${dashboard.origin}/events`)
    await page.locator('.live[aria-pressed=true]').waitFor()
    await page.getByRole('option').first().waitFor()
    for (let round = 0; round < 40; round++) {
      await fill(store, numbered(round * 100, 100))
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))')
    }
    await page.getByText('4,001 alerts', { exact: true }).waitFor()
    await page.getByRole('option').filter({ hasText: 'burst-3999' }).first().waitFor()
    assert.ok((await page.getByRole('option').count()) < 80)
  })
})
