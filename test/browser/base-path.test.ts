import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Visit } from '../support/browser.ts'
import { launch, noBrowser, visit } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import { fill } from '../support/fill-store.ts'
import type { Proxy } from '../support/proxy.ts'
import { startProxy } from '../support/proxy.ts'
import { documentOf } from '../support/recorded-alerts.ts'

const pages = ['overview', 'docker', 'kubernetes', 'events', 'mitre', 'rules', 'health'] as const

function started(name: string) {
  const rule = { id: 87903, level: 3, description: `Docker: container ${name} started`, groups: ['docker'] }
  const data = { docker: { Type: 'container', Action: 'start', Actor: { Attributes: { name } } } }
  return documentOf(Date.now(), data, 'Wazuh-Docker', rule)
}

describe('the dashboard below a path of a proxy', { skip: noBrowser }, () => {
  const store = new MemoryStore()
  let dashboard: Dashboard
  let proxy: Proxy
  let browser: Browser
  let window: Visit

  before(async () => {
    await fill(store, [started('first')])
    dashboard = await startDashboard(store, { basePath: '/quaywatch/' })
    proxy = await startProxy(dashboard, '/quaywatch')
    browser = await launch()
    window = await visit(browser)
  })
  after(async () => {
    await browser.close()
    await proxy.close()
    await dashboard.close()
  })

  it('the sign-in link has the path, and signs in', async () => {
    const link = await dashboard.api.signInLink()
    assert.ok(link.startsWith(`${dashboard.origin}/quaywatch/sign-in#`), link.replace(/#.*/, ''))
    await window.page.goto(link.replace(dashboard.origin, proxy.origin))
    await window.page.getByRole('navigation', { name: 'Pages' }).waitFor()
    await window.page.waitForURL(`${proxy.origin}/quaywatch/overview`)
  })

  for (const bare of ['/quaywatch', '/quaywatch/'] as const) {
    it(`${bare} is the dashboard, and what follows a ? stays`, async () => {
      await window.page.goto(`${proxy.origin}${bare}?from=now-7d&q=why?`)
      await window.page.getByRole('navigation', { name: 'Pages' }).waitFor()
      assert.equal(window.page.url(), `${proxy.origin}/quaywatch/?from=now-7d&q=why?`)
    })
  }

  it('every page has an address below the path', async () => {
    const { page } = window
    for (const name of pages) {
      await page.goto(`${proxy.origin}/quaywatch/${name}`)
      const current = page.getByRole('navigation', { name: 'Pages' }).locator('a[aria-current=page]')
      await current.waitFor()
      assert.equal(await current.getAttribute('href'), `/quaywatch/${name}`)
    }
  })

  it('new events arrive live, and an open event has an address others can use', async () => {
    const { page, context } = window
    await page.goto(`${proxy.origin}/quaywatch/events`)
    await page.locator('.live[aria-pressed=true]').waitFor()
    await page.getByRole('option').filter({ hasText: 'first' }).waitFor()
    await fill(store, [started('second')])
    const row = page.getByRole('option').filter({ hasText: 'second' })
    await row.click()
    await page.waitForURL(/\/quaywatch\/events\?.*event=/)
    const other = await context.newPage()
    await other.goto(page.url())
    await other.getByRole('complementary').getByText('container second started').first().waitFor()
    await other.close()
  })

  it('nothing was asked for outside the path, and nothing complained', () => {
    assert.deepEqual(proxy.strays, [])
    assert.deepEqual(
      window.complaints.filter((text) => !text.includes('503')),
      [],
    )
  })
})
