import type { DecodedEvent } from '../event/decoded-event.ts'
import type { EngineVerdict } from '../rules/engine-verdict.ts'
import type { Trace } from '../rules/trace.ts'
import { printable } from '../telemetry/printable.ts'
import { TriedRules } from './tried-rules.ts'

/** The three phases that people know (spec/rules.md §8.3). Nothing of an event reaches the terminal as a command. */
export class LogtestText {
  readonly #isVerbose: boolean
  #tried = new TriedRules()

  constructor(isVerbose: boolean) {
    this.#isVerbose = isVerbose
  }

  /** Listens to the next evaluation when verbose. */
  trace(): Trace | undefined {
    if (!this.#isVerbose) return undefined
    this.#tried = new TriedRules()
    return this.#tried
  }

  rejected(): string {
    return '\n** The message was rejected.\n'
  }

  render(event: DecodedEvent, verdict: EngineVerdict): string {
    const document: unknown = JSON.parse(verdict.logtestDocument())
    const flat = new Map(flatten(document, ''))
    const lines = ['', '**Phase 1: Completed pre-decoding.']
    const say = (key: string, value: string | undefined): void => {
      if (value !== undefined) lines.push(`\t${printable(key)}: '${printable(value)}'`)
    }
    say('full event', flat.get('full_log'))
    for (const key of ['timestamp', 'hostname', 'program_name']) say(key, flat.get(`predecoder.${key}`))
    lines.push('', '**Phase 2: Completed decoding.')
    if (event.decoder) this.#decoded(flat, say)
    else lines.push('\tNo decoder matched.')
    if (this.#isVerbose) lines.push('', '**Rule debugging:', ...this.#tried.indented())
    if (verdict.rule) {
      lines.push('', '**Phase 3: Completed filtering (rules).')
      ruleLines(flat, say)
    }
    if (verdict.isAlert) lines.push('**Alert to be generated.')
    return `${lines.join('\n')}\n`
  }

  #decoded(flat: ReadonlyMap<string, string>, say: (key: string, value: string | undefined) => void): void {
    say('name', flat.get('decoder.name'))
    say('parent', flat.get('decoder.parent'))
    const data = [...flat].filter(([key]) => key.startsWith('data.'))
    for (const [key, value] of data.sort(byKey)) say(key.slice('data.'.length), value)
  }
}

function ruleLines(
  flat: ReadonlyMap<string, string>,
  say: (key: string, value: string | undefined) => void,
): void {
  const first = ['id', 'level', 'description', 'groups', 'firedtimes']
  for (const key of first) say(key, flat.get(`rule.${key}`))
  const rest = [...flat].filter(([key]) => key.startsWith('rule.') && !first.includes(key.slice(5)))
  for (const [key, value] of rest.sort(byKey)) say(key.slice('rule.'.length), value)
}

function byKey([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** Nested objects as dotted keys, values as Python prints them. */
function* flatten(value: unknown, path: string): Iterable<readonly [string, string]> {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) {
    yield [path, typeof value === 'string' ? value : pythonText(value)]
    return
  }
  for (const [key, child] of Object.entries(value))
    yield* flatten(child, path === '' ? key : `${path}.${key}`)
}

function pythonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return value === null ? 'None' : JSON.stringify(value)
}
