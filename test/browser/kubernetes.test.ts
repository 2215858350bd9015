// The Kubernetes page over what the built-in rules make of recorded audit events: its panels ask for groups and fields that exist.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { toByteString } from '../../src/event/byte-string.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { loadEngine } from '../../src/load-engine.ts'
import { analyse } from '../../src/pipeline/analyse.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { packageRoot } from '../../src/version.ts'
import { enter, launch, noBrowser, settled } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'

const hourMs = 3_600_000

function audited(nowMs: number): readonly RawEvent[] {
  const file = path.join(packageRoot, 'test', 'data', 'dashboard', 'kube-audit.jsonl')
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map(
    (text, index) =>
      new RawEvent({
        id: `audit-${index}`,
        source: 'kube-audit',
        location: 'k8s',
        receivedAtMs: nowMs - 3.2 * hourMs + index,
        text: toByteString(text),
      }),
  )
}

describe('Kubernetes page', { skip: noBrowser }, () => {
  let dashboard: Dashboard
  let browser: Browser
  let page: Page
  const panel = (name: string) => page.getByRole('region', { name, exact: true })

  before(async () => {
    const store = new MemoryStore()
    const engine = loadEngine({ home: '/nonexistent', hostName: 'quay-1' }).newSession()
    await store.append(
      'kube-audit',
      undefined,
      analyse(engine, audited(Date.now()), () => assert.fail('an event was rejected')),
    )
    dashboard = await startDashboard(store)
    browser = await launch()
    page = (await enter(browser, await dashboard.api.signInLink())).page
    await page.goto(`${dashboard.origin}/kubernetes`)
    await settled(page)
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  it('has the privileged pod under Risky workloads, and nothing that is no workload', async () => {
    const rows = await panel('Risky workloads').getByRole('listitem').allInnerTexts()
    assert.equal(rows.length, 1)
    assert.match(rows[0] ?? '', /^3 h ago\n12\nhigh\n/)
    assert.match(rows[0] ?? '', /privileged/)
  })

  it('says of every identity where it was busy and when last', async () => {
    const row = panel('Identities').getByRole('row', { name: /^mallory/ })
    const cells = ['person', 'staging, kube-system, …', '3 h ago', '13\nhigh', '50', '25', '50 %']
    assert.deepEqual(await row.getByRole('cell').allInnerTexts(), cells)
  })

  it('says what the API server tells of changes, and a number leads to as many events', async () => {
    const table = panel('What changes are told with')
    const links = table.getByRole('link')
    assert.deepEqual(await links.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))), [
      'ingresses, Metadata: 1',
      'pods, RequestResponse: 1',
      'rolebindings, Metadata: 1',
      'roles, Metadata: 1',
      'services, Metadata: 1',
    ])
    await table.getByText('never told for 4 kinds of object').waitFor()
    await table.getByRole('link', { name: /^pods, / }).click()
    await page.locator('.list-total').getByText('1 event', { exact: true }).waitFor()
    await page.getByRole('option').filter({ hasText: 'staging/pods/tool-1v1' }).waitFor()
  })

  it('leaves out on a telephone what every sentence of the list begins with', async () => {
    await page.goto(`${dashboard.origin}/events?live=off&q=rule.groups: kube_workload`)
    const row = page.getByRole('option').filter({ hasText: 'privileged container' })
    await row.getByText(/^Kubernetes: privileged container in Pod/).waitFor()
    await page.setViewportSize({ width: 390, height: 800 })
    await row.getByText(/^privileged container in Pod/).waitFor()
  })
})
