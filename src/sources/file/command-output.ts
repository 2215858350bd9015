import type { ByteString } from '../../event/byte-string.ts'

const longestPrefix = 255
/** Of the whole output of a command. */
const longestText = 65_536 - 512
/** Of one of its lines, like that of a file. */
const longestLine = 65_279

/** What a command printed, as texts of events (spec/configuration.md §3.3). */
export function commandEvents(alias: ByteString, output: ByteString, isFull: boolean): ByteString[] {
  return isFull ? wholeOutput(alias, output) : linesOf(alias, output)
}

/** Every line, the empty ones included. */
function linesOf(alias: ByteString, output: ByteString): ByteString[] {
  if (output === '') return []
  const prefix = `ossec: output: '${alias}': `.slice(0, longestPrefix)
  const lines = (output.endsWith('\n') ? output.slice(0, -1) : output).split('\n')
  return lines.map((line) => prefix + line.slice(0, longestLine))
}

function wholeOutput(alias: ByteString, output: ByteString): ByteString[] {
  const prefix = `ossec: output: '${alias}':\n`.slice(0, longestPrefix)
  const text = output
    .replaceAll('\r', '')
    .replace(/\n{2,}/g, '\n')
    .replace(/\n$/, '')
  return text === '' ? [] : [prefix + text.slice(0, longestText)]
}
