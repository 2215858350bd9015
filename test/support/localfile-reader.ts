// A process that follows files and keeps what it read: node localfile-reader.js '<localfile>…' JOURNAL
// One line of the journal is one batch: events and cursor together, as a store keeps them.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'

import { Registry } from 'prom-client'

import { makeLocalfile } from './localfile-run.ts'

const [, , xml = '', journal = ''] = process.argv

/** The last whole line; what was torn when the process died is taken away. */
function lastCursor(): string | undefined {
  if (!existsSync(journal)) return undefined
  const bytes = readFileSync(journal)
  truncateSync(journal, bytes.lastIndexOf(0x0a) + 1)
  const last = bytes
    .subarray(0, bytes.lastIndexOf(0x0a) + 1)
    .toString('latin1')
    .split('\n')
    .at(-2)
  if (last === undefined) return undefined
  const { cursor }: { cursor?: string } = JSON.parse(last)
  return cursor
}

const from = lastCursor()
const output = openSync(journal, 'a')
const source = makeLocalfile(xml, new Registry())
for await (const batch of source.read(from, new AbortController().signal)) {
  const events = batch.events.map(({ id, text }) => [id, text])
  writeSync(output, `${JSON.stringify({ cursor: batch.cursor, events })}\n`)
  fsyncSync(output)
  batch.settle()
}
closeSync(output)
