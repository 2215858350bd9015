// What the system asks of every page: no motion, the colours of its own choice, and everything by keyboard.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { enter, launch, noBrowser, picture, settled } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { fill } from '../support/fill-store.ts'
import { inventory } from '../support/inventory.ts'
import { recorded } from '../support/recorded-alerts.ts'
import { startRuledDashboard } from '../support/ruled-dashboard.ts'

/** Runs in the page: marks without words whose colour is that of the page, and what would move. */
const lookAround = `(() => {
  const shown = (element) => element.getClientRects().length > 0
  const isFrameless = (style) => style.outlineStyle === 'none' || style.outlineWidth === '0px'
  // Forced, an element keeps how transparent it is; the colour itself is the one below it.
  const canvas = /\\d+, \\d+, \\d+/.exec(getComputedStyle(document.body).backgroundColor)[0]
  const isBlank = ({ backgroundColor }) => backgroundColor.includes(canvas) || / 0\\)$/.test(backgroundColor)
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown)
  const marks = all('.dot, .state, .live-dot, .mark, .bar-track > i, .facet-bar, .heat-1, .heat-5, .cell-key.cell-critical, .level-critical')
  const chosen = all('[aria-pressed=true], [aria-selected=true], [aria-current=page]')
  const unseen = [
    ...marks.filter((element) => isBlank(getComputedStyle(element))),
    ...chosen.filter((element) => isFrameless(getComputedStyle(element))),
  ]
  const moving = all('body *').filter((element) => {
    const { transitionDuration, animationName } = getComputedStyle(element)
    return /[1-9]/.test(transitionDuration) || animationName !== 'none'
  })
  const names = (list, what) => list.map((element) => what + ' ' + element.tagName + ' ' + element.getAttribute('class'))
  const found = [...new Set([...names(unseen, 'unseen:'), ...names(moving, 'moves:')])]
  return marks.length + chosen.length === 0 ? [...found, 'no mark at all'] : found
})()`

const paths = [
  'overview',
  'docker',
  'kubernetes',
  'events?live=off&f=rule.level:15',
  'mitre',
  'rules',
  'health',
] as const

describe('preferences', { skip: noBrowser }, () => {
  let dashboard: Dashboard
  let browser: Browser
  let page: Page

  before(async () => {
    const store = new MemoryStore()
    await fill(store, recorded(Date.now()))
    dashboard = await startRuledDashboard(store, { inventory })
    browser = await launch()
    page = (
      await enter(browser, await dashboard.api.signInLink(), {
        forcedColors: 'active',
        reducedMotion: 'reduce',
      })
    ).page
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  for (const path of paths) {
    it(`/${path} moves nothing, and shows its marks in forced colours`, async () => {
      await page.goto(`${dashboard.origin}/${path}`)
      await settled(page)
      await picture(page, `forced-${path.replace(/\W.*/, '')}`)
      assert.deepEqual(await page.evaluate(lookAround), [])
    })
  }

  it('Ctrl-K goes to a page by letters of its name, from a field too, and focuses the search', async () => {
    const list = page.getByRole('dialog', { name: 'Commands' })
    await page.goto(`${dashboard.origin}/events?live=off&f=rule.level:15`)
    await page.getByRole('combobox', { name: 'Search' }).click()
    await page.keyboard.press('Control+k')
    await list.waitFor()
    await page.keyboard.type('kube')
    assert.deepEqual(await list.getByRole('option').allInnerTexts(), ['Kubernetes\ng k'])
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/kubernetes\?.*f=rule/)
    await list.waitFor({ state: 'hidden' })

    await page.keyboard.press('Meta+k')
    await page.keyboard.type('zzz')
    await list.getByText('Nothing is called like that.').waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'hidden' })
    assert.match(page.url(), /\/kubernetes\?/)

    await page.goto(`${dashboard.origin}/health`)
    await page.getByRole('heading', { name: 'Health' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.type('search')
    await picture(page, 'palette')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/events/)
    await page.locator('#query:focus').waitFor()
  })
})
