// Every page, view and kind of thing, in both themes, wide and narrow.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { axeFindings } from '../support/axe.ts'
import type { Visit } from '../support/browser.ts'
import { enter, launch, noBrowser, picture, settled } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { healthy } from '../support/dashboard.ts'
import { fill } from '../support/fill-store.ts'
import { inventory } from '../support/inventory.ts'
import { recorded } from '../support/recorded-alerts.ts'
import { kinds, nameOf, routes } from '../support/routes.ts'
import { startRuledDashboard } from '../support/ruled-dashboard.ts'

/** Things the recordings speak of. */
const things: Readonly<Record<string, string>> = {
  container: 'billing-api-1',
  image: 'nginx:1.27',
  network: 'ingress',
  volume: 'pgdata',
  object: 'nodes/worker-1',
  namespace: 'shop',
  user: 'mallory',
  address: '10.20.0.13',
  host: 'quay-1',
  rule: '87903',
}
const idOf = (kind: string): string => things[kind] ?? ''

/** What axe says depends on the colours and on the width, hardly on both together. */
const views = [
  { colorScheme: 'light', width: 1280, isAsked: true },
  { colorScheme: 'dark', width: 390, isAsked: true },
  { colorScheme: 'dark', width: 1280, isAsked: false },
  { colorScheme: 'light', width: 390, isAsked: false },
] as const

// Two windows at a time, each looking at one page after the other.
describe('pages', { skip: noBrowser, concurrency: 2 }, () => {
  let dashboard: Dashboard
  let browser: Browser
  let eventId: string

  before(async () => {
    const store = new MemoryStore()
    await fill(store, recorded(Date.now()))
    const senders = [
      { cluster: 'prod', server: '10.0.0.4', events: 120_400, eventsPerSecond: 41.7, lagSeconds: 0.25 },
    ].map((one) => ({ ...one, lastEventAtMs: Date.now() - 2000 }))
    dashboard = await startRuledDashboard(store, {
      inventory,
      health: () => ({
        ...healthy,
        sources: healthy.sources.map((one) => (one.type === 'kube-audit' ? { ...one, senders } : one)),
      }),
    })
    browser = await launch()
    const headers = await dashboard.signIn()
    const { text } = await dashboard.ask('/api/v1/search?q=rule.level:15&limit=1', { headers })
    eventId = /"eventId":"([^"]+)"/.exec(text)?.[1] ?? ''
    assert.notEqual(eventId, '')
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  it('are asked about things of every kind', () => {
    assert.deepEqual(kinds.toSorted(), Object.keys(things).toSorted())
  })

  for (const { colorScheme, width, isAsked } of views) {
    describe(`${colorScheme}, ${width} px wide`, { concurrency: 1 }, () => {
      let window: Visit

      before(async () => {
        window = await enter(browser, await dashboard.api.signInLink(), {
          colorScheme,
          viewport: { width, height: 844 },
        })
      })
      after(() => window.context.close())

      for (const route of routes({
        eventId: 'EVENT',
        rule: '87903',
        file: 'ruleset/rules/401100-kube-exec.xml',
        idOf,
      })) {
        it(`/${decodeURIComponent(route)} is complete, accessible, and as wide as the screen`, async () => {
          const { page } = window
          await page.goto(`${dashboard.origin}/${route.replace('EVENT', eventId)}`)
          await settled(page)
          await picture(page, `${nameOf(route)}-${colorScheme}-${width}`)
          if (isAsked) assert.deepEqual(await axeFindings(page), [])
          assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0)
        })
      }

      it('and nothing complained', () => {
        assert.deepEqual(
          window.complaints.filter((text) => !text.includes('503')),
          [],
        )
      })
    })
  }
})
