// Runs one lane of tests in this process: `node --test-reporter=spec dist/test/run.js unit`.
// Lanes: unit (beside the code, contract, conformance, fuzz, layering), integration, browser, crash.
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
for (const file of files) await import(pathToFileURL(file).href)
