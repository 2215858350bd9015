// Runs the cases of one file: `npm run bench -- decode [--json]`. The file exports `cases`, or a function that makes them.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BenchCase, measure } from './bench-case.ts'

interface BenchFile {
  readonly cases: readonly BenchCase[] | (() => Promise<readonly BenchCase[]>)
}

const [name, ...flags] = process.argv.slice(2)
if (name === undefined || !/^[a-z0-9-]+$/.test(name)) {
  process.stderr.write('usage: npm run bench -- NAME [--json]\n')
  process.exit(2)
}
const file = pathToFileURL(path.join(import.meta.dirname, `${name}.js`)).href
// Every file of this folder that is named on the command line has this shape.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const { cases } = (await import(file)) as BenchFile
for (const result of await measure(typeof cases === 'function' ? await cases() : cases)) {
  const { value, unit, ratio, baseline } = result
  const line = flags.includes('--json')
    ? JSON.stringify(result)
    : `${result.case.padEnd(40)} ${String(value).padStart(10)} ${unit}  ${ratio} of ${baseline}`
  process.stdout.write(`${line}\n`)
}
