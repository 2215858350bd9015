import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

import { isBefore, type Part, partOf, partPath, type Place } from './daily-file.ts'

/** Files before the current one that are not compressed yet, oldest first. */
export async function unpackedParts(place: Place, current: Part): Promise<readonly Part[]> {
  return (await partsWith(place, '')).filter((part) => isBefore(part, current))
}

/** Parts that have a file with that ending behind their name, oldest first. */
async function partsWith(place: Place, ending: string): Promise<readonly Part[]> {
  if (!existsSync(place.folder)) return []
  const names = await readdir(place.folder, { recursive: true })
  return names
    .flatMap((name) => partOf({ ...place, suffix: place.suffix + ending }, name) ?? [])
    .sort((left, right) => (isBefore(left, right) ? -1 : 1))
}

/** Writes `<file>.gz` and `<file>.sum`, then removes the file. Repeating it after a crash gives the same result. */
export async function packPart(place: Place, part: Part): Promise<void> {
  const file = partPath(place, part)
  await writeFile(`${file}.sum`, await checksums(place, part, file), { mode: 0o640 })
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

/** Two blocks: of the file, and of the checksum file before it, so that a changed past shows. */
async function checksums(place: Place, part: Part, file: string): Promise<string> {
  const before = (await partsWith(place, '.sum')).findLast((other) => isBefore(other, part))
  const chained = `${partPath(place, before ?? { day: dayBefore(part.day), number: 0 })}.sum`
  const current = await block('Current checksum', file)
  return `${current}\n${await block('Chained checksum', chained)}`
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
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
