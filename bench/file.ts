// Lines a second through the file source, beside `readline` over the same file.
import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

import { Registry } from 'prom-client'

import { makeLocalfile } from '../test/support/localfile-run.ts'
import type { BenchCase } from './bench-case.ts'

const lineCount = 50_000
const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const time = '2026-01-02T03:04:05.678901234Z'
const syslog = (index: number): string =>
  `Jan  2 03:04:05 web-1 sshd[${index}]: Failed password for invalid user admin from 192.0.2.${index % 255} port 50${index % 1000} ssh2`
const json = (index: number): string =>
  JSON.stringify({
    level: 'info',
    n: index,
    msg: 'GET /cart 200',
    user: { name: 'shop', id: index % 97 },
    ms: 1.5,
  })
const wrapped = (inner: (index: number) => string) => (index: number) =>
  JSON.stringify({ log: `${inner(index)}\n`, stream: 'stdout', time })

function linesOf(name: string, line: (index: number) => string): string {
  const file = path.join(folder, name)
  writeFileSync(file, Array.from({ length: lineCount }, (_, index) => `${line(index)}\n`).join(''))
  return file
}

async function follow(file: string, format: string): Promise<number> {
  const xml = `<localfile><log_format>${format}</log_format><location>${file}</location><only-future-events>no</only-future-events><rate_limit>0</rate_limit></localfile>`
  const source = makeLocalfile(xml, new Registry())
  let count = 0
  for await (const batch of source.read(undefined, new AbortController().signal)) {
    count += batch.events.length
    batch.settle()
    if (count >= lineCount) break
  }
  return count
}

async function readLines(file: string): Promise<number> {
  let count = 0
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity }))
    if (line !== '') count += 1
  return count
}

function lineCase(name: string, format: string, line: (index: number) => string): BenchCase {
  const file = linesOf(name.replaceAll(' ', '-'), line)
  return {
    name: `${name} (${Math.round(statSync(file).size / lineCount)} bytes a line)`,
    unit: 'lines/s',
    baseline: 'readline',
    run: () => follow(file, format),
    runBaseline: () => readLines(file),
  }
}

export const cases: readonly BenchCase[] = [
  lineCase('syslog', 'syslog', syslog),
  lineCase('json', 'json', json),
  lineCase('container text', 'json', wrapped(syslog)),
  lineCase('container json', 'json', wrapped(json)),
]
