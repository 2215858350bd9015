// Container logs whose writer rotates all the time, from their first line on: every line exactly once.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { after, describe, it } from 'node:test'

import { runLocalfile, scratchFolder } from '../support/localfile-run.ts'

const writer = path.join(import.meta.dirname, '..', 'support', 'rotating-writer.js')
const cleanUp: (() => void)[] = []
after(() => {
  for (const remove of cleanUp) remove()
})

describe('containers that write more than a file holds as soon as they start', () => {
  for (const { containers, lines, bytesPerFile, longestPauseMs, inOrder } of [
    { containers: 20, lines: 1_500, bytesPerFile: 10_000, longestPauseMs: 0, inOrder: true },
    { containers: 20, lines: 1_000, bytesPerFile: 5_000, longestPauseMs: 2, inOrder: true },
    // Twenty-five lines a file: a reader that hardly gets a processor sees so many names move at once that the order may be lost, but no line.
    { containers: 5, lines: 1_000, bytesPerFile: 2_000, longestPauseMs: 20, inOrder: false },
  ])
    it(
      `${containers} times ${lines} lines, pauses up to ${longestPauseMs} ms`,
      { timeout: 600_000 },
      async () => {
        const { folder, remove } = scratchFolder()
        cleanUp.push(remove)
        const run = runLocalfile(
          `<localfile><log_format>json</log_format><location>${folder}/*/*-json.log</location></localfile>`,
        )
        await run.batch()
        const settings = [containers, lines, bytesPerFile, longestPauseMs].map(String)
        const child = spawn(process.execPath, [writer, folder, ...settings], { stdio: 'inherit' })
        const gone = new Promise((resolve) => child.once('exit', resolve))
        try {
          await run.count(containers * lines)
        } finally {
          await gone
          await run.stop()
        }
        const came = new Map<string, number[]>()
        for (const { location, text } of run.events)
          came.set(location, [...(came.get(location) ?? []), Number(text.split(' ')[1])])
        const all = Array.from({ length: lines }, (_, index) => index)
        assert.equal(came.size, containers)
        for (const [location, numbers] of came)
          assert.deepEqual(inOrder ? numbers : numbers.toSorted((a, b) => a - b), all, location)
      },
    )
})
