import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { axeFindings } from '../support/axe.ts'
import type { Visit } from '../support/browser.ts'
import { launch, noBrowser, picture, visit } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import { fill } from '../support/fill-store.ts'
import { recorded } from '../support/recorded-alerts.ts'

const pages = [
  { path: 'overview', ready: 'Needs attention' },
  { path: 'docker', ready: 'Commands run inside containers' },
  { path: 'entity?kind=container&id=billing-api-1', ready: 'Timeline of billing-api-1' },
  { path: 'entity?kind=user&id=mallory', ready: 'Kubernetes: namespace' },
  { path: 'kubernetes', ready: 'Hands on pods' },
  { path: 'events', ready: 'Alerts over time' },
  { path: 'mitre', ready: 'Tactics and techniques' },
  { path: 'rules', ready: 'Rules cannot be browsed' },
  { path: 'rules?view=test', ready: 'Log lines or events' },
  { path: 'health', ready: 'Bring data in' },
] as const

describe('pages', { skip: noBrowser }, () => {
  const store = new MemoryStore()
  let dashboard: Dashboard
  let browser: Browser

  before(async () => {
    await fill(store, recorded(Date.now()))
    dashboard = await startDashboard(store)
    browser = await launch()
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  async function signedIn(options: Parameters<typeof visit>[1]): Promise<Visit> {
    const window = await visit(browser, options)
    await window.page.goto(await dashboard.api.signInLink())
    await window.page.getByRole('navigation', { name: 'Pages' }).waitFor()
    return window
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`every page shows its panels, is accessible and complains of nothing (${colorScheme})`, async () => {
      const { page, complaints, context } = await signedIn({ colorScheme })
      const wrong: string[] = []
      for (const { path, ready } of pages) {
        await page.goto(`${dashboard.origin}/${path}`)
        await page.getByText(ready).or(page.getByLabel(ready)).first().waitFor()
        await page.waitForLoadState('networkidle').catch(() => undefined)
        await picture(page, `${path.replace(/\W+/g, '-')}-${colorScheme}`)
        wrong.push(...(await axeFindings(page)).map((one) => `${path}: ${one}`))
      }
      assert.deepEqual(wrong, [])
      assert.deepEqual(
        complaints.filter((text) => !text.includes('503')),
        [],
      )
      await context.close()
    })
  }

  it('every page fits a telephone', async () => {
    const { page, context } = await signedIn({ viewport: { width: 390, height: 844 } })
    for (const { path, ready } of pages) {
      await page.goto(`${dashboard.origin}/${path}`)
      await page.getByText(ready).or(page.getByLabel(ready)).first().waitFor()
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      assert.equal(overflow, 0, `${path} is wider than the screen`)
      await picture(page, `${path.replace(/\W+/g, '-')}-390`)
    }
    await context.close()
  })
})
