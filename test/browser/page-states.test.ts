// What the pages show while an answer is on its way, and when none can be given. (Of Events: states.test.ts.)
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { enter, launch, noBrowser, picture, settled } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import { fill } from '../support/fill-store.ts'
import { hold } from '../support/hold.ts'
import { recorded } from '../support/recorded-alerts.ts'

/** A store whose disk is gone. */
class FallenStore extends MemoryStore {
  isDown = false

  #check(): void {
    if (this.isDown) throw new Error('opening the segment: no such file')
  }

  override async search(...asked: Parameters<MemoryStore['search']>) {
    this.#check()
    return super.search(...asked)
  }

  override async aggregate(...asked: Parameters<MemoryStore['aggregate']>) {
    this.#check()
    return super.aggregate(...asked)
  }

  override async stats() {
    this.#check()
    return super.stats()
  }
}

const pages = [
  {
    path: 'overview',
    failing: [
      'Alerts over time',
      'Needs attention',
      'Containers',
      'Kubernetes users',
      'New here',
      'Tactics (MITRE ATT&CK)',
      'Hosts',
    ],
    ready: 'billing-api-1',
  },
  {
    path: 'docker',
    failing: [
      'Activity',
      'What containers did',
      'Commands run inside containers',
      'Failures',
      'Images in use',
      'Actions',
      'Image changes',
      'Networks, volumes, daemon',
    ],
    ready: 'billing-api-1',
  },
  {
    path: 'kubernetes',
    failing: [
      'Requests over time',
      'Hands on pods',
      'Access rights changed',
      'Secrets and tokens',
      'Risky workloads',
      'Refused: who',
      'Refused: what they wanted',
      'Identities',
    ],
    ready: 'mallory',
  },
  ...[
    { thing: 'container&id=billing-api-1', failing: ['Docker: action', 'Docker: image', 'Host'] },
    { thing: 'image&id=postgres:16', failing: ['Docker: name', 'Docker: action', 'Host'] },
    { thing: 'object&id=nodes/worker-1', failing: ['Kubernetes: user', 'Kubernetes: verb'] },
    { thing: 'user&id=mallory', failing: ['Kubernetes: verb', 'Source address', 'Client'] },
    { thing: 'rule&id=87903', failing: ['Docker: name', 'Host'] },
  ].map(({ thing, failing }) => ({
    path: `entity?kind=${thing}`,
    failing: ['All events over time, by level', 'What happened', 'Newest alerts', ...failing],
    ready: 'ago',
  })),
  { path: 'mitre', failing: [], ready: 'seen in this time' },
  { path: 'rules', failing: [], ready: 'Billing started' },
  { path: 'rules?view=coverage', failing: [], ready: 'By group' },
  { path: 'health', failing: [], ready: 'Bring data in' },
]

const saysNothing =
  /None in this time|Nothing about|Nothing of level|Nothing that was|No alerts? |Nobody |\b0 techniques|0 rules/

describe('states of the other pages', { skip: noBrowser }, () => {
  const store = new FallenStore()
  const lastEventMs = Date.now() - 600_000
  let dashboard: Dashboard
  let browser: Browser
  let page: Page

  before(async () => {
    await fill(store, recorded(lastEventMs))
    const rule = { id: 100500, level: 9, description: 'Billing started', groups: ['local'], mitreIds: [] }
    dashboard = await startDashboard(store, {
      rules: {
        list: () => [{ ...rule, file: 'etc/rules/local.xml', line: 1, origin: 'local' }],
        show: () => undefined,
        test: async () => [],
      },
    })
    browser = await launch()
    page = (await enter(browser, await dashboard.api.signInLink())).page
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  for (const { path, failing } of pages) {
    it(`${path} with the store down says so, with advice, in every panel that needs it`, async () => {
      store.isDown = true
      try {
        await page.goto(`${dashboard.origin}/${path}`)
        const said = { hasText: 'The log of the manager says more.' }
        await page.getByRole('main').getByRole('alert').filter(said).first().waitFor()
        for (const name of failing) {
          const panel = page.getByRole('region', { name, exact: true })
          await panel.getByRole('alert').filter(said).waitFor()
        }
        await settled(page)
        await picture(page, `${path.replace(/\W+/g, '-')}-broken`)
        const text = await page.locator('body').innerText()
        assert.doesNotMatch(text, /no such file|Loading…|Counting…/)
        assert.doesNotMatch(text, saysNothing)
      } finally {
        store.isDown = false
      }
    })
  }

  it('a thing that nothing happened to says when it was seen last, and leads there', async () => {
    // Exact times: the recordings end before them, however long the tests above took.
    const [from, to] = [60_000, 120_000].map((afterMs) => new Date(lastEventMs + afterMs).toISOString())
    await page.goto(`${dashboard.origin}/entity?kind=container&id=billing-api-1&from=${from}&to=${to}`)
    const panel = page.getByRole('region', { name: 'Nothing about this container in this time' })
    await panel.getByText('It was seen last').waitFor()
    await panel.getByText('listening on port 8080, nothing received yet').waitFor()
    await picture(page, 'entity-empty')
    await panel.getByRole('button', { name: 'Look at that time' }).click()
    await panel.waitFor({ state: 'detached' })
    await page.getByRole('region', { name: 'Newest alerts' }).getByRole('link').first().waitFor()
  })

  it('a thing that no event names says so', async () => {
    await page.goto(`${dashboard.origin}/entity?kind=user&id=nobody`)
    await page.getByText('No event that is stored names it.').waitFor()
  })

  for (const { path, ready } of pages) {
    it(`${path} with a slow answer says that it loads, claims nothing, and shows the answer when it is there`, async () => {
      const answers = await hold(page, /\/api\/v1\/(?!session)/)
      await page.goto(`${dashboard.origin}/${path}`)
      await page
        .getByRole('main')
        .getByText(/Loading…|Counting…/)
        .first()
        .waitFor()
      assert.doesNotMatch(await page.getByRole('main').innerText(), saysNothing)
      await picture(page, `${path.replace(/\W+/g, '-')}-slow`)
      await answers.letGo()
      await page.getByRole('main').getByText(ready).first().waitFor()
      await settled(page)
    })
  }
})
