// Opens a store and does what it is told, a line each: `append ID`, `search`, `close`. Answers with a line of JSON; troubles and damages come in between.
import { createInterface } from 'node:readline'

import { openStore } from '../../src/store/open-store.ts'
import { entry } from '../support/entries.ts'

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
const store = await openStore({
  folder: process.argv[2] ?? '',
  onTrouble: ({ kind, reason }) => say({ trouble: kind, reason: reason ?? 'over' }),
  onDamage: ({ lost, reason }) => say({ damage: lost, reason }),
})
say({ answer: 'open' })

async function answer(line: string): Promise<string> {
  const [what, id = ''] = line.split(' ')
  if (what === 'append') {
    await store.append('one', id, [entry({ id, rule: { id: 1, level: 7 } })])
    return 'stored'
  }
  if (what === 'close') {
    await store.close()
    return 'closed'
  }
  const request = { dataset: 'events', query: { kind: 'all' }, limit: 100, order: 'oldest' } as const
  const { hits, partial } = await store.search(request, new AbortController().signal)
  return [...hits.map(({ eventId }) => eventId), ...(partial === undefined ? [] : ['partial'])].join(' ')
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ answer: await answer(line) })
  } catch (error) {
    say({ answer: `refused: ${String(error)}` })
  }
}
