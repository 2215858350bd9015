// Answers that come late, in another order than they were asked for, or while somebody has gone on.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { HealthReport } from '../../src/api/api-options.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { enter, launch, noBrowser, settled } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { healthy } from '../support/dashboard.ts'
import { fill, type Stored } from '../support/fill-store.ts'
import { hold } from '../support/hold.ts'
import { documentOf } from '../support/recorded-alerts.ts'
import { startRuledDashboard } from '../support/ruled-dashboard.ts'

function started(name: string, level = 3, of = name): Stored {
  const rule = { id: 87903, level, description: `Docker: container ${name} started`, groups: ['docker'] }
  const data = { docker: { Type: 'container', Action: 'start', Actor: { Attributes: { name: of } } } }
  return documentOf(Date.now(), data, 'Wazuh-Docker', rule)
}

function job(state: 'running' | 'done') {
  const at = new Date().toISOString()
  return {
    id: 'x',
    state,
    by: 'admin',
    startedAt: at,
    from: at,
    to: at,
    against: 'configured',
    files: ['draft.xml'],
    progress: 0.4,
    events: 10,
  } as const
}

describe('late answers', { skip: noBrowser }, () => {
  const store = new MemoryStore()
  let health: HealthReport = healthy
  let backtest = job('running')
  let dashboard: Dashboard
  let browser: Browser
  let page: Page
  const search = () => page.getByRole('combobox', { name: 'Search' })
  const rows = () => page.getByRole('option')
  const panel = () => page.getByRole('complementary', { name: 'Event', exact: true })

  before(async () => {
    await fill(store, [started('first'), started('second', 12), started('third')])
    dashboard = await startRuledDashboard(store, {
      health: () => health,
      backtests: {
        start: () => undefined,
        list: () => [backtest],
        get: () => backtest,
        cancel: () => backtest,
      },
    })
    browser = await launch()
    page = (await enter(browser, await dashboard.api.signInLink())).page
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  async function open(path: string): Promise<void> {
    await page.goto(`${dashboard.origin}/${path}`)
    await settled(page)
  }

  /** Addresses of what the page gave up asking for. */
  function givenUp(on: Page, pattern: RegExp): readonly string[] {
    const found: string[] = []
    on.on('requestfailed', (request) => {
      if (pattern.test(request.url())) found.push(request.url())
    })
    return found
  }

  it('an earlier search that is understood late does not come back', async () => {
    await open('events?live=off')
    const parsed = await hold(page, /\/query\/parse/)
    for (const [index, text] of ['rule.level >= 1', 'rule.level >= 12'].entries()) {
      await search().fill(text)
      await page.keyboard.press('Enter')
      await parsed.asked(index + 1)
    }
    await parsed.letGo(1)
    await page.waitForURL((url) => url.searchParams.get('q') === 'rule.level >= 12')
    await parsed.letGo()
    await settled(page)
    assert.equal(new URL(page.url()).searchParams.get('q'), 'rule.level >= 12')
  })

  it('an offer is taken for what stands there now, and stays chosen when others come', async () => {
    await open('events?live=off')
    await search().fill('data.docker.Act')
    const first = page.getByRole('option', { name: /^data\.docker\.Action:/ })
    await first.waitFor()
    const values = await hold(page, /\/values\?/)
    await page.keyboard.insertText('ion: s')
    await values.asked(1)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    // The field was offered; now a value is being written.
    assert.equal(await search().inputValue(), 'data.docker.Action: s')
    await values.letGo()

    await search().fill('data.docker.Ac')
    await first.waitFor()
    await page.keyboard.insertText('t')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    assert.equal(await search().inputValue(), 'data.docker.Action: ')
  })

  it('a live list begins to follow when it is there, not when the one before it is given up', async () => {
    await open('events')
    const tails: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/tail?')) tails.push(request.url())
    })
    const lists = await hold(page, /\/search\?/)
    const choice = page.getByRole('group', { name: 'What to look at' })
    await choice.getByRole('button', { name: 'All events' }).click()
    await lists.asked(1)
    await choice.getByRole('button', { name: 'Alerts' }).click()
    await lists.asked(2)
    await fill(store, [started('meanwhile')])
    assert.deepEqual(tails, [])
    await lists.letGo()
    await rows().filter({ hasText: 'container meanwhile started' }).waitFor()
    assert.equal(await rows().filter({ hasText: 'container meanwhile started' }).count(), 1)
  })

  it('counts of a live page that come slower than they are asked for are shown all the same', async () => {
    await page.clock.install()
    await open('events')
    const gone = givenUp(page, /\/(aggregates|facets)/)
    const counts = await hold(page, /\/(aggregates|facets)/)
    for (const name of ['one', 'two', 'three']) {
      await fill(store, [started(`slow-${name}`)])
      await rows()
        .filter({ hasText: `container slow-${name} started` })
        .waitFor()
      await page.clock.runFor(3500)
    }
    await counts.asked(2)
    assert.deepEqual(gone, [])
    await counts.letGo()
    const narrow = page.getByRole('complementary', { name: 'Narrow down' })
    await narrow.getByRole('button', { name: 'slow-one' }).first().waitFor()
    await page.clock.runFor(3500)
    await narrow.getByRole('button', { name: 'slow-three' }).first().waitFor()
  })

  it('a page that nobody touches looks again after a minute, and Refresh asks for everything', async () => {
    await open('overview')
    const strip = page.getByRole('group', { name: 'Is everything arriving' })
    const receive = async (eventsReceived: number) => {
      health = { ...healthy, pipeline: { eventsReceived, alertsRaised: 1, dropped: 0 } }
      await fill(store, [started(`number-${eventsReceived}`)])
    }
    const isShown = async (received: string, name: string) => {
      await strip.getByText(received, { exact: true }).waitFor()
      await page.getByRole('region', { name: 'Containers' }).getByText(name).waitFor()
    }
    await receive(111)
    await page.getByRole('button', { name: 'Refresh' }).click()
    await isShown('111', 'number-111')
    await settled(page)
    await receive(222)
    await page.clock.runFor(60_000)
    await isShown('222', 'number-222')
  })

  it('a back-test whose progress is told slowly is followed to its end', async () => {
    await open('rules?view=back-test')
    await page.getByRole('status').filter({ hasText: '40 %' }).waitFor()
    const gone = givenUp(page, /backtests/)
    const told = await hold(page, /\/rules\/backtests/)
    await page.clock.runFor(5000)
    await told.asked(1)
    await page.clock.runFor(5000)
    assert.deepEqual(gone, [])
    backtest = job('done')
    await told.letGo()
    await page.getByRole('status').waitFor({ state: 'detached' })
  })

  it('of one event nothing is said or written about the next', async () => {
    await fill(store, [started('left', 3, 'pair'), started('right', 7, 'pair')])
    await open('events?live=off')
    await rows().filter({ hasText: 'container left' }).click()
    await panel().getByLabel('A note on this event').fill('about left')
    await rows().filter({ hasText: 'container right' }).click()
    await panel().getByRole('heading', { name: 'container right' }).waitFor()
    assert.equal(await panel().getByLabel('A note on this event').inputValue(), '')

    await panel().getByRole('tab', { name: 'Around it' }).click()
    await panel().locator('.is-this', { hasText: 'container right' }).waitFor()
    const around = await hold(page, /\/context\?/)
    await panel().getByRole('button').filter({ hasText: 'container left' }).click()
    await around.asked(1)
    await panel().getByText('Looking…').waitFor()
    await around.letGo()
    await panel().locator('.is-this', { hasText: 'container left' }).waitFor()
    assert.equal(await page.evaluate('document.activeElement.id'), 'panel-body')
  })

  it('what is typed while a file is being saved is not lost', async () => {
    await open('rules?view=files')
    await page.getByLabel(/^Name of a new file/).fill('typed')
    await page.keyboard.press('Enter')
    const text = page.getByRole('textbox', { name: /^Text of/ })
    await text.click()
    await page.keyboard.insertText('root:yes')
    const saving = await hold(page, /\/rules\/files$/)
    await page.getByRole('button', { name: 'Save…' }).click()
    await page.getByRole('button', { name: 'Save and use' }).click()
    await saving.asked(1)
    await text.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.insertText('\nnobody:no')
    await saving.letGo()
    await page.getByRole('navigation', { name: 'Files' }).getByText('typed').waitFor()
    await settled(page)
    await text.getByText('nobody:no').waitFor()
    await page.getByText('not saved', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Save…' }).click()
    await page.getByRole('region', { name: 'Changes' }).getByText('+ nobody:no').waitFor()
    await page.getByRole('button', { name: 'Save and use' }).click()
    await page.getByText('not saved', { exact: true }).waitFor({ state: 'detached' })
    await text.getByText('nobody:no').waitFor()
  })
})
