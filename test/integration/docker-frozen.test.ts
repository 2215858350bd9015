// The manager stands still while an engine is busy: what was not read is found again or declared.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { engineMissing, image, startEngine } from '../support/dockerd.ts'
import { call } from '../support/engine-call.ts'
import { listens } from '../support/listening.ts'
import { alertLines, eventually, startManager, temporaryFolder } from '../support/manager-process.ts'

const missing = engineMissing()
if (missing !== undefined) console.error(`SKIPPED: a frozen manager beside a Docker engine: ${missing}`)

/** Two events each. */
async function volumes(host: string, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await call(host, 'POST', '/volumes/create', { Name: 'filler' })
    await call(host, 'DELETE', '/volumes/filler')
  }
}

const alertsIn = (home: string): string[] => alertLines(home).map((alert) => JSON.stringify(alert))

const alertWith = (home: string, ...parts: readonly string[]): Promise<string> =>
  eventually(`an alert with ${parts.join(', ')}`, () =>
    alertsIn(home).find((line) => parts.every((part) => line.includes(part))),
  )

const title = 'a manager that stood still tells what it missed and for how long'
it(title, { skip: missing !== undefined, timeout: 1_800_000 }, async (test) => {
  const engine = await startEngine()
  test.after(() => engine.remove())
  const home = temporaryFolder(test, 'frozen')
  const wodle = `<wodle name="docker-listener"><host>${engine.host}</host></wodle>`
  const manager = await startManager(test, home, wodle)
  await listens(home, engine.host, image)
  await engine.docker('create', '--name', 'before', image)
  await alertWith(home, '"87901"', '"name":"before"')

  manager.child.kill('SIGSTOP')
  // Fills the buffers between engine and manager, then what the engine keeps.
  await volumes(engine.host, 800)
  for (let at = 0; at < 10; at += 1)
    assert.equal(
      await call(engine.host, 'POST', `/containers/create?name=unseen-${at}`, { Image: image }),
      201,
    )
  await engine.docker('rm', 'before')
  await volumes(engine.host, 135)
  manager.child.kill('SIGCONT')

  const gap = await alertWith(home, '"409011"', '"docker-gap"')
  assert.match(gap, /"reason":"slow-reader"/)
  for (let at = 0; at < 10; at += 1) {
    const found = await alertWith(home, '"87901"', `"name":"unseen-${at}"`)
    assert.match(found, /"reconciled":"true"/)
  }
  await alertWith(home, '"87902"', '"name":"before"', '"reconciled":"true"')
  const created = alertsIn(home).filter(
    (line) =>
      line.includes('"87901"') && line.includes('"Action":"create"') && !line.includes('"name":"hello-'),
  )
  assert.equal(created.length, 11)
  await manager.end('SIGTERM')
})
