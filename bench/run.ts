// Runs the cases of one file: `npm run bench -- decode [--json]`. The file exports `cases`, a function that makes them, or `results`.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BenchCase, type BenchResult, measure } from './bench-case.ts'

interface BenchFile {
  readonly cases?: readonly BenchCase[] | (() => Promise<readonly BenchCase[]>)
  /** Instead of cases: measures by itself what is not a rate, such as latencies and sizes. */
  readonly results?: () => Promise<readonly BenchResult[]>
}

const [name, ...flags] = process.argv.slice(2)
if (name === undefined || !/^[a-z0-9-]+$/.test(name)) {
  process.stderr.write('usage: npm run bench -- NAME [--json]\n')
  process.exit(2)
}
const file = pathToFileURL(path.join(import.meta.dirname, `${name}.js`)).href
// Every file of this folder that is named on the command line has this shape.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const { cases = [], results } = (await import(file)) as BenchFile
const measured = results
  ? await results()
  : await measure(typeof cases === 'function' ? await cases() : cases)
for (const result of measured) {
  const { value, unit, ratio, baseline } = result
  const line = flags.includes('--json')
    ? JSON.stringify(result)
    : `${result.case.padEnd(40)} ${String(value).padStart(10)} ${unit}  ${ratio} of ${baseline}`
  process.stdout.write(`${line}\n`)
}
