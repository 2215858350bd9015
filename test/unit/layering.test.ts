// Who may import whom. Change the table in the same commit as the import, with the reason in docs/decisions/layers.md.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'

const src = path.join(import.meta.dirname, '..', '..', '..', 'src')

const allowed: Record<string, readonly string[]> = {
  event: [],
  dialect: ['event/field-key'],
  config: ['dialect'],
  decode: ['event', 'dialect', 'config'],
  rules: ['event', 'dialect', 'config'],
  mask: ['event', 'store/store'],
  backtest: ['event', 'dialect/problem', 'decode/decoder', 'rules', 'store/store'],
  sources: [
    'event',
    'config',
    'telemetry',
    'dialect/problem',
    'dialect/xml-element',
    'certs',
    'dialect/pattern',
    'dialect/compile-pattern',
  ],
  outputs: ['event', 'config', 'telemetry', 'store/store'],
  store: ['event', 'config', 'telemetry'],
  telemetry: ['event'],
  certs: [],
  pipeline: [
    'event',
    'telemetry',
    'sources/source',
    'store/store',
    'decode/decoder',
    'rules/rule-set',
    'outputs/output',
  ],
  api: [
    'event',
    'telemetry',
    'store/store',
    'store/query',
    'rules',
    'config',
    'dialect/problem',
    'backtest/report',
  ],
}
/** Folders whose parts are components: one never imports another. */
const componentFolders = ['sources', 'outputs']
/** These do no I/O and read no clock. */
const pure = ['event', 'dialect', 'decode', 'rules']
const impure =
  /\bfrom 'node:(?!buffer|util)|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bsetTimeout\(|\bsetInterval\(/

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
  .map((entry) => path.relative(src, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(src, file), 'utf8')
  const found = [...text.matchAll(/(?:from|import) '(\.[^']+)'|import\('(\.[^']+)'\)/g)]
  return found.map(([, plain, dynamic]) => path.posix.join(path.posix.dirname(file), plain ?? dynamic ?? ''))
}

function isAllowed(file: string, target: string): boolean {
  const [folder = '', part] = file.split('/')
  const rules = allowed[folder]
  if (!rules) return true // the program's own files and cli/ connect everything
  const [targetFolder, targetPart] = target.split('/')
  if (targetFolder === folder) {
    const crosses = componentFolders.includes(folder) && part !== targetPart
    return !crosses || !target.slice(folder.length + 1).includes('/')
  }
  return rules.some(
    (rule) => target === `${rule}.ts` || target.startsWith(`${rule}/`) || targetFolder === rule,
  )
}

describe('layers', () => {
  it('src has files to check', () => assert.ok(files.length > 10))
  for (const file of files) {
    it(`${file} imports only what its folder may`, () => {
      assert.deepEqual(
        importsOf(file).filter((target) => !isAllowed(file, target)),
        [],
      )
    })
  }
  for (const file of files.filter((name) => pure.includes(name.split('/')[0] ?? ''))) {
    it(`${file} does no I/O and reads no clock`, () => {
      assert.doesNotMatch(readFileSync(path.join(src, file), 'utf8'), impure)
    })
  }
})
