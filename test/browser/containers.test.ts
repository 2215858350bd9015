// What the table of containers says of one that has been quiet, between others that do something all the time.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { enter, launch, noBrowser, settled } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import type { Stored } from '../support/fill-store.ts'
import { fill } from '../support/fill-store.ts'
import { documentOf } from '../support/recorded-alerts.ts'

const hourMs = 3_600_000

function did(at: number, name: string, Action: string, image: string): Stored {
  const Actor = { ID: `id-${name.slice(0, 20)}`, Attributes: { name, image } }
  return documentOf(at, { docker: { Type: 'container', Action, Actor } }, 'Wazuh-Docker', undefined)
}

describe('the table of containers', { skip: noBrowser }, () => {
  const endless = 'x'.repeat(5000)
  let dashboard: Dashboard
  let browser: Browser

  before(async () => {
    const store = new MemoryStore()
    const now = Date.now()
    await fill(store, [
      did(now - 9.2 * hourMs, 'quiet', 'start', 'shop/old:1'),
      did(now - 7.2 * hourMs, 'quiet', 'exec_start: sh -c true', 'shop/quiet:2'),
      did(now - 3.2 * hourMs, endless, 'start', 'shop/odd:1'),
      ...Array.from({ length: 1500 }, (_, n) =>
        did(now - 2.2 * hourMs + n, 'busy', 'restart', 'shop/busy:3'),
      ),
    ])
    dashboard = await startDashboard(store)
    browser = await launch()
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  it('has image, last action and its time of every container, however many events others had since', async () => {
    const { page, complaints } = await enter(browser, await dashboard.api.signInLink())
    await page.goto(`${dashboard.origin}/docker`)
    await settled(page)
    const rows = page.getByRole('region', { name: 'What containers did' }).locator('tbody tr')
    const found = await rows.evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('th, td')].slice(0, 3).map((cell) => cell.textContent)),
    )
    assert.deepEqual(found.slice(0, 2), [
      ['busy', 'shop/busy:3', 'restart, 2 h ago'],
      ['quiet', 'shop/quiet:2', 'exec_start, 7 h ago'],
    ])
    // A name longer than a filter may be spoils the answers of nobody else.
    assert.equal(found[2]?.[0]?.startsWith('xxx'), true)
    assert.deepEqual(complaints, [])
  })
})
