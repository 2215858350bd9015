// Writes the logs of containers one after the other and rotates them as Docker's json-file driver does.
// Arguments: directory, containers, lines of each, bytes of a file, longest pause between fifty lines in milliseconds.
import { closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const [folder = '', ...numbers] = process.argv.slice(2)
const [containers = 0, lines = 0, bytesPerFile = 0, longestPauseMs = 0] = numbers.map(Number)

for (let container = 0; container < containers; container += 1) {
  const id = container.toString(16).padStart(64, 'a')
  const directory = path.join(folder, id)
  mkdirSync(directory)
  const config = { ID: id, Name: `/c${container}`, Config: { Image: 'busybox' } }
  writeFileSync(path.join(directory, 'config.v2.json'), JSON.stringify(config))
  await writeLog(path.join(directory, `${id}-json.log`))
}

async function writeLog(file: string): Promise<void> {
  let log = openSync(file, 'a')
  let size = 0
  let rotated = 0
  for (let line = 0; line < lines; line += 1) {
    if (size >= bytesPerFile) {
      closeSync(log)
      for (let number = rotated; number > 0; number -= 1)
        renameSync(`${file}.${number}`, `${file}.${number + 1}`)
      renameSync(file, `${file}.1`)
      rotated += 1
      log = openSync(file, 'a')
      size = 0
    }
    const time = new Date().toISOString()
    size += writeSync(log, `${JSON.stringify({ log: `line ${line} of it\n`, stream: 'stdout', time })}\n`)
    if (line % 50 === 0 && longestPauseMs > 0) await sleep(Math.random() * longestPauseMs)
  }
  closeSync(log)
}
