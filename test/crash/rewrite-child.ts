// Writes the oldest segment of a store anew and kills itself after some steps of that, counted by how often another turn of the event loop sees the copy.
import { readdirSync } from 'node:fs'
import path from 'node:path'

import { openStore } from '../../src/store/open-store.ts'

const [folder = '', how = '', looksText = '0'] = process.argv.slice(2)
const dayMs = 86_400_000
const limits = { alertsMs: 1000 * dayMs, eventsMs: dayMs, maxSizeBytes: 2 ** 40 }
const nowMs = 1_795_000_000_000 + 5 * dayMs
let looks = Number(looksText)

const watch = setInterval(() => {
  const isCopying = readdirSync(path.join(folder, 'segments')).some((name) => name.endsWith('.new'))
  if (isCopying && looks-- === 0) process.kill(process.pid, 'SIGKILL')
}, 1)

if (how === 'compact') {
  const store = await openStore({ folder, wordsShare: 0 })
  await store.compact()
  await store.close()
} else {
  const store = await openStore({ folder, wordsShare: 0, limits, now: () => nowMs })
  // All alerts and the one event of the newest day.
  for (
    let { events, alerts } = await store.stats();
    events > alerts + 1;
    { events, alerts } = await store.stats()
  )
    await new Promise((resolve) => setTimeout(resolve, 5))
  await store.close()
}
clearInterval(watch)
