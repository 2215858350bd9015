import type { ByteString } from '../event/byte-string.ts'
import type { Header } from './header.ts'

/** Characters that must stand at these places. */
type Places = readonly (readonly [at: number, character: string])[]

interface PlainForm {
  readonly length: number
  readonly places: Places
  readonly timestamp: readonly [from: number, to: number]
  readonly log: number
}

// spec/decoders.md §5.5
const xferlog: PlainForm = {
  length: 28,
  places: [
    [3, ' '],
    [7, ' '],
    [10, ' '],
    [13, ':'],
    [16, ':'],
    [19, ' '],
    [24, ' '],
    [26, ' '],
  ],
  timestamp: [0, 24],
  log: 25,
}
const snort: PlainForm = {
  length: 24,
  places: [
    [2, '/'],
    [5, '-'],
    [8, ':'],
    [11, ':'],
    [14, '.'],
    [21, ' '],
  ],
  timestamp: [0, 21],
  log: 23,
}
const suricata: PlainForm = {
  length: 28,
  places: [
    [2, '/'],
    [5, '/'],
    [10, '-'],
    [13, ':'],
    [16, ':'],
    [19, '.'],
    [26, ' '],
  ],
  timestamp: [0, 26],
  log: 28,
}
const apacheError: PlainForm = {
  length: 27,
  places: [
    [0, '['],
    [4, ' '],
    [8, ' '],
    [11, ' '],
    [14, ':'],
    [17, ':'],
    [20, ' '],
    [25, ']'],
  ],
  timestamp: [1, 25],
  log: 27,
}
const appleSystemLog: Places = [
  [0, '['],
  [1, 'T'],
  [5, ' '],
  [10, '.'],
  [13, '.'],
  [16, ' '],
  [19, ':'],
]

const forms = [xferlog, snort, suricata, apacheError]

function stand(text: ByteString, places: Places): boolean {
  for (const [at, character] of places) if (text[at] !== character) return false
  return true
}

/** Headers without `host program:` behind them; without any header the whole text is the log. */
export function readPlainHeader(text: ByteString): Header {
  for (const { length, places, timestamp, log } of forms) {
    if (text.length >= length && stand(text, places))
      return { ...noHeader(text.slice(log)), timestamp: text.slice(...timestamp) }
  }
  if (text.length >= 26 && stand(text, appleSystemLog)) return readAppleSystemLog(text)
  return readSquid(text) ?? noHeader(text)
}

function noHeader(log: ByteString): Header {
  return { log, timestamp: undefined, hostname: undefined, programName: undefined }
}

/** `1140804070.368  11623 `: seconds, milliseconds and the time a request took */
function readSquid(text: ByteString): Header | undefined {
  const isSquid =
    text.startsWith('1') &&
    text.length >= 32 &&
    /^1\d{3}[^]{6}\.[^]{2}\d /.test(text) &&
    (text[21] === ' ' || text[22] === ' ')
  if (!isSquid) return undefined
  let start = 14
  while (text[start] === ' ') start += 1
  return { ...noHeader(text.slice(start)), timestamp: text.slice(0, start - 1) }
}

/** `[Time 2006.12.28 15:53:55 UTC] [Sender sshd] [Message …] [Host h]` */
function readAppleSystemLog(text: ByteString): Header {
  let programName: ByteString | undefined
  let hostname: ByteString | undefined
  let log: ByteString | undefined
  let firstEnd: number | undefined
  for (let at = text.indexOf('[', 25); at >= 0 && hostname === undefined;) {
    const close = text.indexOf(']', at)
    const end = close < 0 ? text.length : close
    const item = text.slice(at + 1, end)
    // Only the message may lack its bracket.
    if (close < 0 && !item.startsWith('Message ')) break
    if (item.startsWith('Sender ')) programName ??= item.slice(7)
    else if (item.startsWith('Message ')) log ??= item.slice(8)
    else if (item.startsWith('Host ')) hostname = item.slice(5)
    if (!item.startsWith('Message ') && /^(?:Sender|Host) /.test(item)) firstEnd ??= end
    at = text.indexOf('[', end)
  }
  return { log: log ?? text.slice(25, firstEnd), timestamp: undefined, hostname, programName }
}
