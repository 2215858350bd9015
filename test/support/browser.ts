// Debian's Chromium through playwright-core.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { chromium } from 'playwright-core'

const executablePath = process.env['QUAYWATCH_CHROMIUM'] ?? '/usr/bin/chromium'

/** Why browser tests cannot run here; `undefined` when they can. In CI a missing browser is an error, not a skip. */
export const noBrowser: string | undefined = existsSync(executablePath)
  ? undefined
  : `there is no ${executablePath}`
if (noBrowser !== undefined && process.env['CI'] === 'true') throw new Error(noBrowser)

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags })
}

export interface Visit {
  readonly context: BrowserContext
  readonly page: Page
  /** What the console and the page said was wrong. */
  readonly complaints: readonly string[]
}

/** A window of its own: no cookies, no storage. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('response', (answer) => {
    if (answer.status() < 500) return
    // The body is gone when the page has moved on.
    const body = answer.text().catch(() => `status ${answer.status()}`)
    void body.then((text) => complaints.push(`${answer.url()}: ${text}`))
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { context, page, complaints }
}

const artifacts = path.join(import.meta.dirname, '..', '..', '..', 'artifacts')

/** Keeps a picture for whoever looks at the run. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(artifacts, { recursive: true })
  await page.screenshot({ path: path.join(artifacts, `${name}.png`) })
}
