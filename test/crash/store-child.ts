// Appends numbered events until it is killed. Prints the number of every batch once it is acknowledged.
import { openStore } from '../../src/store/open-store.ts'
import { entry } from '../support/entries.ts'

const [folder = '', firstText = '0'] = process.argv.slice(2)
const store = await openStore({ folder })
let next = Number(firstText)

function batch(from: number) {
  return Array.from({ length: 20 }, (_, index) =>
    entry({
      id: `event ${from + index}`,
      rule: { id: 1, level: (from + index) % 5 },
      data: { number: String(from + index), padding: 'x'.repeat(500) },
    }),
  )
}

async function appendForever(source: string): Promise<void> {
  for (;;) {
    const from = next
    next += 20
    await store.append(source, String(from), batch(from))
    process.stdout.write(`${source} ${from}\n`)
  }
}

/** Makes the indexer work while commits go on. */
async function searchForever(): Promise<void> {
  const signal = new AbortController().signal
  for (;;) {
    await store.search({ dataset: 'events', query: { kind: 'all' }, limit: 5, order: 'newest' }, signal)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

await Promise.all([appendForever('one'), appendForever('two'), searchForever()])
