import { toByteString } from '../../src/event/byte-string.ts'
import { RawEvent } from '../../src/event/raw-event.ts'
import { loadEngine, type LoadedEngine } from '../../src/load-engine.ts'
import type { EngineVerdict } from '../../src/rules/engine-verdict.ts'

/** Decoders of the examples: `json` for lines that begin with `{"`, `tst` for a program of that name. */
const decoders = `
<decoder name="json"><prematch>^{\\s*"</prematch><plugin_decoder>JSON_Decoder</plugin_decoder></decoder>
<decoder name="tst"><program_name>^tst</program_name></decoder>
<decoder name="tst1"><parent>tst</parent><regex>^(\\w+) (\\S+) (\\S+)</regex><order>action, srcip, srcuser</order></decoder>
`
const roots = `<group name="root,"><rule id="1" level="0" noalert="1"><category>syslog</category><description>root</description></rule></group>`

/** `R(100, 3, '<match>a</match>')` is a rule with description `d`. */
export function R(id: number, level: number, body: string, attributes = ''): string {
  return `<rule id="${id}" level="${level}" ${attributes}>${body}<description>d</description></rule>`
}

export function loadExample(
  rules: string,
  lists: Readonly<Record<string, string>> = {},
  mode: 'daemon' | 'logtest' = 'daemon',
): LoadedEngine {
  const text = rules.includes('<group name') ? rules : `<group name="t,">${rules}</group>`
  const files = new Map([
    ['etc/decoders/d.xml', decoders],
    ['etc/rules/0010.xml', roots],
    ['etc/rules/local.xml', text],
    ...Object.entries(lists),
  ])
  return loadEngine({
    home: '/nonexistent',
    hostName: 'manager',
    memory: { mode },
    utcOffsetMinutes: () => 0,
    files: {
      list: (folder) =>
        [...files.keys()].flatMap((name) =>
          name.startsWith(`${folder}/`) ? [name.slice(folder.length + 1)] : [],
        ),
      read: (name) => toByteString(files.get(name) ?? ''),
      lists: () => Object.keys(lists),
    },
  })
}

export interface Sent {
  readonly text: string
  /** Seconds since the first event. */
  readonly at?: number
  readonly location?: string
}

/** What a fresh session makes of the events, in order. */
export function evaluateAll(loaded: LoadedEngine, events: readonly (string | Sent)[]): EngineVerdict[] {
  const { decoder, rules, memory } = loaded.newSession()
  return events.map((sent, index) => {
    const { text, at = 0, location = 'test' } = typeof sent === 'string' ? { text: sent } : sent
    const raw = new RawEvent({
      id: `${index}`,
      source: 'test',
      location: toByteString(location),
      receivedAtMs: Date.UTC(2026, 2, 2, 12) + at * 1000,
      text: toByteString(text),
    })
    const event = decoder.decode(raw)
    if (!event) throw new Error('the event was rejected')
    return rules.evaluate(event, memory)
  })
}

/** `100 – 200`: the rule alerted per event. */
export function alerted(loaded: LoadedEngine, events: readonly (string | Sent)[]): string {
  return evaluateAll(loaded, events)
    .map((verdict) => verdict.alert?.rule.id ?? '–')
    .join(' ')
}

/** Rule 100, level 3: an `a` in the text. */
export const A = R(100, 3, '<match>a</match>')

/** Rule 200, level 10, which counts rule 100. */
export function counting(attributes: string, more = ''): string {
  return R(200, 10, `<if_matched_sid>100</if_matched_sid>${more}`, attributes)
}

/** `a1`, `a2`, … */
export function numbered(count: number, prefix = 'a'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)
}

export function at(text: string, seconds: number): Sent {
  return { text, at: seconds }
}

/** A text from an agent. */
export function agent(id: string, text: string): Sent {
  return { text, location: `[${id}] (a${id}) 10.0.0.1->/x` }
}
