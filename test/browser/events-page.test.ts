import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Visit } from '../support/browser.ts'
import { launch, noBrowser, picture, visit } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import { fill } from '../support/fill-store.ts'
import { documentOf, recorded } from '../support/recorded-alerts.ts'

describe('Events page', { skip: noBrowser }, () => {
  const store = new MemoryStore()
  let dashboard: Dashboard
  let browser: Browser
  let window: Visit

  before(async () => {
    await fill(store, recorded(Date.now()))
    dashboard = await startDashboard(store)
    browser = await launch()
    window = await visit(browser)
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  it('a sign-in link opens the dashboard and leaves no secret in the address', async () => {
    const { page } = window
    await page.goto(await dashboard.api.signInLink())
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
    assert.equal(new URL(page.url()).hash, '')
    await page.goto(`${dashboard.origin}/events`)
    await page.getByRole('option').first().waitFor()
    await picture(page, 'events-light')
  })

  it('an alert appears by itself', async () => {
    const { page } = window
    const rule = { id: 100300, level: 12, description: 'Privileged container live-one', groups: ['docker'] }
    await fill(store, [documentOf(Date.now(), { integration: 'docker' }, 'Wazuh-Docker', rule)])
    await page
      .getByRole('option')
      .filter({ hasText: 'Privileged container live-one' })
      .waitFor({ timeout: 2000 })
    await page.getByRole('option').first().click()
    await page.getByRole('complementary', { name: 'Event' }).waitFor()
    await picture(page, 'event-panel-light')
  })

  it('the console stayed empty', () => assert.deepEqual(window.complaints, []))
})
