// Appends numbered alerts and writes the files for other tools after the store, until it is killed. Prints a line for each batch that is durable.
import { openStore } from '../../src/store/open-store.ts'
import { entry } from '../support/entries.ts'
import { runFileOutputs } from '../support/output-run.ts'

const [home = '', first = '0'] = process.argv.slice(2)
const store = await openStore({ folder: `${home}/data` })
void runFileOutputs({ store, home, signal: new AbortController().signal })
for (let next = Number(first); ; next += 20) {
  const batch = Array.from({ length: 20 }, (_, index) =>
    entry({
      id: `e${next + index}`,
      atMs: Date.now(),
      rule: { id: 1, level: 5 },
      data: { n: `e${next + index}` },
    }),
  )
  await store.append('one', String(next), batch)
  process.stdout.write(`${next}\n`)
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 8))
}
