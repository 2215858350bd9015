import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { request } from 'node:https'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { EngineInventory } from '../../src/event/inventory.ts'
import { Inventory } from '../../src/sources/docker/inventory.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { AggregateRequest, Page, SearchRequest } from '../../src/store/store.ts'
import type { Answer, Dashboard } from '../support/dashboard.ts'
import { startDashboard } from '../support/dashboard.ts'
import type { Stored } from '../support/fill-store.ts'
import { fill } from '../support/fill-store.ts'

const at = Date.parse('2026-11-21T12:00:00Z')
const day = 'from=2026-11-21T00:00Z&to=2026-11-22T00:00Z'

interface Parts {
  readonly id: number
  readonly level: number
  readonly name: string
  readonly offsetMs: number
}

function started({ id, level, name, offsetMs }: Parts): Stored {
  const description = `Docker: Container ${name} started`
  const document = {
    timestamp: new Date(at + offsetMs).toISOString(),
    rule: { level, description, id: String(id), groups: ['docker'] },
    agent: { id: '000', name: 'quay-1' },
    data: { docker: { Type: 'container', Action: 'start', Actor: { Attributes: { name } } } },
    location: 'Wazuh-Docker',
  }
  // A number beyond what a double holds, as Docker sends it.
  const text = JSON.stringify(document).replace('{"timestamp"', '{"timeNano":1683632491049788417,"timestamp"')
  const rule = {
    id,
    level,
    description,
    groups: ['docker'],
    mitreIds: [],
    mitreTactics: [],
    mitreTechniques: [],
  }
  return { at: at + offsetMs, document: text, rule, isAlert: level >= 3, location: 'Wazuh-Docker' }
}

const events = [
  started({ id: 87903, level: 3, name: 'web', offsetMs: 0 }),
  started({ id: 87924, level: 7, name: 'db', offsetMs: 60_000 }),
  started({ id: 87907, level: 1, name: 'web', offsetMs: 90_000 }),
  started({ id: 100300, level: 12, name: '=cmd|calc', offsetMs: 120_000 }),
]

/** The part of a JSON answer at a dotted path. */
function part(answer: Answer, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  }, answer.json)
}

/** A store that takes its time and gives up when told, as one with a disk does. */
class PunctualStore extends MemoryStore {
  override async search(request: SearchRequest, signal: AbortSignal): Promise<Page> {
    await turn()
    signal.throwIfAborted()
    return super.search(request, signal)
  }

  override async aggregate(request: AggregateRequest, signal: AbortSignal) {
    await turn()
    signal.throwIfAborted()
    return super.aggregate(request, signal)
  }
}

function inventory(): EngineInventory {
  const made = new Inventory('default')
  made.connection = { address: 'unix:///var/run/docker.sock', connected: true, version: '29.1.0' }
  const settings = { back: { IPAddress: '10.0.0.2' } }
  const listed = { Id: 'c1', Names: ['/web'], Image: 'shop/web:2', State: 'running', ImageID: 'sha256:1' }
  made.setContainers([{ ...listed, NetworkSettings: { Networks: settings } }])
  made.setImages([{ Id: 'sha256:1', RepoTags: ['shop/web:2'], Size: 7 }], at)
  made.setVolumes([{ Name: 'orders', Driver: 'local' }])
  made.setNetworks([{ Id: 'n1', Name: 'back', Driver: 'bridge' }])
  return made.snapshot()
}

/** Long enough for a socket to be read. */
async function turn(): Promise<void> {
  for (let count = 0; count < 20; count++) await new Promise((resolve) => setImmediate(resolve))
}

describe('API', () => {
  const store = new PunctualStore()
  let dashboard: Dashboard
  let admin: Readonly<Record<string, string>>
  const get = (url: string) => dashboard.ask(`/api/v1${url}`, { headers: admin })
  const send = (method: string, url: string, body?: unknown) =>
    dashboard.ask(`/api/v1${url}`, { method, headers: admin, ...(body === undefined ? {} : { body }) })

  async function token(role: string): Promise<Readonly<Record<string, string>>> {
    const answer = await send('POST', '/tokens', { name: `for ${role}`, role })
    return { authorization: `Bearer ${String(part(answer, 'secret'))}` }
  }

  before(async () => {
    await fill(store, events)
    dashboard = await startDashboard(store, { inventory: () => [inventory()] })
    admin = await dashboard.signIn()
  })
  after(() => dashboard.close())

  describe('probes', () => {
    it('/healthz answers without a sign-in', async () => {
      const { status, json } = await dashboard.ask('/healthz')
      assert.deepEqual({ status, json }, { status: 200, json: { ready: true } })
    })

    it('/metrics answers this machine', async () => {
      const { status, text } = await dashboard.ask('/metrics')
      assert.equal(status, 200)
      assert.match(text, /quaywatch_api_request_seconds_bucket/)
    })

    it('/metrics asks a proxy for a token', async () => {
      const { status } = await dashboard.ask('/metrics', { headers: { 'x-forwarded-for': '192.0.2.1' } })
      assert.equal(status, 401)
    })
  })

  describe('search', () => {
    it('answers with documents exactly as they are stored', async () => {
      const { status, text } = await get(`/search?ds=alerts&q=db&${day}`)
      assert.equal(status, 200)
      assert.match(text, /"timeNano":1683632491049788417,/)
      assert.match(text, /"total":\{"value":1,"exact":true\}/)
    })

    it('alerts are those of level 3 and above, events are all', async () => {
      assert.equal(part(await get(`/search?ds=alerts&${day}`), 'total.value'), 3)
      assert.equal(part(await get(`/search?ds=events&${day}`), 'total.value'), 4)
    })

    it('goes on after a page where it stopped', async () => {
      const first = await get(`/search?ds=events&limit=3&${day}`)
      const second = await get(`/search?ds=events&limit=3&after=${String(part(first, 'next'))}&${day}`)
      assert.equal(part(first, 'hits.length'), 3)
      assert.equal(part(second, 'hits.length'), 1)
      assert.equal(part(second, 'next'), undefined)
    })

    it('goes back to the page before', async () => {
      const oldest = `/search?ds=events&sort=oldest&limit=2&${day}`
      const second = await get(`${oldest}&after=2`)
      const back = await get(`${oldest}&before=${String(part(second, 'previous'))}`)
      assert.deepEqual([part(second, 'hits.0.position'), part(second, 'previous')], [3, 3])
      assert.deepEqual(
        [part(back, 'hits.0.position'), part(back, 'hits.1.position'), part(back, 'next')],
        [1, 2, 2],
      )
      assert.equal((await get(`${oldest}&before=9&after=1`)).status, 400)
    })

    const filters = [
      { f: 'rule.id:87903', found: 1 },
      { f: '-rule.id:87903', found: 3 },
      { f: 'rule.id:87903&f=rule.id:87924', found: 2 },
      { f: 'data.docker.Actor.Attributes.name:%3Dcmd|calc', found: 1 },
      { f: '!data.nothing', found: 4 },
      { f: '%3Fdata.nothing', found: 0 },
    ] as const
    for (const { f, found } of filters) {
      it(`the filter ${f} leaves ${found}`, async () => {
        assert.equal(part(await get(`/search?ds=events&f=${f}&${day}`), 'total.value'), found)
      })
    }

    it('says where a query is wrong', async () => {
      const answer = await get('/search?q=rule.level%20%3E%3D%20(')
      assert.equal(answer.status, 400)
      assert.equal(part(answer, 'type'), 'urn:quaywatch:problem:query')
      assert.equal(typeof part(answer, 'position'), 'number')
    })

    const bad = [
      '/search?from=yesterday',
      '/search?limit=100000',
      '/search?nonsense=1',
      '/search?f=no-colon',
      '/search?from=2026-11-22T00:00Z&to=2026-11-21T00:00Z',
    ] as const
    for (const url of bad) {
      it(`${url} is refused with a problem`, async () => {
        const answer = await get(url)
        assert.equal(answer.status, 400)
        assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/)
      })
    }

    it('finds one event by id, and what came around it', async () => {
      const id = String(part(await get(`/search?q=db&${day}`), 'hits.0.eventId'))
      assert.equal(part(await get(`/events/${id}`), 'document.rule.id'), '87924')
      const around = await get(`/events/${id}/context?scope=agent&before=5&after=5`)
      assert.equal(part(around, 'before.length'), 1)
      assert.equal(part(around, 'after.length'), 2)
      assert.equal(part(around, 'scope.value'), '000')
      assert.equal((await get('/events/none')).status, 404)
    })
  })

  describe('counts', () => {
    it('a batch of aggregations comes in one answer', async () => {
      const answer = await send('POST', '/aggregate', {
        ds: 'events',
        from: '2026-11-21T00:00Z',
        to: '2026-11-22T00:00Z',
        aggs: {
          names: { kind: 'terms', field: 'data.docker.Actor.Attributes.name', size: 1 },
          time: { kind: 'histogram', intervalMs: 3_600_000, by: 'level' },
          worst: { kind: 'topHits', size: 1, fields: ['rule.id', 'rule.level'], order: 'level' },
        },
      })
      assert.deepEqual(part(answer, 'results.names'), {
        buckets: [{ key: 'web', count: 2, maxLevel: 3 }],
        other: 2,
      })
      assert.deepEqual(part(answer, 'results.time.buckets.0.split'), { info: 2, medium: 1, high: 1 })
      assert.equal(part(answer, 'results.worst.hits.length'), 1)
      assert.deepEqual(part(answer, 'results.worst.hits.0.fields'), {
        'rule.id': ['100300'],
        'rule.level': ['12'],
      })
    })

    it('more than ten top hits are refused', async () => {
      const answer = await send('POST', '/aggregate', { aggs: { a: { kind: 'topHits', size: 11 } } })
      assert.equal(answer.status, 400)
      assert.match(answer.text, /more than 10 hits/)
    })

    it('several questions are answered in their order, each by itself', async () => {
      const aggs = { names: { kind: 'terms', field: 'rule.id', size: 9 } } as const
      const day = { ds: 'events', from: '2026-11-21T00:00Z', to: '2026-11-22T00:00Z' } as const
      const answer = await send('POST', '/aggregates', {
        questions: [
          { ...day, q: 'rule.level >= 12', aggs },
          { ...day, f: ['rule.id:87903'], aggs },
        ],
      })
      assert.equal(part(answer, 'answers.0.results.names.buckets.0.key'), '100300')
      assert.equal(part(answer, 'answers.1.results.names.buckets.0.key'), '87903')
      assert.equal(part(answer, 'answers.1.results.names.buckets.length'), 1)
    })

    it('muted alerts are left out where that is asked for, and can be counted', async () => {
      const mute = { ruleId: '87903', field: 'data.docker.Actor.Attributes.name', value: 'web' }
      const made = await send('POST', '/mutes', { ...mute, reason: 'known', hours: 1 })
      const total = async (muted: string) =>
        part(await get(`/search?ds=alerts&${day}&muted=${muted}`), 'total.value')
      assert.deepEqual([await total('shown'), await total('hidden'), await total('only')], [3, 2, 1])
      assert.equal(dashboard.changes.at(-1)?.action, 'muted')
      await send('DELETE', `/mutes/${String(part(made, 'id'))}`, undefined)
      assert.equal(await total('hidden'), 3)
    })

    it('a facet ignores its own filter and obeys the others', async () => {
      const answer = await send('POST', '/facets', {
        ds: 'events',
        f: ['rule.id:87903'],
        fields: ['rule.id', 'data.docker.Actor.Attributes.name'],
      })
      assert.equal(part(answer, 'facets.0.buckets.length'), 4)
      assert.equal(part(answer, 'facets.1.buckets.length'), 1)
    })

    it('fields are named with how many events have them', async () => {
      const answer = await get(`/fields?ds=events&${day}`)
      assert.equal(part(answer, 'sampled'), 4)
      assert.match(answer.text, /\{"field":"data\.docker\.Actor\.Attributes\.name","count":4\}/)
    })

    it('an aggregation without its field is refused', async () => {
      const answer = await send('POST', '/aggregate', { aggs: { a: { kind: 'terms', size: 3 } } })
      assert.equal(answer.status, 400)
    })
  })

  describe('export', () => {
    it('CSV keeps a spreadsheet from running what a container is called', async () => {
      const url = `/export?format=csv&ds=events&columns=rule.id,data.docker.Actor.Attributes.name&${day}`
      const { text, headers } = await get(url)
      assert.match(headers['content-disposition'] ?? '', /attachment; filename="quaywatch-events\.csv"/)
      assert.equal(
        text,
        'rule.id,data.docker.Actor.Attributes.name\r\n100300,"\'=cmd|calc"\r\n87907,web\r\n87924,db\r\n87903,web\r\n',
      )
    })

    it('JSON lines hold one document a line, and the export is on record', async () => {
      const { text } = await get(`/export?ds=alerts&${day}`)
      assert.equal(text.trim().split('\n').length, 3)
      assert.equal(dashboard.changes.at(-1)?.action, 'export')
    })
  })

  describe('access', () => {
    const routes = [
      ['GET', '/search', 'viewer'],
      ['POST', '/aggregate', 'viewer'],
      ['POST', '/aggregates', 'viewer'],
      ['POST', '/facets', 'viewer'],
      ['GET', '/values?field=rule.id', 'viewer'],
      ['GET', '/fields', 'viewer'],
      ['POST', '/query/parse', 'viewer'],
      ['GET', '/events/x', 'viewer'],
      ['GET', '/events/x/context', 'viewer'],
      ['GET', '/export', 'viewer'],
      ['GET', '/tail', 'viewer'],
      ['GET', '/health', 'viewer'],
      ['GET', '/mitre', 'viewer'],
      ['GET', '/docker/engines', 'viewer'],
      ['GET', '/docker/containers', 'viewer'],
      ['GET', '/docker/images', 'viewer'],
      ['GET', '/docker/volumes', 'viewer'],
      ['GET', '/docker/networks', 'viewer'],
      ['GET', '/rules', 'viewer'],
      ['GET', '/rules/1', 'viewer'],
      ['GET', '/openapi.json', 'viewer'],
      ['GET', '/sessions', 'viewer'],
      ['DELETE', '/sessions/0123456789abcdef', 'viewer'],
      ['DELETE', '/session', 'viewer'],
      ['PUT', '/session/password', 'viewer'],
      ['GET', '/rules/files', 'viewer'],
      ['GET', '/rules/files/text?name=etc/rules/local.xml', 'viewer'],
      ['GET', '/saved', 'viewer'],
      ['POST', '/saved', 'viewer'],
      ['DELETE', '/saved/0123456789abcdef', 'viewer'],
      ['GET', '/notes?event=x', 'viewer'],
      ['POST', '/notes', 'analyst'],
      ['DELETE', '/notes/0123456789abcdef', 'analyst'],
      ['GET', '/mutes', 'viewer'],
      ['POST', '/mutes', 'analyst'],
      ['DELETE', '/mutes/0123456789abcdef', 'analyst'],
      ['POST', '/rules/test', 'analyst'],
      ['POST', '/rules/files/check', 'analyst'],
      ['PUT', '/rules/files', 'admin'],
      ['POST', '/rules/reload', 'admin'],
      ['DELETE', '/rules/files?name=etc/rules/local.xml', 'admin'],
      ['POST', '/rules/backtests', 'analyst'],
      ['GET', '/rules/backtests', 'analyst'],
      ['GET', '/rules/backtests/x', 'analyst'],
      ['DELETE', '/rules/backtests/x', 'analyst'],
      ['GET', '/users', 'admin'],
      ['POST', '/users', 'admin'],
      ['PUT', '/users/x/role', 'admin'],
      ['DELETE', '/users/x', 'admin'],
      ['GET', '/tokens', 'admin'],
      ['POST', '/tokens', 'admin'],
      ['DELETE', '/tokens/x', 'admin'],
    ] as const

    it('the list of guarded routes is complete', async () => {
      const { json } = await get('/openapi.json')
      const described = typeof json === 'object' && json !== null ? Reflect.get(json, 'paths') : {}
      const all = Object.entries<object>(described)
        .filter(([url]) => url.startsWith('/api/v1/'))
        .flatMap(([url, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${url}`))
      const open = ['POST /api/v1/session', 'POST /api/v1/session/link', 'GET /api/v1/session']
      // openapi.json does not describe itself.
      assert.equal(all.length, routes.length - 1 + open.length)
    })

    for (const [method, url, role] of routes) {
      it(`${method} ${url} needs a sign-in and the role ${role}`, async () => {
        assert.equal((await dashboard.ask(`/api/v1${url}`, { method })).status, 401)
        if (role === 'viewer') return
        const viewer = await token('viewer')
        const { status } = await dashboard.ask(`/api/v1${url}`, {
          method,
          headers: viewer,
          ...(method === 'POST' || method === 'PUT' ? { body: {} } : {}),
        })
        assert.equal(status, 403)
      })
    }

    it('a problem says what to do', async () => {
      const { json } = await dashboard.ask('/api/v1/search')
      assert.deepEqual(json, {
        type: 'urn:quaywatch:problem:signed-out',
        title: 'Sign in first',
        status: 401,
        detail: 'This needs a sign-in or an API token.',
        advice: 'Open the sign-in link that the manager printed when it started.',
      })
    })

    it('a write that another site makes is refused', async () => {
      const { cookie = '' } = admin
      const tries = [
        { cookie, origin: 'https://evil.example' },
        { cookie, 'sec-fetch-site': 'cross-site' },
        { cookie },
      ] as const
      for (const headers of tries) {
        const { status } = await dashboard.ask('/api/v1/tokens', {
          method: 'POST',
          headers: { ...headers },
          body: { name: 'x', role: 'admin' },
        })
        assert.equal(status, 403, JSON.stringify(Object.keys(headers)))
      }
    })

    it('every answer carries the policy that keeps foreign script out', async () => {
      for (const url of ['/', '/healthz', '/api/v1/search', '/nothing-here']) {
        const { headers } = await dashboard.ask(url)
        assert.match(
          String(headers['content-security-policy']),
          /default-src 'none'.*require-trusted-types-for 'script'/,
          url,
        )
        assert.equal(headers['x-content-type-options'], 'nosniff')
      }
    })
  })

  describe('sign-in', () => {
    it('keeps accounts in a file that only its owner reads', async () => {
      const { mode } = await stat(path.join(dashboard.home, 'data', 'auth.json'))
      assert.equal(mode & 0o777, 0o600)
    })

    it('a link works once', async () => {
      const secret = new URL(await dashboard.api.signInLink()).hash.slice(1)
      const first = await dashboard.ask('/api/v1/session/link', { method: 'POST', body: { secret } })
      const second = await dashboard.ask('/api/v1/session/link', { method: 'POST', body: { secret } })
      assert.equal(first.status, 200)
      assert.match(
        first.headers['set-cookie']?.[0] ?? '',
        /^__Host-quaywatch=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      )
      assert.equal(second.status, 401)
    })

    it('a user signs in with a password, has the role given, and is out when removed', async () => {
      const body = { name: 'vera', role: 'viewer', password: 'a long enough one' }
      assert.equal((await send('POST', '/users', body)).status, 204)
      const wrong = await dashboard.ask('/api/v1/session', {
        method: 'POST',
        body: { user: 'vera', password: 'not this one at all' },
      })
      assert.equal(wrong.status, 401)
      assert.equal(dashboard.changes.at(-1)?.action, 'sign-in-failed')
      const answer = await dashboard.ask('/api/v1/session', {
        method: 'POST',
        body: { user: 'vera', password: 'a long enough one' },
      })
      assert.equal(part(answer, 'role'), 'viewer')
      const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
      assert.equal((await dashboard.ask('/api/v1/search', { headers: { cookie } })).status, 200)
      assert.equal((await dashboard.ask('/api/v1/users', { headers: { cookie } })).status, 403)
      assert.equal((await send('DELETE', '/users/vera')).status, 204)
      assert.equal((await dashboard.ask('/api/v1/search', { headers: { cookie } })).status, 401)
    })

    it('the only administrator stays one', async () => {
      assert.equal((await send('DELETE', '/users/admin')).status, 409)
      assert.equal((await send('PUT', '/users/admin/role', { role: 'viewer' })).status, 409)
    })

    it('a revoked token no longer opens anything', async () => {
      const made = await send('POST', '/tokens', { name: 'short-lived', role: 'viewer', days: 1 })
      const headers = { authorization: `Bearer ${String(part(made, 'secret'))}` }
      assert.equal((await dashboard.ask('/api/v1/search', { headers })).status, 200)
      assert.equal((await send('DELETE', `/tokens/${String(part(made, 'token.id'))}`)).status, 204)
      assert.equal((await dashboard.ask('/api/v1/search', { headers })).status, 401)
      assert.equal(dashboard.changes.at(-1)?.action, 'token-revoked')
    })

    it('nobody guesses passwords quickly', async () => {
      const statuses = new Set<number>()
      for (let tries = 0; tries < 25; tries++) {
        const body = { user: 'nobody', password: `guess number ${tries}` }
        statuses.add((await dashboard.ask('/api/v1/session', { method: 'POST', body })).status)
      }
      assert.deepEqual([...statuses], [401, 429])
    })
  })

  describe('live tail', () => {
    /** Reads the stream until the text holds what is awaited. */
    function listen(
      url: string,
      headers: Readonly<Record<string, string>>,
      until: (text: string) => boolean,
    ): Promise<string> {
      return new Promise((resolve, reject) => {
        const asked = request(
          `${dashboard.origin}/api/v1${url}`,
          { headers, rejectUnauthorized: false },
          (answer) => {
            let text = ''
            answer.on('data', (chunk: Buffer) => {
              text += chunk.toString()
              if (!until(text)) return
              asked.destroy()
              resolve(text)
            })
            answer.on('error', () => undefined)
          },
        )
        asked.on('error', reject)
        asked.end()
      })
    }

    it('sends what is stored from now on, filtered, with the position to resume from', async () => {
      const heard = listen('/tail?ds=events&f=data.docker.Actor.Attributes.name:late', { ...admin }, (text) =>
        text.includes('event: batch'),
      )
      await listen('/tail?ds=events', { ...admin }, (text) => text.includes('event: ping'))
      await fill(store, [
        started({ id: 87903, level: 3, name: 'other', offsetMs: 200_000 }),
        started({ id: 87903, level: 3, name: 'late', offsetMs: 210_000 }),
      ])
      const text = await heard
      assert.match(text, /^retry: 2000\n\n/)
      assert.match(text, /id: 6\nevent: batch\ndata: \[\{"position":6,.*"name":"late"/)
      assert.doesNotMatch(text, /"name":"other"/)
    })

    it('a browser that comes back hears what it missed', async () => {
      const text = await listen('/tail?ds=events', { ...admin, 'last-event-id': '4' }, (all) =>
        all.includes('"late"'),
      )
      assert.match(text, /"name":"other"/)
    })

    it('a user cannot open streams without end', async () => {
      const open = Array.from({ length: 6 }, () =>
        request(`${dashboard.origin}/api/v1/tail`, { headers: { ...admin }, rejectUnauthorized: false }),
      )
      await Promise.all(
        open.map(
          (one) =>
            new Promise((resolve) => one.on('response', (answer) => answer.once('data', resolve)).end()),
        ),
      )
      assert.equal((await get('/tail')).status, 429)
      for (const one of open) one.destroy()
    })
  })

  it('lists what exists on engines, as asked', async () => {
    const names = async (url: string) => {
      const list = part(await get(`/docker/${url}`), url.split('?')[0] ?? '')
      return Array.isArray(list) ? list.map((item: { readonly name: string }) => item.name) : undefined
    }
    assert.deepEqual(await names('containers?q=SHOP/w&state=running'), ['web'])
    assert.deepEqual(await names('containers?q=nothing'), [])
    assert.deepEqual(await names('containers?state=exited'), [])
    assert.deepEqual(await names('containers?engine=other'), [])
    assert.deepEqual(await names('networks'), ['back'])
    assert.equal(part(await get('/docker/containers?offset=1'), 'total'), 1)
    assert.equal((await get('/docker/volumes?state=running')).status, 400)
  })

  it('sends what its description promises', async () => {
    const { json } = await get('/openapi.json')
    assert.equal(typeof json === 'object' && json !== null && Reflect.get(json, 'openapi'), '3.1.0')
    const checks = [
      '/search',
      '/fields?ds=events',
      '/sessions',
      '/health',
      '/values?field=rule.id',
      '/users',
      '/tokens',
      '/mitre',
      '/docker/engines',
      '/docker/containers',
      '/docker/images',
      '/docker/volumes',
      '/docker/networks',
    ] as const
    for (const url of checks) {
      const answer = await get(url)
      const schema = responseSchema(json, `/api/v1${url.split('?')[0] ?? ''}`)
      assert.deepEqual(mismatches(answer.json, schema, url), [])
    }
    const posted = [
      { url: '/aggregate', body: { aggs: { it: { kind: 'terms', field: 'rule.id', size: 2 } } } },
      { url: '/facets', body: { fields: ['rule.id', 'agent.name'] } },
      { url: '/query/parse', body: { q: 'a: (' } },
    ] as const
    for (const { url, body } of posted) {
      const answer = await send('POST', url, body)
      assert.equal(answer.status, 200)
      assert.deepEqual(mismatches(answer.json, responseSchema(json, `/api/v1${url}`, 'post'), url), [])
    }
  })
})

function child(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

function responseSchema(description: unknown, url: string, method = 'get'): unknown {
  const keys = ['paths', url, method, 'responses', '200', 'content', 'application/json', 'schema']
  return keys.reduce(child, description)
}

/** Where a value is not what a JSON schema of the small kind we write says. */
function mismatches(value: unknown, schema: unknown, place: string): readonly string[] {
  const type = child(schema, 'type')
  if (type === 'array') {
    if (!Array.isArray(value)) return [`${place} is no list`]
    return value.flatMap((item, index) => mismatches(item, child(schema, 'items'), `${place}[${index}]`))
  }
  if (type !== 'object') {
    const kinds: Readonly<Record<string, string>> = {
      integer: 'number',
      number: 'number',
      string: 'string',
      boolean: 'boolean',
    }
    return typeof type === 'string' && typeof value !== kinds[type] ? [`${place} is no ${type}`] : []
  }
  if (typeof value !== 'object' || value === null) return [`${place} is no object`]
  const required = child(schema, 'required')
  const missing = (Array.isArray(required) ? required.map(String) : []).filter(
    (key) => child(value, key) === undefined,
  )
  const properties = child(schema, 'properties')
  const known = typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
  return [
    ...missing.map((key) => `${place}.${key} is missing`),
    ...known
      .filter((key) => child(value, key) !== undefined)
      .flatMap((key) => mismatches(child(value, key), child(properties, key), `${place}.${key}`)),
  ]
}
