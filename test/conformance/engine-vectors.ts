import { existsSync } from 'node:fs'
import path from 'node:path'

import { mergeBlocks, readBlocks } from '../../src/config/blocks.ts'
import { readSection } from '../../src/config/option.ts'
import { alertsOptions, globalOptions } from '../../src/config/sections/global.ts'
import { rulesetOptions, type RulesetSection } from '../../src/config/sections/ruleset.ts'
import type { Problem } from '../../src/dialect/problem.ts'

import { RawEvent } from '../../src/event/raw-event.ts'
import { type Engine, loadEngine, type LoadedEngine } from '../../src/load-engine.ts'
import type { Quirk } from '../../src/rules/load-context.ts'
import { type RulesetFiles, rulesetFilesOnDisk } from '../../src/ruleset-files.ts'
import { bytesOf, referenceFolder } from './reference.ts'

/** One observed vector; the README of the vectors describes the keys. */
export interface Vector {
  readonly id: string
  readonly clause: string
  readonly note?: string
  readonly quirk?: string
  readonly stock: boolean
  readonly files?: Readonly<Record<string, string>>
  readonly ruleset?: string
  readonly config?: Readonly<Record<string, number>>
  readonly encoding?: string
  readonly start?: string
  readonly location: string
  readonly locations?: readonly string[]
  readonly events: readonly string[]
  readonly delays?: readonly number[]
  readonly load?: { readonly ok: boolean; readonly problems: readonly string[] }
  readonly alert?: readonly boolean[]
  readonly expected?: readonly (Output | null)[]
  readonly partial?: true
  readonly features?: readonly string[]
  readonly alerts?: readonly Output[]
  readonly archives?: readonly Output[]
  readonly alerts_log?: readonly string[]
}

export type Output = Readonly<Record<string, unknown>>

export interface Session {
  readonly loaded: LoadedEngine
  readonly engine: Engine | undefined
}

const upstream = path.join(referenceFolder, 'wazuh-4.14.3', 'ruleset')
export const hasStock = existsSync(upstream)

const stockLists = [
  'audit-keys',
  'amazon/aws-eventnames',
  'security-eventchannel',
  'malicious-ioc/malware-hashes',
  'malicious-ioc/malicious-ip',
  'malicious-ioc/malicious-domains',
]

/** Files of a vector as an installation would hold them. */
function filesOf(vector: Vector): RulesetFiles {
  const files = new Map(
    Object.entries(vector.files ?? {}).map(([name, text]) => [name, bytesOf(text, vector.encoding)]),
  )
  return {
    list: (folder) =>
      [...files.keys()]
        .filter((name) => name.startsWith(`${folder}/`) && !name.slice(folder.length + 1).includes('/'))
        .map((name) => name.slice(folder.length + 1))
        .sort(),
    read: (name) => {
      const text = files.get(name)
      if (text === undefined) throw new Error('no such file')
      return text
    },
    lists: () => [...files.keys()].filter((name) => name.startsWith('etc/lists/')),
  }
}

/** The stock ruleset with what the upstream suite adds and patches. */
function stockFiles(): RulesetFiles {
  const disk = rulesetFilesOnDisk('/nonexistent', upstream)
  const fixtures = rulesetFilesOnDisk('/nonexistent', path.join(upstream, 'testing'))
  const patched = (text: string): string =>
    text.replace(/(<rule id="60000"[^]*?<\/rule>)/, (rule) =>
      rule
        .replace('<category>ossec</category>', '')
        .replace('<decoded_as>windows_eventchannel</decoded_as>', '<decoded_as>json</decoded_as>'),
    )
  return {
    list: (folder) => {
      if (folder.startsWith('ruleset/')) return disk.list(folder)
      const kind = folder.replace('etc/', '')
      return fixtures.list('ruleset/ruleset').filter((name) => name.endsWith(`_${kind}.xml`))
    },
    read: (name) => {
      if (name.startsWith('etc/rules/') || name.startsWith('etc/decoders/'))
        return fixtures.read(`ruleset/ruleset/${path.basename(name)}`)
      const text = disk.read(name)
      return name.endsWith('0575-win-base_rules.xml') ? patched(text) : text
    },
    lists: () => stockLists.map((name) => `etc/lists/${name}`),
  }
}

function rulesetSection(text: string | undefined): {
  section: RulesetSection | undefined
  problems: Problem[]
} {
  if (text === undefined) return { section: undefined, problems: [] }
  const blocks = readBlocks(`<ossec_config><ruleset>${text}</ruleset></ossec_config>`, 'ossec.conf', [
    { element: 'ruleset' },
  ])
  const merged = mergeBlocks(blocks.of({ element: 'ruleset' }))
  if (!merged) return { section: undefined, problems: [...blocks.problems] }
  const { values, problems } = readSection(merged, rulesetOptions)
  return { section: values, problems: [...blocks.problems, ...problems] }
}

const stockCache = new Map<string, LoadedEngine>()

export function loadVector(
  vector: Vector,
  mode: 'daemon' | 'logtest',
  quirks: ReadonlySet<Quirk> = new Set(),
): Session {
  const key = JSON.stringify([mode, vector.config ?? {}, [...quirks]])
  const known = vector.stock ? stockCache.get(key) : undefined
  const loaded = known ?? load(vector, mode, quirks)
  if (vector.stock) stockCache.set(key, loaded)
  const isUsable = !loaded.problems.some(({ severity }) => severity === 'fatal')
  return { loaded, engine: isUsable ? loaded.newSession() : undefined }
}

function load(vector: Vector, mode: 'daemon' | 'logtest', quirks: ReadonlySet<Quirk>): LoadedEngine {
  const defaults = readSection(
    { name: 'alerts', attributes: [], content: '', children: [], at: nowhere, contentAt: nowhere },
    { ...alertsOptions, ...globalOptions },
  ).values
  const { section, problems } = rulesetSection(vector.ruleset)
  const config = vector.config ?? {}
  return loadEngine({
    home: '/nonexistent',
    files: vector.stock ? stockFiles() : filesOf(vector),
    ...(section ? { ruleset: section } : {}),
    earlierProblems: problems,
    global: defaults,
    alerts: {
      ...defaults,
      logAlertLevel: config['log_alert_level'] ?? 3,
      emailAlertLevel: config['email_alert_level'] ?? 12,
    },
    hostName: 'manager',
    quirks,
    orderSize: config['decoder_order_size'] ?? 256,
    memory: { mode },
    utcOffsetMinutes: () => 0,
  })
}

const nowhere = { file: '', line: 1, column: 1 }

/** Events of a vector with the clock it asks for. */
export function* eventsOf(vector: Vector): Iterable<RawEvent> {
  let atMs = Date.parse(vector.start ?? '2026-03-02T12:00:00Z')
  for (const [index, text] of vector.events.entries()) {
    atMs += (vector.delays?.[index] ?? 0) * 1000
    const location = vector.locations?.[index] ?? vector.location
    yield new RawEvent({
      id: `${vector.id}:${index}`,
      source: 'vector',
      location: bytesOf(location, vector.encoding),
      receivedAtMs: atMs,
      text: bytesOf(text, vector.encoding),
    })
  }
}

/** Without what no two installations share; the order of keys stays. */
export function withoutVolatile(document: string): Output {
  const output: unknown = JSON.parse(document)
  if (typeof output !== 'object' || output === null) return {}
  const shown = Object.entries(output).filter(([key]) => !['timestamp', 'id', 'manager'].includes(key))
  return Object.fromEntries(
    shown.map(([key, value]) => [key, key === 'agent' ? withoutManagerName(value) : value]),
  )
}

function withoutManagerName(agent: unknown): unknown {
  if (typeof agent !== 'object' || agent === null || !('id' in agent) || agent.id !== '000') return agent
  return Object.fromEntries(Object.entries(agent).filter(([key]) => key !== 'name'))
}

/** Strings of a vector as our documents would hold them: text, invalid bytes replaced. */
export function expectedText(value: unknown, encoding: string | undefined): unknown {
  if (encoding !== 'latin1') return value
  const text = JSON.stringify(value)
  return JSON.parse(Buffer.from(text, 'latin1').toString('utf8')) as unknown
}

export const noQuirks: ReadonlySet<Quirk> = new Set()
export const allQuirks: ReadonlySet<Quirk> = new Set(['Q-1', 'Q-3', 'Q-4', 'Q-5', 'Q-10'])
