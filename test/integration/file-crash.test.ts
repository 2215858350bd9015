// A writer that rotates at random and a reader that is killed at random: every line exactly once.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { scratchFolder } from '../support/localfile-run.ts'

const reader = path.join(import.meta.dirname, '..', 'support', 'localfile-reader.js')
const { folder, remove } = scratchFolder()
after(remove)

/** Repeatable: the seed is in the name of the test. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % below
  }
}

interface Stored {
  readonly id: string
  readonly text: string
}

function stored(journal: string): readonly Stored[] {
  if (!existsSync(journal)) return []
  const lines = readFileSync(journal, 'latin1').split('\n').slice(0, -1)
  return lines.flatMap((line) => {
    const { events }: { events: readonly (readonly [string, string])[] } = JSON.parse(line)
    return events.map(([id, text]) => ({ id, text }))
  })
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

/** More seeds on request: QUAYWATCH_SEEDS=20. */
const extraSeeds = Array.from(
  { length: Number(process.env['QUAYWATCH_SEEDS'] ?? 0) },
  (_, index) => 10 + index,
)
const plans = [1, 2, ...extraSeeds].map((seed) => ({
  seed,
  location: seed % 2 === 0 ? 'app.log*' : 'app.log',
}))

describe('a reader killed at random beside a writer that rotates', () => {
  for (const { seed, location } of plans)
    it(`${location}: every line once (seed ${seed})`, { timeout: 600_000 }, async () => {
      const pick = random(seed)
      const home = path.join(folder, String(seed))
      const file = `${home}-app.log`
      const journal = `${home}-journal`
      const xml = `<localfile><log_format>syslog</log_format><location>${home}-${location}</location><only-future-events>no</only-future-events></localfile>`
      const start = (): ChildProcess => spawn(process.execPath, [reader, xml, journal], { stdio: 'inherit' })
      writeFileSync(file, '')
      let child = start()
      // What was there before the first look is not news.
      while (!existsSync(journal) || readFileSync(journal).length === 0) await sleep(10)
      let written = 0
      let rotated = 0
      let rest = ''
      const write = (target: string, count: number): void => {
        for (let index = 0; index < count; index += 1) rest += `line ${written++} ${'x'.repeat(pick(200))}\n`
        const whole = pick(2) === 0 ? rest.length : pick(rest.length)
        appendFileSync(target, rest.slice(0, whole))
        rest = rest.slice(whole)
      }
      const finishLine = (target: string): void => {
        appendFileSync(target, rest)
        rest = ''
      }
      for (let round = 0; round < 120; round += 1) {
        write(file, 1 + pick(300))
        if (pick(6) === 0) {
          finishLine(file)
          rotated += 1
          const old = `${file}.${rotated}`
          renameSync(file, old)
          if (pick(2) === 0) write(old, 1 + pick(50))
          finishLine(old)
          writeFileSync(file, '')
        }
        if (pick(8) === 0) {
          await kill(child)
          if (pick(2) === 0) write(file, 1 + pick(100))
          child = start()
        }
        await sleep(pick(40))
      }
      finishLine(file)
      const texts = (): readonly string[] =>
        stored(journal)
          .map(({ text }) => text)
          .filter((text) => text.startsWith('line '))
      for (let waited = 0; texts().length < written && waited < 3000; waited += 1) await sleep(100)
      await kill(child)
      const numbers = texts().map((text) => Number(text.split(' ')[1]))
      const seen = new Set(numbers)
      const missing = Array.from({ length: written }, (_, index) => index).filter((index) => !seen.has(index))
      assert.deepEqual(missing, [])
      assert.equal(numbers.length, written)
      assert.ok(rotated > 3)
      const ids = stored(journal).map(({ id }) => id)
      assert.equal(new Set(ids).size, ids.length)
    })
})
