// Appends numbered events until it is killed. Prints the number of every batch once it is acknowledged. With `tidy` a day passes every 400 events, only
// alerts outlive three days, and segments are written anew all the time; with `compact` only that.
import { openStore } from '../../src/store/open-store.ts'
import { entry } from '../support/entries.ts'

const [folder = '', firstText = '0', mode] = process.argv.slice(2)
const dayMs = 86_400_000
let next = Number(firstText)
const timeOf = (number: number) =>
  1_795_000_000_000 + (mode === 'tidy' ? Math.floor(number / 400) * dayMs : 0)
const limits = { alertsMs: 10_000 * dayMs, eventsMs: 3 * dayMs, maxSizeBytes: 2 ** 40 }
const store = await openStore({ folder, ...(mode === 'tidy' ? { limits, now: () => timeOf(next) } : {}) })

function batch(from: number) {
  return Array.from({ length: 20 }, (_, index) =>
    entry({
      id: `event ${from + index}`,
      atMs: timeOf(from + index),
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

async function compactForever(): Promise<void> {
  if (mode === undefined || mode === '') return
  for (;;) {
    await store.compact()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

await Promise.all([compactForever(), appendForever('one'), appendForever('two'), searchForever()])
