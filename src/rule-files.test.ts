import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'

import { prepareHome } from './home.ts'
import { loadEngine } from './load-engine.ts'
import { ruleFiles } from './rule-files.ts'
import { rulesetFilesOnDisk } from './ruleset-files.ts'

const home = mkdtempSync(path.join(tmpdir(), 'quaywatch-rule-files-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

const rule = (id: number, words: string) =>
  `<group name="local,">\n  <rule id="${id}" level="5">\n    <if_sid>1</if_sid>\n    <description>${words}</description>\n  </rule>\n</group>\n`

function editable() {
  prepareHome(home)
  // Small, so that loading takes no time.
  const rulesetFolder = path.join(home, 'ruleset')
  for (const [folder, text] of [
    [
      'decoders',
      '<decoder name="own"><program_name>^own$</program_name></decoder><decoder name="any"><prematch>any</prematch></decoder>',
    ],
    [
      'rules',
      '<group name="base,"><rule id="1" level="0"><category>syslog</category><description>any</description></rule></group>',
    ],
  ] as const) {
    mkdirSync(path.join(rulesetFolder, folder), { recursive: true })
    writeFileSync(path.join(rulesetFolder, folder, '0001-base.xml'), text)
  }
  const files = rulesetFilesOnDisk(home, rulesetFolder)
  let reloads = 0
  let atMs = Date.UTC(2026, 10, 22, 5)
  const hooks = ruleFiles({
    home,
    files,
    load: (overlaid) => loadEngine({ home, rulesetFolder, files: overlaid }),
    problems: () => [],
    reload: async () => {
      reloads += 1
      return []
    },
    now: () => (atMs += 1000),
  })
  return { hooks, reloads: () => reloads }
}

const name = 'etc/rules/local.xml'
const onDisk = path.join(home, name)

describe('ruleFiles()', () => {
  const { hooks, reloads } = editable()

  it('a new file is written and its rules are loaded', async () => {
    const saved = await hooks.save({ name, text: rule(100_500, 'first'), version: undefined, by: 'ada' })
    assert.equal(saved.kind, 'saved')
    assert.equal(readFileSync(onDisk, 'utf8'), rule(100_500, 'first'))
    assert.equal(reloads(), 1)
    assert.deepEqual(hooks.list().find((file) => file.name === name)?.kind, 'rules')
  })

  it('a file that would break the rules is refused with its line, and nothing is written', async () => {
    const version = hooks.read(name)?.version
    const refused = await hooks.save({
      name,
      text: '<group name="local,">\n  <rule id="1"',
      version,
      by: 'ada',
    })
    assert.equal(refused.kind, 'refused')
    assert.equal(refused.kind === 'refused' && refused.problems.some(({ at }) => at?.file === name), true)
    assert.equal(readFileSync(onDisk, 'utf8'), rule(100_500, 'first'))
    assert.equal(reloads(), 1)
  })

  it('who opened an older text does not overwrite a newer one', async () => {
    const outcome = await hooks.save({ name, text: rule(100_501, 'late'), version: 'older', by: 'bob' })
    assert.deepEqual(outcome, { kind: 'conflict' })
    const asNew = await hooks.save({ name, text: rule(100_501, 'late'), version: undefined, by: 'bob' })
    assert.deepEqual(asNew, { kind: 'conflict' })
  })

  it('what a file was before a change can be had back, with who changed it', async () => {
    const version = hooks.read(name)?.version
    await hooks.save({ name, text: rule(100_500, 'second'), version, by: 'bob' })
    const [before] = hooks.versions(name)
    assert.equal(before?.by, 'bob')
    assert.equal(hooks.version(name, before?.id ?? ''), rule(100_500, 'first'))
    assert.equal(hooks.version(name, '../../../auth.json'), undefined)
  })

  it('a draft is checked and tried without being written', () => {
    const draft = rule(100_502, 'only a draft')
    assert.deepEqual(
      hooks.check(name, draft).filter(({ severity }) => severity === 'fatal'),
      [],
    )
    assert.ok(hooks.drafted(name, draft)?.engine.rules.rule(100_502))
    assert.equal(readFileSync(onDisk, 'utf8'), rule(100_500, 'second'))
  })

  for (const bad of [
    'etc/rules/../ossec.conf',
    'etc/ossec.conf',
    'etc/rules/.hidden.xml',
    'etc/rules/no-xml.txt',
    '/etc/passwd',
    'ruleset/rules/87900-docker.xml',
    'etc/certs/ca.pem',
  ]) {
    it(`${bad} cannot be written`, async () => {
      const outcome = await hooks.save({ name: bad, text: 'x', version: undefined, by: 'eve' })
      assert.equal(outcome.kind, 'refused')
    })
  }

  for (const secret of ['etc/client.keys', 'etc/rules/../client.keys', 'data/auth.json', '../x']) {
    it(`${secret} cannot be read`, () => assert.equal(hooks.read(secret), undefined))
  }

  it('a file can be removed, and had back', async () => {
    assert.equal((await hooks.remove(name, 'ada')).kind, 'saved')
    assert.equal(existsSync(onDisk), false)
    assert.equal(hooks.version(name, hooks.versions(name)[0]?.id ?? ''), rule(100_500, 'second'))
  })
})
