// Rules put in force through the API of a running manager.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'

import { send } from '../support/dashboard.ts'
import {
  alertLines,
  eventually,
  startManager,
  temporaryFolder,
  withoutDocker,
} from '../support/manager-process.ts'

describe('POST /api/v1/rules/reload', () => {
  it('makes what is on disk the rules in force, or keeps the old ones', { timeout: 600_000 }, async (t) => {
    const home = temporaryFolder(t, 'api-reload')
    const manager = await startManager(t, home, withoutDocker)
    const link = await eventually('the sign-in link', () => /https:\S+#\S+/.exec(manager.printed())?.[0])
    const { origin, hash } = new URL(link)
    const signedIn = await send(`${origin}/api/v1/session/link`, 'POST', {}, { secret: hash.slice(1) })
    const cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const headers = { cookie, origin, 'sec-fetch-site': 'same-origin' }
    const reload = () => send(`${origin}/api/v1/rules/reload`, 'POST', headers, undefined)
    const shown = async (): Promise<number> =>
      (await send(`${origin}/api/v1/rules/100001`, 'GET', headers, undefined)).status
    const write = (level: number): void =>
      writeFileSync(
        path.join(home, 'etc/rules/local_rules.xml'),
        `<group name="local,"><rule id="100001" level="${level}"><match>x</match><description>mine</description></rule></group>`,
      )
    write(17)
    const refused = await reload()
    assert.equal(refused.status, 422)
    assert.match(refused.text, /"code":"invalid-level"/)
    assert.equal(await shown(), 404)
    write(7)
    const done = await reload()
    assert.deepEqual([done.status, done.json], [200, { problems: [] }])
    assert.equal(await shown(), 200)
    const actions = (): string[] =>
      alertLines(home).flatMap((line) => /rules-reload[a-z-]*/.exec(JSON.stringify(line))?.[0] ?? [])
    await eventually('both changes as alerts', () => (actions().length >= 2 ? true : undefined))
    assert.equal(await manager.end('SIGTERM'), 0)
  })
})
