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

  it('tells the seconds of a story that is short, and the minutes of a longer one', async () => {
    const { page } = await enter(browser, await dashboard.api.signInLink())
    const times = page.locator('.lane-times > span')
    const shown = async (name: string) => {
      await page.goto(`${dashboard.origin}/entity?kind=container&id=${name}`)
      await page.getByText(`Timeline of ${name}`).waitFor()
      await times.first().waitFor()
      return times.allInnerTexts()
    }
    // The newest 500 of them are less than a second apart, with fifteen seconds of room at both ends.
    const [first = '', ...others] = (await shown('busy')).slice(0, -1)
    assert.match(first, /^\d+ \w+, \d\d:\d\d:\d\d$/)
    for (const time of others) assert.match(time, /^\d\d:\d\d:\d\d$/)
    assert.equal(new Set([first.slice(-8), ...others]).size, 5)
    for (const time of (await shown('quiet')).slice(0, -1)) assert.match(time, /^\d+ \w+, \d\d:\d\d$/)
  })
})
