// Debian's Chromium through playwright-core.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core'
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
  // How long something that will never be there is waited for; what is there is seen at once.
  page.setDefaultTimeout(30_000)
  watch(page)
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

/** A window of somebody who followed a sign-in link. */
export async function enter(
  browser: Browser,
  link: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const window = await visit(browser, options)
  await window.page.goto(link)
  await window.page.getByRole('navigation', { name: 'Pages' }).waitFor()
  return window
}

interface Traffic {
  begun: number
  readonly open: Set<Request>
}

const traffic = new WeakMap<Page, Traffic>()

function watch(page: Page): void {
  const seen: Traffic = { begun: 0, open: new Set() }
  traffic.set(page, seen)
  page.on('request', (request) => {
    // A stream of events never ends.
    if (request.resourceType() === 'eventsource') return
    seen.begun += 1
    seen.open.add(request)
  })
  page.on('requestfinished', (request) => seen.open.delete(request))
  page.on('requestfailed', (request) => seen.open.delete(request))
}

/** What the page still waits for, three frames later: until then an answer is shown, and what follows from it is asked. */
const waits = `(async () => {
  for (let frame = 0; frame < 3; frame += 1)
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
  if (document.querySelector('.code-waiting')) return 'an editor to come'
  return /Loading…|Counting…|Looking…/.exec(document.querySelector('main')?.innerText || 'Loading…')?.[0] ?? ''
})()`

/** Resolves when everything that was asked has been answered and shown. */
export async function settled(page: Page): Promise<void> {
  const seen = traffic.get(page)
  if (!seen) throw new Error('not a page of visit()')
  const deadline = Date.now() + 30_000
  for (;;) {
    const { begun } = seen
    const isQuiet = seen.open.size === 0
    // The page's policy forbids what `waitForFunction` does.
    const word = await page.evaluate(waits)
    if (word === '' && isQuiet && seen.open.size === 0 && seen.begun === begun) return
    const open = [...seen.open].map((request) => request.url())
    if (Date.now() > deadline)
      throw new Error(
        `${page.url().slice(0, 200)} still waits: ${String(word)} ${open.join(' ').slice(0, 400)}`,
      )
  }
}

const artifacts = path.join(import.meta.dirname, '..', '..', '..', 'artifacts')

/** Keeps a picture for whoever looks at the run. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(artifacts, { recursive: true })
  await page.screenshot({ path: path.join(artifacts, `${name}.png`) })
}
