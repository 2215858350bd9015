import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'

import { type FileSelection, selectFiles } from './config/file-order.ts'
import type { AlertsSection, GlobalSection } from './config/sections/global.ts'
import type { RulesetSection } from './config/sections/ruleset.ts'
import type { Decoder } from './decode/decoder.ts'
import { createDecoder } from './decode/create-decoder.ts'
import { type Decoders, type LoadedDecoders, loadDecoders } from './decode/load-decoders.ts'
import type { Problem } from './dialect/problem.ts'
import { toByteString } from './event/byte-string.ts'
import { openGeoip } from './geoip.ts'
import { type CdbList, parseCdbList } from './rules/cdb-list.ts'
import type { EngineRuleSet } from './rules/engine-rule-set.ts'
import type { LoadContext, Quirk } from './rules/load-context.ts'
import { type RuleDraftFile, withDraft } from './rules/draft-files.ts'
import { loadRules } from './rules/load-rules.ts'
import type { EngineMemory, MemoryOptions } from './rules/memory.ts'
import { readMitreCatalogue } from './rules/mitre-catalogue.ts'
import { type RulesetFiles, rulesetFilesOnDisk } from './ruleset-files.ts'
import { packageRoot } from './version.ts'

export interface EngineSettings {
  readonly home: string
  /** `--ruleset DIR`: a tree `rules/ decoders/ lists/` used instead of the built-in ruleset. */
  readonly rulesetFolder?: string | undefined
  readonly ruleset?: RulesetSection
  readonly global?: GlobalSection
  readonly alerts?: AlertsSection
  /** Short name of this machine. */
  readonly hostName?: string
  readonly quirks?: ReadonlySet<Quirk>
  readonly memory?: Partial<MemoryOptions>
  /** Dynamic fields of an event and `field` elements of a rule at most (`decoder_order_size`); default: no limit. */
  readonly orderSize?: number
  /** Found before, in the configuration; part of the result. */
  readonly earlierProblems?: readonly Problem[]
  /** Minutes east of UTC; default: the zone of this process. */
  utcOffsetMinutes?(atMs: number): number
  /** Where files come from; default: the disk. */
  readonly files?: RulesetFiles
  /** Rule files that are only tried: added, or put in the place of what they define anew. */
  readonly draft?: readonly RuleDraftFile[]
}

export interface Engine {
  readonly decoder: Decoder
  readonly rules: EngineRuleSet
  readonly memory: EngineMemory
}

/** What loading a ruleset gave. Everything but `problems` may only be used when none of them is fatal. */
export class LoadedEngine {
  readonly problems: readonly Problem[]
  /** For linters; what could be used of them when a problem is fatal. */
  readonly decoders: Decoders
  readonly #make: (() => Engine) | undefined
  #engine: Engine | undefined = undefined

  constructor(make: (() => Engine) | undefined, decoders: Decoders, problems: readonly Problem[]) {
    this.#make = make
    this.decoders = decoders
    this.problems = problems
  }

  get engine(): Engine {
    this.#engine ??= this.newSession()
    return this.#engine
  }

  /** The same rules with nothing remembered. */
  newSession(): Engine {
    if (!this.#make) throw new Error('loading the ruleset: it has fatal problems and cannot be used')
    return this.#make()
  }

  /** How far back a search looks: after a restart, events of this time have to be evaluated again. */
  get longestTimeframeMs(): number {
    return this.engine.rules.longestTimeframeMs
  }
}

/** Reads decoders, lists and rules and makes an engine of them. All problems are reported; files are only read. */
export function loadEngine(settings: EngineSettings): LoadedEngine {
  const managerName = toByteString(settings.hostName ?? hostname().split('.')[0] ?? 'localhost')
  const reader = new RulesetReader(settings)
  const { orderSize } = settings
  const decoders = loadDecoders(reader.files('decoders'), orderSize === undefined ? {} : { orderSize })
  const ruleFiles = withDraft(reader.files('rules'), settings.draft ?? [])
  const { ruleSet, problems } = loadRules(ruleFiles, {
    ...contextOf(settings, decoders),
    ...reader.geoip(settings.global?.geoipDatabase),
    lists: reader.lists(),
    managerName,
  })
  const all = [...(settings.earlierProblems ?? []), ...reader.problems, ...decoders.problems, ...problems]
  if (!ruleSet || all.some(({ severity }) => severity === 'fatal'))
    return new LoadedEngine(undefined, decoders.decoders, all)
  const limit = Math.max(settings.global?.memorySize ?? 0, 65_536)
  return new LoadedEngine(
    () => ({
      decoder: createDecoder(decoders.decoders, {
        hostname: managerName,
        ...(orderSize === undefined ? {} : { fieldLimit: orderSize }),
      }),
      rules: ruleSet,
      memory: ruleSet.newMemory({ limit, ...settings.memory }),
    }),
    decoders.decoders,
    all,
  )
}

function contextOf(
  settings: EngineSettings,
  { decoders }: LoadedDecoders,
): Omit<LoadContext, 'lists' | 'managerName'> {
  return {
    decoderNames: new Set([...decoders.names, ...otherDecoderNames]),
    mitre: readMitreCatalogue(readFileSync(path.join(packageRoot, 'ruleset', 'mitre.json'), 'utf8')),
    logAlertLevel: settings.alerts?.logAlertLevel ?? 3,
    emailAlertLevel: settings.alerts?.emailAlertLevel ?? 12,
    defaultTimeframe: 360,
    maxFields: settings.orderSize ?? Infinity,
    utcOffsetMinutes: (atMs) => settings.utcOffsetMinutes?.(atMs) ?? -new Date(atMs).getTimezoneOffset(),
    quirks: settings.quirks ?? new Set(settings.ruleset?.quirks),
  }
}

/** Decoders of the original that are programs, not files; rules may name them whether or not their events occur here. */
const otherDecoderNames = `rootcheck syscheck_integrity_changed syscheck_new_entry syscheck_deleted
  syscheck_registry_key_added syscheck_registry_key_modified syscheck_registry_key_deleted
  syscheck_registry_value_added syscheck_registry_value_modified syscheck_registry_value_deleted hostinfo_new
  hostinfo_modified syscollector ciscat sca windows_eventchannel`.split(/\s+/)

type Kind = 'rules' | 'decoders'

/** What a configuration that says nothing of folders leaves out: the one file that stock configurations exclude. */
const usualExcludes = ['0215-policy_rules.xml']

/** Finds and reads the files that a `<ruleset>` section asks for. */
class RulesetReader {
  readonly problems: Problem[] = []
  readonly #ruleset: RulesetSection | undefined
  readonly #files: RulesetFiles
  readonly #usesBuiltIn: boolean
  readonly #home: string

  constructor({ home, rulesetFolder, ruleset, files }: EngineSettings) {
    this.#ruleset = ruleset
    this.#usesBuiltIn = rulesetFolder === undefined
    this.#home = home
    this.#files = files ?? rulesetFilesOnDisk(home, rulesetFolder)
  }

  files(kind: Kind): { file: string; text: string }[] {
    const names = selectFiles(this.#selection(kind), (folder) => this.#files.list(folder))
    return names.flatMap((file) => {
      const text = this.#read(file)
      return text === undefined ? [] : [{ file, text }]
    })
  }

  lists(): Map<string, CdbList> {
    const names = this.#ruleset?.lists.map((list) => list.path) ?? []
    const lists = new Map<string, CdbList>()
    const shipped = this.#usesBuiltIn ? (this.#files.shippedLists?.() ?? []) : []
    for (const written of names.length > 0 ? new Set([...shipped, ...names]) : this.#files.lists()) {
      const [name = ''] = (written.includes('/') ? written : `ruleset/rules/${written}`).split('.cdb')
      const text = this.#read(name)
      if (text !== undefined) lists.set(name, parseCdbList(name, text))
    }
    return lists
  }

  /** Without its database the places of addresses are not known; everything else works. */
  geoip(file: string | undefined): Pick<LoadContext, 'geoip'> {
    if (file === undefined) return {}
    try {
      return { geoip: openGeoip(path.resolve(this.#home, file)) }
    } catch (error) {
      const message = `opening the GeoIP database ${file}: ${error instanceof Error ? error.message : String(error)}; srcgeoip and dstgeoip stay absent`
      this.problems.push({ code: 'geoip-database', severity: 'warning', message })
      return {}
    }
  }

  #selection(kind: Kind): FileSelection {
    const section = this.#ruleset
    const folders = (kind === 'rules' ? section?.ruleDirs : section?.decoderDirs) ?? []
    const includes = (kind === 'rules' ? section?.ruleIncludes : section?.decoderIncludes) ?? []
    const excludes = (kind === 'rules' ? section?.ruleExcludes : section?.decoderExcludes) ?? []
    const usual = [`ruleset/${kind}`, `etc/${kind}`].map((folder) => ({ path: folder, pattern: undefined }))
    return {
      folders: folders.length > 0 ? folders : usual,
      includes: includes.map(({ path: name }) => (name.includes('/') ? name : `ruleset/${kind}/${name}`)),
      excludes: folders.length + excludes.length > 0 ? excludes.map(({ path: name }) => name) : usualExcludes,
    }
  }

  #read(name: string): string | undefined {
    try {
      return this.#files.read(name)
    } catch (error) {
      const message = `reading ${name}: ${error instanceof Error ? error.message : String(error)}`
      this.problems.push({ code: 'file-not-found', severity: 'warning', message })
      return undefined
    }
  }
}
