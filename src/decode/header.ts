import type { ByteString } from '../event/byte-string.ts'
import { readHostAndProgram } from './host-program.ts'
import { readPlainHeader } from './plain-header.ts'

/** What pre-decoding cut off a message (spec/decoders.md §5.2). */
export interface Header {
  /** What decoders and rules match. */
  readonly log: ByteString
  readonly timestamp: ByteString | undefined
  readonly hostname: ByteString | undefined
  readonly programName: ByteString | undefined
}

const space = 0x20
const colon = 0x3a
const hyphen = 0x2d
const comma = 0x2c
const point = 0x2e
const plus = 0x2b
const letterT = 0x54

/** How long the timestamp is and where the text behind it starts. */
interface Form {
  readonly timestamp: number
  readonly cut: number
}

const h1: Form = { timestamp: 15, cut: 16 }
const h2: Form = { timestamp: 23, cut: 24 }
const h3a: Form = { timestamp: 25, cut: 26 }
const h3b: Form = { timestamp: 29, cut: 30 }
const h3c: Form = { timestamp: 32, cut: 33 }
const h3d: Form = { timestamp: 31, cut: 32 }
const h4: Form = { timestamp: 20, cut: 21 }
const h5: Form = { timestamp: 31, cut: 32 }

/** The header of a message. Purely positional: names of months and digits are not checked. Never throws. */
export function readHeader(text: ByteString): Header {
  // "Mär": positions count as if the month had three bytes, the cut does not.
  const isMaer = text.charCodeAt(1) === 0xc3 && text.charCodeAt(2) === 0xa4
  const form = timestampForm(isMaer ? `${text.slice(0, 1)}a${text.slice(3)}` : text)
  if (form === undefined) return readPlainHeader(text)
  const { hostname, programName, log } = readHostAndProgram(text, form.cut)
  return { log, timestamp: text.slice(0, form.timestamp), hostname, programName }
}

function timestampForm(text: ByteString): Form | undefined {
  if (isH1(text)) return h1
  if (hasDashedDate(text)) {
    if (isH2(text)) return h2
    const h3 = formOfH3(text)
    if (h3 !== undefined) return h3
  }
  const first = text.charCodeAt(0)
  if (!(first >= 0x30 && first <= 0x39)) return undefined
  if (isH4(text)) return h4
  return hasDashedDate(text) && isH5(text) ? h5 : undefined
}

/** `Dec 29 10:00:01 ` */
function isH1(text: ByteString): boolean {
  return (
    text.charCodeAt(3) === space &&
    text.length >= 17 &&
    text.charCodeAt(6) === space &&
    text.charCodeAt(9) === colon &&
    text.charCodeAt(12) === colon &&
    text.charCodeAt(15) === space
  )
}

/** `2015-04-16` and, further on, `21:51` */
function hasDashedDate(text: ByteString): boolean {
  return (
    text.charCodeAt(4) === hyphen &&
    text.charCodeAt(7) === hyphen &&
    text.charCodeAt(13) === colon &&
    text.charCodeAt(16) === colon
  )
}

/** `2015-04-16 21:51:02,805 ` */
function isH2(text: ByteString): boolean {
  return text.length >= 24 && text.charCodeAt(10) === space && text.charCodeAt(19) === comma
}

/** `2007-06-14T15:48:55-04:00 `, also with milliseconds or microseconds */
function formOfH3(text: ByteString): Form | undefined {
  if (text.length < 33 || text.charCodeAt(10) !== letterT) return undefined
  if (text.charCodeAt(22) === colon && text.charCodeAt(25) === space) return h3a
  if (text.charCodeAt(19) !== point) return undefined
  if (text.charCodeAt(26) === colon) return h3b
  return text.charCodeAt(29) === colon ? h3c : h3d
}

/** `2015 Dec 29 10:00:01 ` */
function isH4(text: ByteString): boolean {
  return (
    text.length >= 21 &&
    text.charCodeAt(4) === space &&
    text.charCodeAt(8) === space &&
    text.charCodeAt(11) === space &&
    text.charCodeAt(14) === colon &&
    text.charCodeAt(17) === colon &&
    text.charCodeAt(20) === space
  )
}

/** `2021-04-21 10:16:09.404756-0700 ` */
function isH5(text: ByteString): boolean {
  const sign = text.charCodeAt(26)
  return (
    text.length >= 33 &&
    text.charCodeAt(10) === space &&
    text.charCodeAt(19) === point &&
    (sign === plus || sign === hyphen) &&
    text.charCodeAt(31) === space
  )
}
