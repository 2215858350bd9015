import { type FileHandle, open, readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'

const chunkBytes = 4 * 1024 ** 2
const newline = 0x0a
/** A file in one piece (an EventList over many lines, or compressed) is read at once. */
const longestWhole = 1024 ** 3

/** Bodies of whole lines, about four megabytes each, with the share of the file read so far. */
async function* lines(file: FileHandle, size: number): AsyncGenerator<{ body: Buffer; done: number }> {
  let rest = Buffer.alloc(0)
  for (let at = 0; at < size;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, at)
    if (bytesRead === 0) break
    at += bytesRead
    const joined = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
    const end = joined.lastIndexOf(newline) + 1
    rest = joined.subarray(end)
    if (end > 0) yield { body: joined.subarray(0, end), done: at / size }
  }
  if (rest.length > 0) yield { body: rest, done: 1 }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Whether every line is a document of its own. */
async function isLines(file: FileHandle): Promise<boolean> {
  const start = Buffer.alloc(chunkBytes)
  const { bytesRead } = await file.read(start, 0, chunkBytes, 0)
  const end = start.subarray(0, bytesRead).indexOf(newline)
  return end > 0 && isJson(start.toString('utf8', 0, end))
}

/** The content of an exported audit log as request bodies: one event a line, or EventLists; `.gz` is decompressed. */
export async function* fileBodies(path: string): AsyncGenerator<{ body: Buffer; done: number }> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (path.endsWith('.gz')) {
      yield { body: gunzipSync(await readFile(path), { maxOutputLength: longestWhole }), done: 1 }
    } else if (await isLines(file)) yield* lines(file, size)
    else if (size > longestWhole)
      throw new Error(`${path} is one document of ${size} bytes; at most ${longestWhole} can be read`)
    else if (size > 0) yield { body: await readFile(path), done: 1 }
  } finally {
    await file.close()
  }
}
