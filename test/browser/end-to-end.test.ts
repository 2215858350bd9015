// What a new user sees: the manager, a Docker engine, the printed link, and a container that appears by itself.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'

import { launch, noBrowser, picture, visit, type Visit } from '../support/browser.ts'
import { type Engine, engineMissing, image, startEngine } from '../support/dockerd.ts'
import {
  alertLines,
  eventually,
  type ManagerProcess,
  startManager,
  temporaryFolder,
} from '../support/manager-process.ts'

const missing = noBrowser ?? engineMissing()
if (missing !== undefined && process.env['CI'] === 'true') throw new Error(missing)

describe('manager, engine and page together', { skip: missing }, () => {
  let engine: Engine
  let manager: ManagerProcess
  let browser: Browser
  let window: Visit

  before(async () => {
    engine = await startEngine()
    browser = await launch()
    window = await visit(browser)
  })
  after(async () => {
    await browser.close()
    await engine.remove()
  })

  it(
    'an alert of a docker run is in the page and in alerts.json within a second',
    { timeout: 300_000 },
    async (t) => {
      const home = temporaryFolder(t, 'end-to-end')
      manager = await startManager(t, home, '', { DOCKER_HOST: engine.host })
      const printed = await eventually(
        'the sign-in link',
        () => /https:\/\/127\.0\.0\.1:\d+\/\S+/.exec(manager.printed())?.[0],
      )
      const { page } = window
      await page.goto(printed)
      await page.getByRole('navigation', { name: 'Pages' }).waitFor()
      await page.goto(`${new URL(printed).origin}/events`)
      await page.getByRole('option').first().waitFor()
      const name = 'web-1'
      const begun = Date.now()
      assert.equal((await engine.docker('run', '-d', '--name', name, image, 'sleep', '600')).code, 0)
      const started = Date.now()
      const runMs = started - begun
      const row = page.getByRole('option').filter({ hasText: `container ${name} was started` })
      await row.waitFor()
      const shownAfterMs = Date.now() - started
      t.diagnostic(`shown ${shownAfterMs} ms after docker run returned, which took ${runMs} ms`)
      // A second, or as long as starting the container took where everything is slow.
      assert.ok(shownAfterMs < Math.max(1000, runMs), `shown after ${shownAfterMs} ms`)
      await eventually('the line in alerts.json', () =>
        alertLines(home).find(({ rule }) => JSON.stringify(rule).includes('"87903"')) ? true : undefined,
      )
      await picture(page, 'end-to-end')
      assert.deepEqual(window.complaints, [])
      assert.equal(await manager.end('SIGTERM'), 0)
    },
  )
})
