// What the first page says: of a rule that speaks rarely between rules that speak all the time, and while counts are on their way.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { launch, noBrowser, visit } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import { fill, type Stored } from '../support/fill-store.ts'
import { hold } from '../support/hold.ts'
import { documentOf } from '../support/recorded-alerts.ts'

const hourMs = 3_600_000

function alertOf(at: number, id: number, level: number, description: string): Stored {
  const data = { docker: { Type: 'container', Action: 'start' } }
  return documentOf(at, data, 'Wazuh-Docker', { id, level, description, groups: ['docker'] })
}

describe('Overview', { skip: noBrowser }, () => {
  let dashboard: Dashboard
  let browser: Browser

  before(async () => {
    const store = new MemoryStore()
    const now = Date.now()
    await fill(store, [
      alertOf(now - 9.2 * hourMs, 100_800, 13, 'Rare at first'),
      alertOf(now - 3.2 * hourMs, 100_800, 13, 'Rare in the end'),
      ...Array.from({ length: 500 }, (_, n) => alertOf(now - 2.2 * hourMs + n, 100_801, 7, `Frequent ${n}`)),
    ])
    dashboard = await startDashboard(store)
    browser = await launch()
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  it('has under Needs attention the last words of every rule, also when five hundred newer alerts are of another', async () => {
    const { page, complaints } = await visit(browser)
    await page.goto(await dashboard.api.signInLink())
    const rules = page.getByRole('region', { name: 'Needs attention' }).getByRole('listitem')
    await rules.getByText('Frequent 499').waitFor()
    await rules.getByText('3 h ago').waitFor()
    const said = await rules.allInnerTexts()
    assert.deepEqual(
      said.map((text) => text.split('\n').filter((line) => line !== '')),
      [
        ['13', 'high', 'Rare in the end', '3 h ago', '2'],
        ['7', 'medium', 'Frequent 499', '2 h ago', '500'],
      ],
    )
    assert.deepEqual(complaints, [])
  })

  it('does not wait for what takes long to count', async () => {
    const { page } = await visit(browser)
    const slow = await hold(page, /\/api\/v1\/aggregate$/)
    await page.goto(await dashboard.api.signInLink())
    await slow.asked(3)
    await page.getByText('502 alerts').waitFor()
    await page.getByRole('region', { name: 'Needs attention' }).getByText('Frequent 499').waitFor()
    const fresh = page.getByRole('region', { name: 'New here' })
    await fresh.getByText('Loading…').waitFor()
    await slow.letGo()
    await fresh.getByText('100801').waitFor()
  })

  it('asks what takes long when the other panels have their answers, also to what they asked with the first', async () => {
    const { page } = await visit(browser)
    const asked: string[] = []
    page.on('request', (request) => {
      const [, kind] = /\/(aggregates?)$/.exec(request.url()) ?? []
      if (kind) asked.push(kind)
    })
    const quick = await hold(page, /\/api\/v1\/aggregates$/)
    await page.goto(await dashboard.api.signInLink())
    await quick.asked(1)
    await quick.letGo(0)
    await quick.asked(2)
    assert.deepEqual(asked, ['aggregates', 'aggregates'])
    await quick.letGo()
    await page.getByRole('region', { name: 'New here' }).getByText('100801').waitFor()
    assert.deepEqual(asked, ['aggregates', 'aggregates', 'aggregate', 'aggregate', 'aggregate'])
  })

  it('says what the colours of the chart stand for, how many alerts each has, and leads to them', async () => {
    const { page } = await visit(browser)
    await page.goto(await dashboard.api.signInLink())
    const legend = page.getByRole('region', { name: 'Alerts over time' }).locator('.legend')
    await legend.getByText('medium').waitFor()
    assert.deepEqual((await legend.innerText()).match(/\w+/g), ['high', '2', 'medium', '500'])
    await legend.getByRole('link', { name: /high/ }).click()
    await page.locator('.list-total').getByText('2 alerts', { exact: true }).waitFor()
  })
})
