// The file source against real files.
import assert from 'node:assert/strict'
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { after, beforeEach, describe, it } from 'node:test'

import { Registry } from 'prom-client'

import {
  makeLocalfile,
  runLocalfile,
  scratchFolder,
  type Clock,
  type LocalfileRun,
} from '../support/localfile-run.ts'
import { patienceMs } from '../support/manager-process.ts'

let folder = ''
let file = ''
const cleanUp: (() => void)[] = []
const syslog = (extra = '', location = file) =>
  `<localfile><log_format>syslog</log_format><location>${location}</location>${extra}</localfile>`
const json = (extra = '', location = file) =>
  `<localfile><log_format>json</log_format><location>${location}</location>${extra}</localfile>`
const fromStart = '<only-future-events>no</only-future-events>'

/** Runs a block, hands the run to `use` and stops it whatever happens. */
async function running(
  xml: string,
  use: (run: LocalfileRun) => Promise<void>,
  from?: string,
  clock?: Clock,
): Promise<LocalfileRun> {
  const run = runLocalfile(xml, from, clock)
  try {
    await use(run)
  } finally {
    await run.stop()
  }
  return run
}

async function metric(run: LocalfileRun, name: string): Promise<number> {
  const found = await run.metrics.getSingleMetric(name)?.get()
  return found?.values.reduce((sum, { value }) => sum + value, 0) ?? 0
}

beforeEach(() => {
  const scratch = scratchFolder()
  folder = scratch.folder
  file = path.join(folder, 'app.log')
  cleanUp.push(scratch.remove)
})
after(() => {
  for (const remove of cleanUp) remove()
})

describe('a followed file', () => {
  it('is read from its end when first seen, and every complete line that comes is an event', async () => {
    writeFileSync(file, 'old\n')
    const run = await running(syslog(), async (found) => {
      await found.batch()
      appendFileSync(file, 'one\n\r\nhalf')
      await found.count(2)
      appendFileSync(file, ' line\n')
      await found.count(3)
    })
    assert.deepEqual(run.texts(), ['one', '\r', 'half line'])
    assert.deepEqual(
      run.events.map(({ location, source }) => [location, source]),
      [
        [file, 'localfile'],
        [file, 'localfile'],
        [file, 'localfile'],
      ],
    )
  })

  it('that is inside a line when first seen gives this line whole', async () => {
    writeFileSync(file, 'old\nbegun ')
    const run = await running(syslog(), async (found) => {
      await found.batch()
      appendFileSync(file, 'and ended\n')
      await found.count(1)
    })
    assert.deepEqual(run.texts(), ['begun and ended'])
  })

  it('is read from its beginning when asked, and always when it appears later', async () => {
    writeFileSync(file, 'one\n')
    const first = await running(syslog(fromStart), (run) => run.count(1))
    assert.deepEqual(first.texts(), ['one'])
    unlinkSync(file)
    const later = await running(syslog(), async (run) => {
      await run.batch()
      assert.equal(run.source.status().state, 'waiting')
      assert.match(run.source.status().advice ?? '', /the file is not there/)
      writeFileSync(file, 'two\n')
      await run.count(1)
      assert.equal(run.source.status().state, 'running')
    })
    assert.deepEqual(later.texts(), ['two'])
  })

  it('is read on where it was left, without loss and without repetition, and gives the same ids again', async () => {
    writeFileSync(file, 'one\n')
    const first = await running(syslog(fromStart), (run) => run.count(1))
    appendFileSync(file, 'two\n')
    const second = await running(syslog(), (run) => run.count(1), first.cursor())
    assert.deepEqual(second.texts(), ['two'])
    const again = await running(syslog(fromStart), (run) => run.count(2))
    assert.deepEqual(
      again.events.map(({ id }) => id),
      [...first.events, ...second.events].map(({ id }) => id),
    )
  })

  it('goes back when a batch could not be stored', async () => {
    writeFileSync(file, 'one\ntwo\n')
    const source = makeLocalfile(syslog(fromStart), new Registry())
    const batches = source.read(undefined, new AbortController().signal)[Symbol.asyncIterator]()
    const first = await batches.next()
    assert.deepEqual(
      first.value?.events.map(({ text }: { text: string }) => text),
      ['one', 'two'],
    )
    first.value?.settle(new Error('disk full'))
    const second = await batches.next()
    assert.deepEqual(
      second.value?.events.map(({ id }: { id: string }) => id),
      first.value?.events.map(({ id }: { id: string }) => id),
    )
    await batches.return?.()
  })
})

describe('rotation', () => {
  it('by rename: the old file is read to its end, then the new one, with one notice', async () => {
    writeFileSync(file, '')
    const run = await running(syslog(), async (found) => {
      await found.batch()
      appendFileSync(file, 'one\n')
      await found.count(1)
      renameSync(file, `${file}.1`)
      appendFileSync(`${file}.1`, 'two\n')
      writeFileSync(file, 'three\n')
      await found.count(4)
      appendFileSync(`${file}.1`, 'late\n')
      await found.count(5)
    })
    const notice = `ossec: File rotated (inode changed): '${file}'.`
    assert.deepEqual(
      run.texts().filter((text) => text !== notice),
      ['one', 'two', 'three', 'late'],
    )
    assert.deepEqual(
      run.events.filter(({ text }) => text === notice).map(({ location }) => location),
      ['logcollector'],
    )
    assert.ok(run.events.every(({ location }) => location === file || location === 'logcollector'))
  })

  it('while nobody looked: the rest of the renamed file is found by its identity', async () => {
    writeFileSync(file, 'one\n')
    const first = await running(syslog(fromStart), (run) => run.count(1))
    appendFileSync(file, 'two\n')
    renameSync(file, path.join(folder, 'app-20260101'))
    writeFileSync(file, 'three\n')
    const second = await running(syslog(), (run) => run.count(2), first.cursor())
    assert.deepEqual(second.texts(), ['two', 'three'])
  })

  it('several times between two looks: the files in between are read, copies are not', async () => {
    writeFileSync(file, 'one\n')
    const first = await running(syslog(fromStart), (run) => run.count(1))
    copyFileSync(file, `${file}.bak`)
    renameSync(file, `${file}.2`)
    writeFileSync(file, 'two\n')
    renameSync(file, `${file}.1`)
    writeFileSync(file, 'three\n')
    const second = await running(syslog(), (run) => run.count(2), first.cursor())
    assert.deepEqual(second.texts(), ['two', 'three'])
  })

  it('before its path was ever seen: the file that came and went is read first', async () => {
    const other = path.join(folder, 'other.log')
    writeFileSync(other, '')
    const run = await running(syslog('', `${folder}/*.log`), async (found) => {
      await found.batch()
      writeFileSync(`${file}.1`, 'one\n')
      found.clock.aheadMs = 6_000 // names are looked for, and this path is empty
      appendFileSync(other, 'a\n')
      await found.count(1)
      appendFileSync(other, 'b\n')
      await found.count(2)
      writeFileSync(file, 'two\n')
      await found.count(4)
    })
    assert.deepEqual(run.texts(), ['a', 'b', 'one', 'two'])
  })

  it('before anybody looked for the first time is no news when its path is seen later', async () => {
    writeFileSync(`${file}.1`, 'old\n')
    const later = { aheadMs: 1_000 }
    const run = await running(
      syslog(),
      async (found) => {
        await found.batch()
        writeFileSync(file, 'new\n')
        await found.count(1)
      },
      undefined,
      later,
    )
    assert.deepEqual(run.texts(), ['new'])
  })

  it('where a symbolic link leads to, while nobody looked: the rest of the old file is found there', async () => {
    const [pods, containers] = ['pods', 'containers'].map((name) => path.join(folder, name))
    assert.ok(pods !== undefined && containers !== undefined)
    for (const place of [pods, containers]) mkdirSync(place)
    const [written, link] = [path.join(pods, '0.log'), path.join(containers, 'web.log')]
    writeFileSync(written, 'one\n')
    symlinkSync(written, link)
    const location = `${containers}/*.log`
    const first = await running(syslog(fromStart, location), (run) => run.count(1))
    appendFileSync(written, 'two\n')
    renameSync(written, `${written}.20260102-030405`)
    writeFileSync(written, 'three\n')
    renameSync(written, `${written}.20260102-030406`)
    writeFileSync(written, 'four\n')
    const second = await running(syslog('', location), (run) => run.count(3), first.cursor())
    assert.deepEqual(second.texts(), ['two', 'three', 'four'])
  })

  it('of a file that a wildcard still matches gives nothing twice', async () => {
    writeFileSync(file, 'one\n')
    const run = await running(syslog(fromStart, `${folder}/app.log*`), async (found) => {
      await found.count(1)
      renameSync(file, `${file}.1`)
      appendFileSync(`${file}.1`, 'two\n')
      writeFileSync(file, 'three\n')
      await found.count(4)
    })
    assert.deepEqual(
      run
        .texts()
        .filter((text) => !text.startsWith('ossec:'))
        .sort(),
      ['one', 'three', 'two'],
    )
  })

  it('ends: a file without a path is let go after a while, its last line counts without newline', async () => {
    writeFileSync(file, 'one\nunfinished')
    const run = await running(syslog(fromStart), async (found) => {
      await found.count(1)
      unlinkSync(file)
      found.clock.aheadMs = 15_000 // the path is seen to be gone
      while (found.source.status().state === 'running') await nextTurn()
      found.clock.aheadMs = 30_000
      await found.count(2)
    })
    assert.deepEqual(run.texts(), ['one', 'unfinished'])
    assert.match(run.cursor() ?? '', /"files":\[\]/)
  })

  for (const [how, rewrite] of [
    ['shorter', () => writeFileSync(file, 'b\n')],
    ['to the same length', () => writeFileSync(file, 'new 1\nnew 2\n')],
    ['longer than before', () => writeFileSync(file, 'new 1\nnew 2\nnew 3\nnew 4\n')],
  ] as const)
    it(`in place, ${how}: the new content is read from its beginning`, async () => {
      writeFileSync(file, 'old 1\nold 2\n')
      let before = 0
      const run = await running(syslog(fromStart), async (found) => {
        await found.count(2)
        rewrite()
        before = found.events.length
        const lines = how === 'shorter' ? 1 : how === 'longer than before' ? 4 : 2
        await found.count(before + 1 + lines)
      })
      const [notice, ...texts] = run
        .texts()
        .slice(before)
        .sort((a, b) => Number(b.startsWith('ossec')) - Number(a.startsWith('ossec')))
      assert.equal(notice, `ossec: File size reduced (inode remained): '${file}'.`)
      assert.ok(texts.every((text) => /^(b|new \d)$/.test(text)))
      assert.equal(new Set(run.events.map(({ id }) => id)).size, run.events.length)
    })

  it('in place while nobody looked is noticed at the start', async () => {
    writeFileSync(file, 'old 1\nold 2\n')
    const first = await running(syslog(fromStart), (run) => run.count(2))
    writeFileSync(file, 'new 1\nnew 2\nnew 3\n')
    const second = await running(syslog(), (run) => run.count(3), first.cursor())
    assert.deepEqual(second.texts(), ['new 1', 'new 2', 'new 3'])
  })

  it('by truncation under a writer that keeps its offset leaves a hole, which is no line', async () => {
    const writer = openSync(file, 'w')
    writeSync(writer, `${'x'.repeat(300_000)}\n`)
    const run = await running(syslog(fromStart), async (found) => {
      await found.count(1)
      copyFileSync(file, `${file}.1`)
      ftruncateSync(writer, 0)
      await found.count(2)
      writeSync(writer, 'after\n')
      await found.count(3)
    })
    closeSync(writer)
    assert.equal(run.texts().at(-1), 'after')
  })
})

describe('lines', () => {
  it('up to 1 MiB are kept, longer ones are cut, marked and counted', async () => {
    const mebibyte = 1024 * 1024
    writeFileSync(file, `${'a'.repeat(mebibyte)}\n${'b'.repeat(3 * mebibyte + 5)}\nend\n`)
    const run = await running(syslog(fromStart), (found) => found.count(3))
    assert.deepEqual(
      run.texts().map((text) => text.length),
      [mebibyte, mebibyte + ' [cut: 3145733 bytes]'.length, 3],
    )
    assert.ok(run.texts()[1]?.endsWith('b [cut: 3145733 bytes]'))
    assert.equal(await metric(run, 'quaywatch_file_cut_total'), 1)
    assert.equal(await metric(run, 'quaywatch_file_lines_total'), 3)
  })

  it('keep invalid UTF-8 and carriage return; NUL becomes a blank, as it would hide what follows', async () => {
    writeFileSync(file, Buffer.from('a\0b\n\xff\xfe\nx\r\n\0\0\0after a hole\n', 'latin1'))
    const run = await running(syslog(fromStart), (found) => found.count(4))
    assert.deepEqual(run.texts(), ['a b', '\xff\xfe', 'x\r', 'after a hole'])
  })

  it('come in batches of at most 1000, in order', async () => {
    writeFileSync(file, Array.from({ length: 2_500 }, (_, index) => `line ${index}\n`).join(''))
    const source = makeLocalfile(syslog(fromStart), new Registry())
    const sizes: number[] = []
    const texts: string[] = []
    for await (const batch of source.read(undefined, AbortSignal.timeout(patienceMs))) {
      if (batch.events.length > 0) sizes.push(batch.events.length)
      texts.push(...batch.events.map(({ text }) => text))
      batch.settle()
      if (texts.length >= 2_500) break
    }
    assert.deepEqual(sizes, [1000, 1000, 500])
    assert.deepEqual(
      texts,
      Array.from({ length: 2_500 }, (_, index) => `line ${index}`),
    )
  })

  it('of a JSON file must be objects; others are left out and counted, labels are added', async () => {
    writeFileSync(file, '{"a":1}\n[1]\nnope\n{"n":12345678901234567890,"c":{"d":"\xe9"}} trailing\n')
    const labels = '<label key="c.env">prod</label><label key="@site">x</label>'
    const run = await running(json(fromStart + labels), (found) => found.count(2))
    assert.deepEqual(run.texts(), [
      '{"a":1,"c":{"env":"prod"},"@site":"x"}',
      '{"n":12345678901234567890,"c":{"d":"\xc3\xa9","env":"prod"},"@site":"x"}',
    ])
    assert.deepEqual(run.events[0]?.tree, { a: 1, c: { env: 'prod' }, '@site': 'x' })
    assert.equal(await metric(run, 'quaywatch_file_not_json_total'), 2)
  })

  it('are filtered by restrict and ignore, and formatted by out_format', async () => {
    writeFileSync(file, 'sshd: one\nsshd: debug\ncron: two\n')
    const extra =
      '<restrict type="osmatch">sshd</restrict><ignore type="osregex">deb\\w+$</ignore><out_format>$(hostname) $(log)</out_format>'
    const run = await running(syslog(fromStart + extra), (found) => found.count(1))
    assert.deepEqual(run.texts(), ['test-host sshd: one'])
    assert.equal(await metric(run, 'quaywatch_file_filtered_total'), 2)
  })
})

describe('which files', () => {
  it('wildcards find files, exclude leaves some out, new ones are found while running', async () => {
    mkdirSync(path.join(folder, 'a'))
    mkdirSync(path.join(folder, 'b'))
    writeFileSync(path.join(folder, 'a', '1.log'), 'a1\n')
    writeFileSync(path.join(folder, 'a', '2.log'), 'a2\n')
    writeFileSync(path.join(folder, 'a', '.hidden.log'), 'no\n')
    const location = `${folder}/*/*.log`
    const run = await running(
      syslog(`${fromStart}<exclude>${folder}/*/2.log</exclude>`, location),
      async (found) => {
        await found.count(1)
        writeFileSync(path.join(folder, 'b', '3.log'), 'b3\n')
        await found.count(2)
        mkdirSync(path.join(folder, 'c'))
        writeFileSync(path.join(folder, 'c', '4.log'), 'c4\n')
        await found.count(3)
        assert.equal(found.source.status().detail, `${location}: 3 files`)
      },
    )
    assert.deepEqual(run.texts(), ['a1', 'b3', 'c4'])
  })

  it('a date pattern follows the file of the day', async () => {
    const today = new Date()
    const name = `app-${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, '0')}.log`
    writeFileSync(path.join(folder, name), 'today\n')
    const run = await running(syslog(fromStart, `${folder}/app-%Y-%m.log`), (found) => found.count(1))
    assert.deepEqual(run.texts(), ['today'])
  })

  it('two paths to one file are read once; pipes and folders are left alone', async () => {
    writeFileSync(path.join(folder, 'x.log'), 'once\n')
    linkSync(path.join(folder, 'x.log'), path.join(folder, 'y.log'))
    symlinkSync(path.join(folder, 'x.log'), path.join(folder, 'z.log'))
    mkdirSync(path.join(folder, 'folder.log'))
    const run = await running(syslog(fromStart, `${folder}/*.log`), async (found) => {
      await found.count(1)
      appendFileSync(path.join(folder, 'z.log'), 'twice\n')
      await found.count(2)
    })
    assert.deepEqual(run.texts(), ['once', 'twice'])
  })

  it('old files, binaries and too large backlogs are left alone when asked', async () => {
    const old = path.join(folder, 'old.log')
    writeFileSync(old, 'old\n')
    utimesSync(old, 1, 1)
    writeFileSync(path.join(folder, 'binary.log'), Buffer.from([1, 0, 2, 10]))
    writeFileSync(path.join(folder, 'large.log'), `${'x'.repeat(2_000)}\n`)
    writeFileSync(path.join(folder, 'small.log'), 'small\n')
    const extra =
      '<age>1d</age><ignore_binaries>yes</ignore_binaries><only-future-events max-size="1K">no</only-future-events>'
    const run = await running(syslog(extra, `${folder}/*.log`), async (found) => {
      await found.count(1)
      appendFileSync(path.join(folder, 'large.log'), 'large\n')
      await found.count(2)
      appendFileSync(old, 'young again\n')
      await found.count(4)
    })
    assert.deepEqual(run.texts(), ['small', 'large', 'old', 'young again'])
    assert.equal(await metric(run, 'quaywatch_file_skipped_bytes_total'), 2_001)
  })

  it('a name that is no UTF-8 is followed all the same', async () => {
    const strange = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe]), Buffer.from('.log')])
    writeFileSync(strange, 'strange\n')
    const run = await running(syslog(fromStart, `${folder}/*.log`), (found) => found.count(1))
    assert.equal(run.events[0]?.location, `${folder}/\xff\xfe.log`)
  })

  it('a file that disappears and comes back is read from its beginning', async () => {
    writeFileSync(file, 'one\n')
    const run = await running(syslog(fromStart), async (found) => {
      await found.count(1)
      rmSync(file)
      writeFileSync(file, 'two\n')
      await found.count(2)
    })
    assert.ok(run.texts().includes('two'))
  })

  it('truncated to nothing keeps being followed', async () => {
    writeFileSync(file, 'one\n')
    const run = await running(syslog(fromStart), async (found) => {
      await found.count(1)
      truncateSync(file)
      await found.count(2)
      appendFileSync(file, 'two\n')
      await found.count(3)
    })
    assert.equal(run.texts()[2], 'two')
  })
})
