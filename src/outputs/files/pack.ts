import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

import { dailyPath, type Day, type Place } from './daily-file.ts'

const dayMs = 86_400_000

/** Days before `today` whose file is there and not compressed yet, oldest first. */
export async function unpackedDays(place: Place, today: Day): Promise<readonly Day[]> {
  if (!existsSync(place.folder)) return []
  const names = new Set(
    (await readdir(place.folder, { recursive: true })).map((name) => path.join(place.folder, name)),
  )
  const days: Day[] = []
  // A year back is as far as anything can have been left over; retention of old files belongs to who runs the machine.
  for (let back = 366; back >= 1; back--) {
    const day = new Date(Date.parse(`${today}T12:00:00Z`) - back * dayMs).toISOString().slice(0, 10)
    if (names.has(dailyPath(place, day))) days.push(day)
  }
  return days
}

/** Writes `<file>.gz` and `<file>.sum`, then removes the file. Repeating it after a crash gives the same result. */
export async function packDay(place: Place, day: Day): Promise<void> {
  const file = dailyPath(place, day)
  await writeFile(`${file}.sum`, await checksums(place, day, file), { mode: 0o640 })
  const unfinished = `${file}.gz.new`
  await pipeline(
    createReadStream(file),
    createGzip(),
    createWriteStream(unfinished, { mode: 0o640, flush: true }),
  )
  await rename(unfinished, `${file}.gz`)
  await rm(file)
}

const algorithms = ['MD5', 'SHA1', 'SHA256'] as const

/** Two blocks: of the day's file, and of the checksum file of the day before, so that a changed past shows. */
async function checksums(place: Place, day: Day, file: string): Promise<string> {
  const before = new Date(Date.parse(`${day}T12:00:00Z`) - dayMs).toISOString().slice(0, 10)
  const chained = `${dailyPath(place, before)}.sum`
  const current = await block('Current checksum', file)
  return `${current}\n${await block('Chained checksum', chained)}`
}

async function block(title: string, file: string): Promise<string> {
  let text = `${title}:\n`
  for (const name of algorithms) {
    const sum = existsSync(file) ? await digest(name, file) : 'none'
    text += `${name.padEnd(6)} (${path.basename(file)}) = ${sum}\n`
  }
  return text
}

async function digest(algorithm: string, file: string): Promise<string> {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
