import { parseArgs } from 'node:util'

import type { Decoder } from '../decode/decoder.ts'
import { toByteString } from '../event/byte-string.ts'
import { RawEvent } from '../event/raw-event.ts'
import type { LoadedEngine } from '../load-engine.ts'
import type { EngineRuleSet } from '../rules/engine-rule-set.ts'
import type { EngineMemory } from '../rules/memory.ts'
import type { Command } from './command.ts'
import { engineOptions, engineUsage, loadForCommand, reportProblems } from './engine-arguments.ts'
import { readLines } from './lines.ts'
import { LogtestText } from './logtest-text.ts'
import { TriedRules } from './tried-rules.ts'
import { youngGeneration } from './young-generation.ts'

const usage = `quaywatch logtest [--json] [options] < lines

Reads log lines from standard input and shows for each which decoder took it, which fields it found and which rule
it matched. Lines share state, so that frequency rules can be tried.

  --json              one object {"alert","output"} per line
  --input-json        each line is {"log":"…","at":"<ISO 8601 arrival time>","location":"…"}
  --session-per-line  forget everything between lines
  --location L        where the lines come from (default: stdin)
  -v, --verbose       every rule that was tried, and the condition that failed; with --json as "rules_debug"
${engineUsage}`

interface Input {
  readonly text: string
  readonly atMs: number
  readonly location: string
}

interface Options {
  readonly json: boolean
  readonly inputJson: boolean
  readonly sessionPerLine: boolean
  readonly verbose: boolean
  readonly location: string
}

async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...engineOptions,
      json: { type: 'boolean', default: false },
      'input-json': { type: 'boolean', default: false },
      'session-per-line': { type: 'boolean', default: false },
      verbose: { type: 'boolean', short: 'v', default: false },
      location: { type: 'string', short: 'l', default: 'stdin' },
    },
  })
  const loaded = loadForCommand(values, { memory: { mode: 'logtest' } })
  if (!reportProblems(loaded)) return 1
  const options: Options = {
    json: values.json,
    inputJson: values['input-json'],
    sessionPerLine: values['session-per-line'],
    verbose: values.verbose,
    location: toByteString(values.location),
  }
  youngGeneration.letGrow()
  await testLines(loaded, options)
  return 0
}

async function testLines(loaded: LoadedEngine, options: Options): Promise<void> {
  let session = new Session(loaded)
  const text = new LogtestText(options.verbose)
  for await (const line of readLines(process.stdin)) {
    if (options.sessionPerLine) session = new Session(loaded)
    const input = readInput(line, options)
    const shown = options.json ? session.json(input, options.verbose) : session.text(input, text)
    if (!process.stdout.write(shown)) await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}

/** What is not the object that `--input-json` asks for is taken as a log line itself. */
function readInput(line: Buffer, { inputJson, location }: Options): Input {
  // The carriage return of a file from Windows ends the line, it is not part of the log.
  const log = line.at(-1) === 13 ? line.subarray(0, -1) : line
  const plain = { text: toByteString(log), atMs: Date.now(), location }
  if (!inputJson) return plain
  let read: unknown
  try {
    read = JSON.parse(line.toString('utf8'))
  } catch {
    return plain
  }
  if (typeof read !== 'object' || read === null || !('log' in read) || typeof read.log !== 'string')
    return plain
  const atMs = 'at' in read && typeof read.at === 'string' ? Date.parse(read.at) : NaN
  return {
    text: toByteString(read.log),
    atMs: Number.isNaN(atMs) ? plain.atMs : atMs,
    location:
      'location' in read && typeof read.location === 'string' ? toByteString(read.location) : location,
  }
}

/** One run of lines that share state. */
class Session {
  readonly #decoder: Decoder
  readonly #rules: EngineRuleSet
  readonly #memory: EngineMemory
  #count = 0

  constructor(loaded: LoadedEngine) {
    const { decoder, rules, memory } = loaded.newSession()
    this.#decoder = decoder
    this.#rules = rules
    this.#memory = memory
  }

  json(input: Input, isVerbose: boolean): string {
    const event = this.#decoder.decode(this.#rawEvent(input))
    if (!event) return '{"alert":false,"output":null}\n'
    const tried = isVerbose ? new TriedRules() : undefined
    const verdict = this.#rules.evaluate(event, this.#memory, tried)
    const debug = tried ? `,"rules_debug":${JSON.stringify(tried.lines())}` : ''
    return `{"alert":${verdict.isAlert},"output":${verdict.logtestDocument()}${debug}}\n`
  }

  text(input: Input, text: LogtestText): string {
    const event = this.#decoder.decode(this.#rawEvent(input))
    if (!event) return text.rejected()
    return text.render(event, this.#rules.evaluate(event, this.#memory, text.trace()))
  }

  #rawEvent({ text, atMs, location }: Input): RawEvent {
    this.#count += 1
    return new RawEvent({
      id: `logtest:${this.#count}`,
      source: 'logtest',
      location,
      receivedAtMs: atMs,
      text,
    })
  }
}

export const command: Command = {
  name: 'logtest',
  summary: 'Tries log lines: which decoder, which fields, which rule, which alert.',
  usage,
  run,
}
