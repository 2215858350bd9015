// What a writer or a clock does in the middle of a look at the files: nothing may be lost between two steps.
import assert from 'node:assert/strict'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'

import { singleLines } from '../../src/sources/file/assembler.ts'
import { FileSource } from '../../src/sources/file/file-source.ts'
import { fileLocation, type FileLocation } from '../../src/sources/file/location.ts'
import { fileTelemetry } from '../../src/telemetry/file.ts'
import { CollectedSource, quietContext } from '../support/collected-source.ts'
import { scratchFolder } from '../support/localfile-run.ts'

interface Parts {
  readonly location: FileLocation
  /** Called whenever a file is opened, with the path that it is read for. */
  readonly opened?: (file: string) => void
  readonly now?: () => number
}

function fileSource({ location, opened, now = Date.now }: Parts): FileSource {
  return new FileSource({
    name: 'files',
    now,
    telemetry: fileTelemetry(quietContext('/nonexistent').telemetry),
    shown: 'files',
    location,
    fromBeginning: true,
    longestBacklogBytes: undefined,
    oldestMs: undefined,
    ignoresBinaries: false,
    linesPerSecond: 0,
    rendering: { isJson: false, labels: undefined, isWanted: () => true, outFormat: undefined },
    assembler: (file) => {
      opened?.(file)
      return singleLines
    },
  })
}

let folder = ''
const cleanUp: (() => void)[] = []
beforeEach(() => {
  const scratch = scratchFolder()
  folder = scratch.folder
  cleanUp.push(scratch.remove)
})
after(() => {
  for (const remove of cleanUp) remove()
})

/** As `logrotate` and Docker do it: each name moves on by one. */
function rotate(file: string, highest: number): void {
  for (let number = highest; number > 0; number -= 1) renameSync(`${file}.${number}`, `${file}.${number + 1}`)
  renameSync(file, `${file}.1`)
}

/** Lines of the files, without what is said of them. */
const lines = (source: CollectedSource): string[] =>
  source.texts().filter((text) => !text.startsWith('ossec: '))

describe('a file that was rotated while nobody looked', () => {
  for (const [when, isThere] of [
    ['again', true],
    ['again, and its path is empty', false],
  ] as const)
    it(`and is rotated ${when} while it is looked for, is read on`, async () => {
      const location = fileLocation(`${folder}/*.log`, [])
      const [early, file] = [path.join(folder, 'a.log'), path.join(folder, 'b.log')]
      for (const name of [early, file]) writeFileSync(name, `${path.basename(name)} one\n`)
      // As if the files had been there for a minute: what is new is looked for in another way.
      const first = new CollectedSource(fileSource({ location, now: () => Date.now() + 60_000 }))
      await first.until('both files', () => first.events.length === 2)
      await first.stop()
      for (const name of [early, file]) {
        appendFileSync(name, `${path.basename(name)} two\n`)
        rotate(name, 0)
        writeFileSync(name, `${path.basename(name)} three\n`)
      }
      if (!isThere) renameSync(file, path.join(folder, 'b.moved'))
      let opened = 0
      const again = (name: string): void => {
        if (name !== early || ++opened !== 2) return
        // Its old file was just found: the names were listed, those that come later were not yet looked at.
        if (isThere) rotate(file, 1)
        else renameSync(`${file}.1`, `${file}.2`)
        if (isThere) writeFileSync(file, 'b.log four\n')
      }
      const second = new CollectedSource(fileSource({ location, opened: again }), first.cursor)
      await second.until('the rest', () => lines(second).length >= (isThere ? 5 : 3))
      await second.stop()
      const [a, b] = ['a', 'b'].map((name) => lines(second).filter((text) => text.startsWith(name)))
      assert.deepEqual(a, ['a.log two', 'a.log three'])
      assert.deepEqual(b, isThere ? ['b.log two', 'b.log three', 'b.log four'] : ['b.log two'])
    })
})

describe('a clock that is set back', () => {
  it('ends neither the search for new files nor that for those which were rotated away before', async () => {
    const file = path.join(folder, 'app.log')
    const paths: string[] = []
    const find = (): ReturnType<FileLocation['find']> =>
      Promise.resolve({ paths: [...paths], directories: [], trouble: undefined })
    let aheadMs = 3_600_000
    const now = (): number => Date.now() + aheadMs
    const earlier = JSON.stringify({ version: 1, searchedMs: now(), files: [] })
    const source = new CollectedSource(fileSource({ location: { isGlob: true, find }, now }), earlier)
    await nextTurn()
    aheadMs = 0
    writeFileSync(`${file}.1`, 'came and went\n')
    writeFileSync(file, 'new\n')
    paths.push(file)
    await source.until('what is new', (text) => text === 'new')
    await source.stop()
    assert.deepEqual(source.texts(), ['came and went', 'new'])
  })
})
