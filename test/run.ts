// Runs one lane of tests: `node --test-reporter=spec dist/test/run.js unit`. The unit lane runs in this process, where a hook outside of a
// `describe` would be everybody's; in the other lanes each file has a process of its own.
// Lanes: unit (beside the code, contract, conformance, fuzz, layering), integration, browser, crash.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const root = path.join(import.meta.dirname, '..')
const lanes: Record<string, readonly string[]> = {
  unit: ['src', 'test/unit', 'test/contract', 'test/conformance', 'test/fuzz'],
  integration: ['test/integration'],
  browser: ['test/browser'],
  crash: ['test/crash'],
}

function testFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.js'))
    .map((entry) => path.join(entry.parentPath, entry.name))
}

const lane = process.argv[2] ?? 'unit'
const only = process.argv[3] ?? ''
const files = (lanes[lane] ?? [])
  .flatMap((folder) => testFiles(path.join(root, folder)))
  .filter((file) => file.includes(only))
  .sort()
if (files.length === 0) throw new Error(`no test files in lane ${lane} match '${only}'`)
if (lane === 'unit') {
  for (const file of files) await import(pathToFileURL(file).href)
} else {
  const { status } = spawnSync(
    process.execPath,
    ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files],
    { stdio: 'inherit' },
  )
  process.exitCode = status ?? 1
}
