// Who may do what, as an administrator changes it on the Health page.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { enter, launch, noBrowser } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'

describe('the role of a user', { skip: noBrowser }, () => {
  let dashboard: Dashboard
  let browser: Browser
  let page: Page
  const roleOf = (name: string) => page.getByRole('combobox', { name: `Role of ${name}` })

  before(async () => {
    dashboard = await startDashboard(new MemoryStore())
    browser = await launch()
    page = (await enter(browser, await dashboard.api.signInLink())).page
    await page.goto(`${dashboard.origin}/health`)
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  it('stays what it was when the change is refused', async () => {
    await roleOf('admin').selectOption('viewer')
    await page.getByRole('alert').filter({ hasText: 'admin is the only administrator.' }).waitFor()
    assert.equal(await roleOf('admin').inputValue(), 'admin')
  })

  it('is chosen for somebody new, and changed afterwards', async () => {
    const users = page.getByRole('region', { name: 'Users' })
    await users.getByRole('textbox', { name: 'Name', exact: true }).fill('ada')
    await users.getByLabel('First password').fill('a long enough one')
    await users.getByRole('combobox', { name: 'Role', exact: true }).selectOption('analyst')
    await users.getByRole('button', { name: 'Add' }).click()
    await roleOf('ada').waitFor()
    assert.equal(await roleOf('ada').inputValue(), 'analyst')
    const answered = page.waitForResponse((answer) => answer.request().method() === 'PUT')
    await roleOf('ada').selectOption('admin')
    assert.equal((await answered).status(), 204)
    const shown = users.locator('select[aria-label="Role of ada"] option:checked')
    await shown.and(page.getByText('admin', { exact: true })).waitFor({ state: 'attached' })
  })
})
