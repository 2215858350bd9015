// Whatever an attacker may have written, in every field at once, on every page.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { ApiOptions } from '../../src/api/api-options.ts'
import { visible } from '../../src/api/visible-text.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { axeFindings } from '../support/axe.ts'
import type { Visit } from '../support/browser.ts'
import { enter, launch, noBrowser, picture, settled } from '../support/browser.ts'
import type { Dashboard } from '../support/dashboard.ts'
import { healthy, startDashboard } from '../support/dashboard.ts'
import { fill, type Stored } from '../support/fill-store.ts'
import { hostileTexts } from '../support/hostile-texts.ts'
import { documentOf } from '../support/recorded-alerts.ts'
import type { Things } from '../support/routes.ts'
import { nameOf, routes } from '../support/routes.ts'

const isShort = (text: string) => text.length < 200
/** Markup and what hides or turns letters, in one; the rest one by one. */
const everything = hostileTexts.filter(isShort).join(' ')
const texts = [everything, '__proto__', 'constructor', 'x'.repeat(20_000), 'é\u0301'.repeat(400), ' ', '=1+1']
const megabyte = 'm'.repeat(1_000_000)
const common = { level: 12, mitre: [everything, everything, everything] } as const

function docker(at: number, text: string, action: string): Stored {
  const Attributes = {
    name: text,
    image: text,
    container: text,
    exitCode: text,
    execID: text,
    [text.slice(0, 200)]: text,
  }
  const exec = { id: text, argv: text, user: text }
  const data = {
    integration: 'docker',
    docker: { Type: 'container', Action: action, Actor: { ID: text, Attributes }, exec },
    title: text,
  }
  const rule = { ...common, id: 100_300, description: text, groups: [text, 'docker'] }
  return named(documentOf(at, data, text, rule), text)
}

function kubernetes(at: number, text: string): Stored {
  const data = {
    auditID: text,
    verb: text,
    user: { username: text, groups: [text] },
    impersonatedUser: { username: text },
    sourceIPs: [text, text],
    userAgent: text,
    requestURI: text,
    objectRef: { namespace: text, resource: text, name: text, subresource: 'exec' },
    responseStatus: { code: 403, reason: text },
    annotations: { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': text },
    kube: { cluster: text, object: `${text}/${text}/${text}` },
  }
  const rule = { ...common, id: 100_301, description: text, groups: ['k8s_audit', text] }
  return named(documentOf(at, data, 'k8s', rule), text)
}

/** A command of a megabyte, in the container it names. */
function large(at: number): Stored {
  const docker = { Type: 'container', Action: 'exec_start', Actor: { Attributes: { name: megabyte } } }
  const rule = { id: 100_302, level: 12, description: megabyte, groups: ['docker'] }
  return documentOf(at, { integration: 'docker', docker, userAgent: megabyte }, 'Wazuh-Docker', rule)
}

/** With the names an agent may have. */
function named(stored: Stored, text: string): Stored {
  const document: unknown = JSON.parse(stored.document)
  const agent = { id: text, name: text, labels: { [text.slice(0, 100)]: text } }
  const more = { agent, full_log: text, previous_output: text }
  return { ...stored, document: JSON.stringify(Object.assign({}, document, more)) }
}

const inventory: ApiOptions['inventory'] = () => [
  {
    engine: everything,
    address: everything,
    connected: false,
    version: everything,
    partial: everything,
    containers: texts.map((text) => ({
      id: text,
      name: text,
      image: text,
      imageId: text,
      registry: text,
      tag: text,
      project: text,
      state: text,
      health: text,
      service: text,
      user: text,
      command: text,
      restartPolicy: text,
      risks: [text, 'privileged'],
      privileged: true,
      mounts: [text],
      ports: [text],
      inspected: true,
      networks: [{ name: text, address: text }],
      lastActivityAtMs: Date.now(),
      lastAction: text,
    })),
    images: texts.map((text) => ({
      id: text,
      names: [text],
      digests: [text],
      registry: text,
      latest: true,
      version: text,
      revision: text,
      source: text,
      sizeBytes: 1e15,
      wasThere: true,
      containers: [text],
      running: 1,
    })),
    volumes: texts.map((text) => ({
      name: text,
      driver: text,
      mountpoint: text,
      anonymous: false,
      containers: [text],
    })),
    networks: texts.map((text) => ({
      id: text,
      name: text,
      driver: text,
      internal: false,
      subnets: [text],
      containers: [{ name: text, address: text }],
    })),
  },
]

const at = { file: everything, line: 1, column: 1 }
const problems = texts.map((message) => ({ code: 'x', severity: 'warning' as const, message, at }))
const summary = { groups: texts, mitreIds: texts, file: everything, line: 1, origin: 'local' } as const
const ruleOf = (id: number, description: string) => ({ ...summary, id, level: 12, description })
const traceOf = (text: string) => ({ ruleId: 1, level: 3, description: text, matched: false, reason: text })

const hooks: Partial<ApiOptions> = {
  hostName: everything,
  version: everything,
  inventory,
  health: () => ({
    ...healthy,
    sources: texts.map((text) => ({
      name: text,
      type: text,
      state: 'waiting' as const,
      detail: text,
      advice: `Run: ${text}`,
      senders: [{ cluster: text, server: text, events: 1, lastEventAtMs: Date.now() }],
    })),
    checks: texts.map((text) => ({
      id: text,
      title: text,
      state: 'error' as const,
      detail: text,
      advice: text,
    })),
    rules: { size: 1, problems },
  }),
  rules: {
    list: () => texts.map((text, index) => ruleOf(100_300 + index, text)),
    show: (id) => ({ ...ruleOf(id, everything), xml: texts.join('\n'), parents: [1], children: [2] }),
    test: async ({ lines }) =>
      lines.map(() => ({
        alert: true,
        output: { rule: { level: 12, description: everything }, data: texts },
        trace: texts.map((text) => ({ ...traceOf(text), children: [{ ...traceOf(text), children: [] }] })),
      })),
  },
  ruleFiles: {
    list: () => texts.map((text) => ({ name: `etc/rules/${text}`, kind: 'rules' as const, isLocal: true })),
    read: (name) => ({ name, text: texts.join('\n'), version: '1', canBeChanged: true }),
    check: () => problems,
    save: async () => ({ kind: 'refused', problems }),
    remove: async () => ({ kind: 'refused', problems }),
    reload: async () => problems,
    versions: () => texts.map((by, index) => ({ id: String(index), atMs: Date.now(), by })),
    version: () => everything,
  },
  backtests: { start: () => undefined, list: () => [job], get: () => job, cancel: () => job },
}

const name = { id: 1, level: 12, description: everything }
const samples = texts.map((description, index) => ({
  eventId: `event-${index}`,
  at: new Date().toISOString(),
  source: everything,
  description,
}))
const difference = { before: name, after: name, count: 7, samples }
const job = {
  id: 'x',
  state: 'done',
  by: everything,
  startedAt: new Date().toISOString(),
  endedAt: new Date().toISOString(),
  from: new Date().toISOString(),
  to: new Date().toISOString(),
  against: 'configured',
  files: texts,
  progress: 1,
  events: 10,
  report: {
    from: new Date().toISOString(),
    to: new Date().toISOString(),
    against: 'configured',
    complete: true,
    oldest: null,
    uncounted: 0,
    events: 10,
    alerts: { before: 1, after: 2, unchanged: 0 },
    fired: [{ ...difference, before: null }],
    changed: [difference],
    stopped: [{ ...difference, after: null }],
    draft: texts.map((text) => ({ ...name, description: text, alerts: 3 })),
    problems: texts,
    notes: texts,
  },
} as const

/** Runs in the page: what markup would have made, letters nobody sees, and more text than anybody reads. */
const lookAround = `(() => {
  const wrong = []
  for (const key of Object.keys(Object.prototype)) wrong.push("every object has " + key)
  if (/owned/.test(document.title) || document.title === '1') wrong.push('a script ran')
  for (const made of document.querySelectorAll('[onerror], [onload], [src="x"], [href^="javascript"], body script'))
    wrong.push('markup became ' + made.outerHTML.slice(0, 80))
  const hidden = /[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff]/
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode())
    if (hidden.test(walker.currentNode.data)) wrong.push('hidden letters in ' + walker.currentNode.parentElement.outerHTML.slice(0, 80))
  for (const element of document.querySelectorAll('[title], [aria-label]'))
    for (const key of ['title', 'aria-label'])
      if (hidden.test(element.getAttribute(key) ?? '')) wrong.push('hidden letters in ' + key + ' of ' + element.tagName + element.className)
  for (const element of document.querySelectorAll('body *'))
    if (element.childElementCount === 0 && element.textContent.length > 70000) wrong.push(element.textContent.length + ' letters in ' + element.tagName + element.className)
  const letters = document.body.outerHTML.length
  if (letters > 3e6) wrong.push(letters + ' letters of markup')
  const overflow = document.documentElement.scrollWidth - innerWidth
  if (overflow > 0) wrong.push('wider than the screen by ' + overflow)
  return [...new Set(wrong)].slice(0, 10)
})()`

const views = [
  { name: 'a light screen', width: 1280, colorScheme: 'light' },
  { name: 'a dark telephone', width: 390, colorScheme: 'dark' },
] as const

const things: Omit<Things, 'eventId'> = {
  rule: '100300',
  file: `etc/rules/${everything}`,
  idOf: (kind) => (kind === 'rule' ? '100300' : everything),
}

// Two windows at a time, each looking at one page after the other.
describe('hostile texts in every field', { skip: noBrowser, concurrency: 2 }, () => {
  const store = new MemoryStore()
  let dashboard: Dashboard
  let browser: Browser
  let eventId: string

  before(async () => {
    const now = Date.now()
    const documents = texts.flatMap((text, index) => [
      docker(now - 9000 - index, text, 'start'),
      docker(now - 8000 - index, text, `exec_start: ${text}`),
      docker(now - 7000 - index, text, text),
      kubernetes(now - 6000 - index, text),
    ])
    await fill(store, [...documents, large(now - 5000), docker(now, everything, 'die')])
    dashboard = await startDashboard(store, hooks)
    browser = await launch()
    const headers = await dashboard.signIn()
    const { text } = await dashboard.ask('/api/v1/search?ds=alerts&limit=1', { headers })
    eventId = /"eventId":"([^"]+)"/.exec(text)?.[1] ?? ''
    await addNotebook(dashboard, headers, eventId)
  })
  after(async () => {
    await browser.close()
    await dashboard.close()
  })

  async function addNotebook(at: Dashboard, headers: Readonly<Record<string, string>>, event: string) {
    const write = (url: string, body: unknown) => at.ask(url, { method: 'POST', headers, body })
    const made = [
      await write('/api/v1/notes', { eventId: event, text: everything }),
      await write('/api/v1/saved', { name: everything.slice(0, 80), address: 'events?q=a', isShared: true }),
      await write('/api/v1/tokens', { name: everything.slice(0, 60), role: 'viewer' }),
    ]
    assert.deepEqual(
      made.map(({ status, text }) => [status < 300, status < 300 ? '' : text]),
      made.map(() => [true, '']),
    )
  }

  async function look(page: Page, route: string): Promise<readonly string[]> {
    await page.goto(`${dashboard.origin}/${route}`)
    await settled(page)
    const found: unknown = await page.evaluate(lookAround)
    const wrong = Array.isArray(found) ? found.map(String) : ['nobody looked']
    return [...wrong, ...(await axeFindings(page))]
  }

  for (const { name, width, colorScheme } of views) {
    describe(`on ${name}`, { concurrency: 1 }, () => {
      let window: Visit

      before(async () => {
        window = await enter(browser, await dashboard.api.signInLink(), {
          colorScheme,
          viewport: { width, height: 800 },
        })
      })
      after(() => window.context.close())

      for (const route of routes({ ...things, eventId: 'EVENT' })) {
        it(`are text, cut, and harm nothing at /${visible(route, 70)}`, async () => {
          const address = route.replace('EVENT', encodeURIComponent(eventId))
          assert.deepEqual(await look(window.page, address), [])
          await picture(window.page, `hostile-${nameOf(address)}-${width}`)
        })
      }

      it('and the console stays empty', () => assert.deepEqual(window.complaints, []))
    })
  }
})
