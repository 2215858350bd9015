import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Visit } from '../support/browser.ts'
import { enter, launch, noBrowser, picture, settled } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import { fill } from '../support/fill-store.ts'
import { hostileTexts } from '../support/hostile-texts.ts'
import { documentOf, recorded } from '../support/recorded-alerts.ts'

function liveAlert(name: string, groups: readonly string[] = ['docker']) {
  const rule = { id: 100300, level: 12, description: `Privileged container ${name}`, groups }
  const data = {
    integration: 'docker',
    docker: { Type: 'container', Action: 'start', Actor: { Attributes: { name } } },
  }
  return documentOf(Date.now(), data, 'Wazuh-Docker', rule)
}

describe('Events page', { skip: noBrowser }, () => {
  const store = new MemoryStore()
  let dashboard: Dashboard
  let browser: Browser
  let window: Visit
  let page: Page
  const rows = () => page.getByRole('option')
  const panel = () => page.getByRole('complementary', { name: 'Event', exact: true })
  const total = () => page.locator('.list-total').innerText()
  const chart = () => page.getByRole('application', { name: 'Alerts over time' })

  async function open(path: string): Promise<void> {
    await page.goto(`${dashboard.origin}/${path}`)
    await rows().first().waitFor()
  }

  /** What the page shows, without what moves by itself. */
  async function shown(): Promise<string> {
    const text = await page.locator('#main').innerText()
    return text.replaceAll(/\d+ (?:s|min|h) ago|now/g, 'some time ago')
  }

  before(async () => {
    await fill(store, recorded(Date.now()))
    dashboard = await startDashboard(store)
    browser = await launch()
    window = await enter(browser, await dashboard.api.signInLink())
    page = window.page
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  it('a sign-in link leaves no secret in the address', () => {
    assert.equal(new URL(page.url()).hash, '')
    assert.equal(new URL(page.url()).pathname, '/overview')
  })

  it('an alert appears by itself', async () => {
    await open('events')
    await page.locator('.live[aria-pressed=true]').waitFor()
    await fill(store, [liveAlert('live-one')])
    await rows().filter({ hasText: 'Privileged container live-one' }).waitFor()
    await picture(page, 'events-live')
  })

  it('new alerts wait politely while somebody reads further down', async () => {
    await open('events')
    await page.evaluate(`document.querySelector('.rows').scrollTo(0, 1500)`)
    await page.locator('#row-50').waitFor()
    await fill(store, [liveAlert('late-one')])
    await page.getByRole('button', { name: '1 new' }).click()
    await rows().filter({ hasText: 'Privileged container late-one' }).waitFor()
    assert.equal(await page.evaluate(`document.querySelector('.rows').scrollTop`), 0)
  })

  it('a facet narrows, its pill widens again', async () => {
    await open('events')
    const all = await total()
    await page
      .getByRole('complementary', { name: 'Narrow down' })
      .getByRole('button', { name: '15 critical' })
      .click()
    await page.locator('.list-total').getByText('4 alerts', { exact: true }).waitFor()
    assert.match(page.url(), /[?&]f=rule\.level%3A15/)
    await page.getByRole('button', { name: /^Remove filter Level/ }).click()
    await page.getByText(all, { exact: true }).waitFor()
  })

  it('a value can be excluded', async () => {
    await open('events')
    const rail = page.getByRole('complementary', { name: 'Narrow down' })
    await rail.getByRole('button', { name: 'Without k8s_audit' }).click()
    await page.getByText('Rule group is not k8s_audit').waitFor()
    // What was found before stays until the answer is there.
    await rows().filter({ hasText: 'Kubernetes:' }).first().waitFor({ state: 'detached' })
    await rows().first().waitFor()
    assert.equal(await rows().filter({ hasText: 'Kubernetes:' }).count(), 0)
  })

  it('a search that is wrong says where', async () => {
    await open('events')
    await page.keyboard.press('/')
    await page.getByLabel('Search').fill('rule.level >= (')
    await page.keyboard.press('Enter')
    await page.locator('#query-mistake').waitFor()
  })

  it('the search box offers fields, then values, and keys take one', async () => {
    await open('events?live=off')
    await page.keyboard.press('/')
    await page.keyboard.insertText('usern')
    await page.getByRole('option', { name: /^data\.user\.username:/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.keyboard.insertText('mal')
    await page.getByRole('option', { name: /^mallory/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    assert.equal(await page.getByLabel('Search').inputValue(), 'data.user.username: mallory ')
    await page.keyboard.press('Enter')
    await page
      .locator('.list-total')
      .getByText(/^1[34]\d alerts$/)
      .waitFor()
  })

  it('a column can be any field, and the address keeps it', async () => {
    await open('events?live=off&cols=level,what,data.verb~240')
    await page.getByRole('slider', { name: 'Width of Kubernetes: verb' }).press('ArrowRight')
    await page.waitForURL(/cols=level%2Cwhat%2Cdata\.verb%7E256/)
    await page
      .locator('.row-field', { hasText: /^list$/ })
      .first()
      .waitFor()
    await page.locator('summary', { hasText: 'Columns' }).click()
    await page.getByRole('checkbox', { name: 'Kubernetes: verb' }).click()
    await page.waitForURL((url) => url.searchParams.get('cols') === 'level,what')
  })

  it('events can be counted by a field instead of listed', async () => {
    await open('events?live=off')
    await page.locator('summary', { hasText: 'One by one' }).click()
    await page.getByRole('button', { name: 'By Kubernetes: user' }).click()
    const row = page.getByRole('row').filter({ hasText: 'mallory' })
    assert.match(await row.innerText(), /15\s+critical\s+1[34]\d\s/)
    await row.getByRole('button', { name: 'mallory' }).click()
    await page.waitForURL(/f=data\.user\.username%3Amallory/)
    await page
      .locator('.list-total')
      .getByText(/^1[34]\d alerts$/)
      .waitFor()
  })

  it('the oldest can come first', async () => {
    await open('events?live=off')
    await page.getByTitle('Newest first').click()
    await page.waitForURL(/sort=oldest/)
    await rows()
      .first()
      .filter({ hasText: /^21 Nov|^\d+ \w+/ })
      .waitFor()
    assert.ok(await page.locator('.live').isDisabled())
  })

  it('the minus key leaves out the value that has the focus', async () => {
    await open('events?live=off')
    const rail = page.getByRole('complementary', { name: 'Narrow down' })
    await rail.getByRole('button', { name: /^docker \d/ }).focus()
    await page.keyboard.press('-')
    await page.getByText('Rule group is not docker', { exact: true }).waitFor()
  })

  it('a search narrows, and the address says it', async () => {
    await open('events')
    await page.getByLabel('Search').fill('rule.level >= 12')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=rule\.level/)
    // What was found before stays until the answer is there.
    await rows().filter({ hasText: 'low' }).first().waitFor({ state: 'detached' })
    await rows().first().waitFor()
    assert.equal(await rows().filter({ hasText: 'low' }).count(), 0)
  })

  it('keys choose a span of the chart, Enter zooms in, Backspace comes back', async () => {
    await open('events')
    await chart().focus()
    await page.keyboard.press('End')
    for (let step = 0; step < 11; step++) await page.keyboard.press('Shift+ArrowLeft')
    await page.keyboard.press('Enter')
    await page.waitForURL(/from=/)
    const { searchParams } = new URL(page.url())
    const spanMs = Date.parse(searchParams.get('to') ?? '') - Date.parse(searchParams.get('from') ?? '')
    assert.equal(spanMs, 12 * 15 * 60_000)
    await chart().focus()
    await page.keyboard.press('Backspace')
    await page.waitForURL((url) => !url.searchParams.has('from'))
  })

  it('dragging over the chart zooms in', async () => {
    await open('events')
    const box = await chart().boundingBox()
    assert.ok(box)
    await page.mouse.move(box.x + box.width / 2, box.y + 30)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.75, box.y + 30, { steps: 5 })
    await page.mouse.up()
    await page.waitForURL(/from=/)
  })

  it('keys walk the rows and open one event', async () => {
    await open('events?live=off')
    await page.locator('.rows').focus()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await panel().waitFor()
    assert.match(page.url(), /event=event-\d+/)
    await page.keyboard.press('Escape')
    await panel().waitFor({ state: 'detached' })
  })

  it('every view of an event has something to say', async () => {
    await open('events?live=off&f=rule.id:401030')
    await rows().first().click()
    for (const name of ['Fields', 'JSON', 'Around it', 'Why', 'Similar', 'Summary']) {
      await panel().getByRole('tab', { name }).click()
      await settled(page)
      assert.notEqual((await panel().getByRole('tabpanel').innerText()).trim(), '')
      await picture(page, `event-${name.toLowerCase().replaceAll(' ', '-')}`)
    }
  })

  it('an address reproduces what it showed', async () => {
    const [from, to] = [Date.now() - 20 * 3_600_000, Date.now()].map((at) => new Date(at).toISOString())
    await open(`events?from=${from}&to=${to}&q=mallory&f=rule.groups:k8s_audit`)
    await rows().nth(2).click()
    await panel().waitFor()
    await settled(page)
    const first = await shown()
    await page.reload()
    await panel().waitFor()
    await settled(page)
    assert.equal(await shown(), first)
  })

  it('an event opens by its address although the list does not hold it', async () => {
    await page.goto(`${dashboard.origin}/events?q=nothinglikethis&event=event-5`)
    await panel().getByRole('tab', { name: 'Summary' }).waitFor()
    await page.getByText('Nothing matches this question').waitFor()
    await page.getByText('Docker 29.1 at unix:///var/run/docker.sock').waitFor()
  })

  it('hostile texts are shown as text, everywhere', async () => {
    await fill(
      store,
      hostileTexts.map((text) => liveAlert(text, [text])),
    )
    await open('events?live=off&f=rule.id:100300')
    const count = await rows().count()
    for (let index = 0; index < Math.min(count, hostileTexts.length); index++) {
      await rows().nth(index).click()
      await panel().waitFor()
      for (const name of ['Fields', 'JSON', 'Summary']) await panel().getByRole('tab', { name }).click()
    }
    for (const path of ['overview', 'docker', 'events']) {
      await page.goto(`${dashboard.origin}/${path}`)
      await settled(page)
    }
    assert.match(await page.title(), /Quaywatch$/)
    assert.equal(
      await page.locator('#app script, #app img:not([src$="icon.svg"]), #app b:text-is("bold")').count(),
      0,
    )
    await page.goto(`${dashboard.origin}/events?q=gpj`)
    await rows().first().waitFor()
    assert.match(await rows().first().innerText(), /U\+202E/)
  })

  it('a session that ends leads back to the sign-in, and in again', async () => {
    await open('events')
    await page.getByRole('button', { name: 'admin', exact: true }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await picture(page, 'sign-in')
    await page.goto(await dashboard.api.signInLink())
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  })

  it('the console stayed empty', () => {
    // A rule cannot be shown: these tests run without the rules behind the API.
    const unexpected = window.complaints.filter((text) => !text.includes('503'))
    assert.deepEqual(unexpected, [])
  })
})
