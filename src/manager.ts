import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'

import { startApi } from './api/api.ts'
import type { Api, Change, HealthCheck, HealthReport } from './api/api-options.ts'
import { BacktestJobs } from './backtest-jobs.ts'
import { ensureServerCertificate, type ServerCertificate } from './certs/server-certificate.ts'
import { type LoadedConfiguration, loadConfiguration } from './configuration-file.ts'
import type { Problem } from './dialect/problem.ts'
import { EnginePast } from './engine-past.ts'
import { prepareHome } from './home.ts'
import { type LoadedEngine, loadEngine } from './load-engine.ts'
import { certificateCheck, diskCheck, healthReport } from './manager-health.ts'
import { ManagedSources } from './managed-sources.ts'
import { Masker } from './mask/masker.ts'
import { startFileOutputs } from './outputs/files/start.ts'
import { MemoryFiles } from './memory-files.ts'
import { ruleFiles } from './rule-files.ts'
import { ruleHooks } from './rule-hooks.ts'
import { type RulesetFiles, rulesetFilesOnDisk } from './ruleset-files.ts'
import { runFilePath, writeRunFile } from './run-file.ts'
import { demoSource } from './sources/demo/demo.ts'
import { type OwnEvent, selfSource } from './sources/self/self.ts'
import { openStore } from './store/open-store.ts'
import { StoreWatch } from './store-watch.ts'
import { serveStore, type StoreServer } from './store/remote/serve.ts'
import { socketName } from './store/remote/protocol.ts'
import type { KeptStore } from './store/kept-store.ts'
import { engineTelemetry, type EngineTelemetry } from './telemetry/engine.ts'
import { maskTelemetry } from './telemetry/mask.ts'
import { pipelineTelemetry, type PipelineTelemetry } from './telemetry/pipeline.ts'
import { type RunningTelemetry, startTelemetry } from './telemetry/start.ts'
import { textHelp } from './text-help.ts'
import { packageRoot, version } from './version.ts'

export interface ManagerOptions {
  readonly home: string
  readonly configFile?: string | undefined
  /** Used instead of the built-in ruleset. */
  readonly rulesetFolder?: string | undefined
  /** Replays recorded events instead of reading the configured sources. */
  readonly demo?: boolean | undefined
  /** Called when the rules are loaded, before stored events are evaluated again. */
  readonly loaded?: () => void
  /** Where people read log lines. */
  readonly console: { write(text: string): unknown }
}

/** Starting is refused: the input has to be mended first. Nothing listens. */
export class StartRefused extends Error {
  readonly problems: readonly Problem[]

  constructor(message: string, problems: readonly Problem[]) {
    super(message)
    this.problems = problems
  }
}

const demoFolder = path.join(packageRoot, 'examples', 'demo')
const checkEveryMs = 30_000
/** What clusters said before the last hour or so is kept this often. */
const keepEveryMs = 15 * 60_000
const hostName = hostname().split('.')[0] ?? 'localhost'

function refuseFatal(what: string, problems: readonly Problem[]): void {
  if (problems.some(({ severity }) => severity === 'fatal')) throw new StartRefused(what, problems)
}

/** Everything on one machine: sources, rules, store, API, dashboard and file outputs. */
export class Manager {
  readonly #options: ManagerOptions
  readonly #configuration: LoadedConfiguration
  readonly #telemetry: RunningTelemetry
  readonly #events: PipelineTelemetry
  readonly #engineEvents: EngineTelemetry
  readonly #store: KeptStore
  readonly #storeWatch: StoreWatch
  readonly #stop = new AbortController()
  readonly #self = selfSource(Date.now)
  readonly #startedAtMs = Date.now()
  readonly #ports = new Map<string, number>()
  readonly #sources: ManagedSources
  readonly #memoryFiles: MemoryFiles
  readonly #past: EnginePast
  readonly #running: Promise<void>[] = []
  readonly #backtests: BacktestJobs
  #engine: LoadedEngine
  #reloading: Promise<unknown> = Promise.resolve()
  #api: Api | undefined
  #storeServer: StoreServer | undefined
  #checks: readonly HealthCheck[] = []
  #isReady = false

  private constructor(parts: {
    options: ManagerOptions
    configuration: LoadedConfiguration
    telemetry: RunningTelemetry
    store: KeptStore
    storeWatch: StoreWatch
    engine: LoadedEngine
    memoryFiles: MemoryFiles
  }) {
    this.#options = parts.options
    this.#configuration = parts.configuration
    this.#telemetry = parts.telemetry
    this.#events = pipelineTelemetry(parts.telemetry)
    this.#engineEvents = engineTelemetry(parts.telemetry, () => this.#engine.engine)
    this.#store = parts.store
    this.#storeWatch = parts.storeWatch
    this.#engine = parts.engine
    this.#memoryFiles = parts.memoryFiles
    const { home, configFile, rulesetFolder } = parts.options
    this.#past = new EnginePast({ home, store: parts.store, telemetry: this.#events, now: Date.now })
    const masker = new Masker(parts.configuration.configuration.mask, maskTelemetry(parts.telemetry))
    this.#sources = new ManagedSources({
      ingest: {
        store: parts.store,
        engine: () => this.#engine.engine,
        telemetry: this.#events,
        now: Date.now,
        mask: (entry) => masker.mask(entry),
        stored: () => this.#writeMemory(),
      },
      log: parts.telemetry.log,
      ended: (source, reason) => this.#record({ kind: 'source-ended', source, reason }),
    })
    this.#backtests = new BacktestJobs({ home, configFile, rulesetFolder, now: Date.now })
  }

  /** Resolves when everything listens. Rejects with `StartRefused`, or with what the world refused (port taken, home locked). */
  static async start(options: ManagerOptions): Promise<Manager> {
    const { home } = options
    prepareHome(home)
    const configuration = loadConfiguration(home, options.configFile)
    refuseFatal('the configuration cannot be used', configuration.problems)
    const memoryFiles = new MemoryFiles(home)
    const engine = loadFor(options, configuration, memoryFiles)
    refuseFatal('the rules cannot be used', engine.problems)
    options.loaded?.()
    const telemetry = startTelemetry({
      level: 'info',
      logFile: path.join(home, 'logs', 'quaywatch.log'),
      console: options.console,
    })
    const storeWatch = new StoreWatch(Date.now)
    const store = await openStore({
      folder: path.join(home, 'data'),
      telemetry,
      now: Date.now,
      limits: limitsOf(configuration),
      onDamage: (damage) => storeWatch.damaged(damage),
      onTrouble: (trouble) => storeWatch.trouble(trouble),
      onClockJump: (byMs) => storeWatch.clockJumped(byMs),
    })
    const manager = new Manager({
      options,
      configuration,
      telemetry,
      store,
      storeWatch,
      engine,
      memoryFiles,
    })
    storeWatch.tellsTo((event) => manager.#record(event))
    try {
      await manager.#startParts()
    } catch (error) {
      await manager.stop()
      throw error
    }
    return manager
  }

  async #startParts(): Promise<void> {
    await this.#past.rebuild(this.#engine, this.#stop.signal)
    // Positions never come back, and there are at least as many as alerts: no id of an earlier run is given again.
    this.#engine.engine.memory.numberFrom(this.#store.head() + 1)
    const certificate = await ensureServerCertificate(this.home)
    await this.#refreshChecks(certificate)
    this.#api = await this.#startApi(certificate)
    this.#ports.set('dashboard', this.#api.port)
    this.#storeServer = await serveStore(this.#store, path.join(this.home, 'run', socketName))
    this.#startOutputs()
    this.#running.push(this.#runSources())
    await this.#sources.settled()
    await this.#writeRunFile()
    this.#isReady = true
    this.#record({ kind: 'started', version, host: hostName, rules: this.#engine.engine.rules.size })
    this.#every(checkEveryMs, () => void this.#refreshChecks(certificate))
    this.#every(keepEveryMs, () => void this.#past.keep(this.#engine))
  }

  #every(periodMs: number, work: () => void): void {
    const timer = setInterval(work, periodMs)
    this.#stop.signal.addEventListener('abort', () => clearInterval(timer), { once: true })
  }

  #startApi(certificate: ServerCertificate): Promise<Api> {
    const files = this.#rulesetFiles()
    const editable = ruleFiles({
      home: this.home,
      files,
      load: (overlaid) => loadFor(this.#options, this.#configuration, this.#memoryFiles, overlaid),
      problems: () => this.#engine.problems,
      reload: () => this.reload(),
      now: Date.now,
    })
    const { dashboard } = this.#configuration.configuration
    return startApi({
      store: this.#store,
      telemetry: this.#telemetry,
      home: this.home,
      listen: dashboard,
      basePath: dashboard.basePath,
      trustedProxies: dashboard.trustedProxies,
      tls: { cert: certificate.certificate, key: certificate.key },
      now: Date.now,
      version,
      hostName,
      health: () => this.health(),
      inventory: () => this.#sources.all.flatMap(({ source }) => source.inventory?.() ?? []),
      rules: ruleHooks(
        () => this.#engine,
        files,
        Date.now,
        (...draft) => editable.drafted(...draft),
      ),
      ruleFiles: editable,
      backtests: this.#backtests,
      recordChange: (change: Change) => this.#record({ kind: 'change', ...change }),
    })
  }

  #rulesetFiles(): RulesetFiles {
    return rulesetFilesOnDisk(this.home, this.#options.rulesetFolder)
  }

  #startOutputs(): void {
    const outputs = startFileOutputs({
      store: this.#store,
      home: this.home,
      options: this.#configuration.configuration.global,
      telemetry: this.#telemetry,
      now: Date.now,
      signal: this.#stop.signal,
      help: textHelp(() => this.#engine.engine.rules),
      report: (report) => this.#record(report),
    })
    this.#running.push(outputs)
  }

  #runSources(): Promise<void> {
    const { sources } = this.#configuration.configuration
    const context = {
      telemetry: this.#telemetry,
      now: Date.now,
      home: this.home,
      hostName,
      listening: (service: string, port: number) => {
        this.#ports.set(service, port)
        if (this.#isReady) void this.#writeRunFile()
      },
    }
    const configured = this.#options.demo
      ? [{ type: 'demo', source: demoSource(demoFolder, Date.now) }]
      : sources.map(({ type, create }) => ({ type, source: create(context) }))
    return this.#sources.run([{ type: 'self', source: this.#self }, ...configured], this.#stop.signal)
  }

  /** What is not written is found again when memory is rebuilt, as long as its event is kept. */
  #writeMemory(): void {
    const failed = (error: Error) =>
      this.#telemetry.log.error({ error: error.message }, 'what rules remember was not written')
    this.#memoryFiles.flush().catch(failed)
  }

  async #writeRunFile(): Promise<void> {
    const ports = Object.fromEntries(this.#ports)
    const startedAt = new Date(this.#startedAtMs).toISOString()
    await writeRunFile(this.home, { pid: process.pid, version, startedAt, ports })
  }

  async #refreshChecks(certificate: ServerCertificate): Promise<void> {
    this.#engineEvents.check()
    this.#checks = [certificateCheck(certificate.notAfterMs, Date.now()), await diskCheck(this.home)]
  }

  /** An event of our own; failing to store it is already reported by the pipeline. */
  #record(event: OwnEvent): void {
    this.#self
      .record(event)
      .catch((error: Error) =>
        this.#telemetry.log.warn({ kind: event.kind, error: error.message }, 'an own event was not stored'),
      )
  }

  get home(): string {
    return this.#options.home
  }

  get ports(): ReadonlyMap<string, number> {
    return this.#ports
  }

  health(): HealthReport {
    return healthReport({
      startedAtMs: this.#startedAtMs,
      ready: this.#isReady,
      sources: this.#sources.all,
      totals: this.#events.totals,
      rules: { size: this.#engine.engine.rules.size, problems: this.#engine.problems },
      checks: [this.#storeWatch.check(), ...this.#checks],
    })
  }

  /** A new one-time link that signs in as administrator. */
  async signInLink(): Promise<string> {
    if (!this.#api) throw new Error('the dashboard is not listening')
    return this.#api.signInLink()
  }

  /** Problems of the configuration and the rules in force. */
  get problems(): readonly Problem[] {
    return [...this.#configuration.problems, ...this.#engine.problems]
  }

  /** Reads rules, decoders and lists again, one time after the other. Whatever is fatal in them leaves the old ones in force. */
  reload(): Promise<readonly Problem[]> {
    const reloaded = this.#reloading.then(() => this.#reload())
    this.#reloading = reloaded.catch(() => undefined)
    return reloaded
  }

  async #reload(): Promise<readonly Problem[]> {
    await this.#memoryFiles.flush()
    const loaded = loadFor(this.#options, this.#configuration, this.#memoryFiles)
    const fatal = loaded.problems.find(({ severity }) => severity === 'fatal')
    if (fatal) {
      this.#record({ kind: 'rules-refused', problem: fatal.message, count: loaded.problems.length })
      return loaded.problems
    }
    await this.#past.rebuild(loaded, this.#stop.signal)
    loaded.engine.memory.numberFrom(this.#engine.engine.memory.nextNumber)
    this.#engine = loaded
    this.#record({ kind: 'rules-reloaded', rules: loaded.engine.rules.size })
    return loaded.problems
  }

  /** Sources stop reading, what is in flight becomes durable, everything is closed. */
  async stop(): Promise<void> {
    this.#isReady = false
    this.#stop.abort()
    await Promise.allSettled(this.#running)
    await this.#past.keep(this.#engine)
    await this.#backtests.close()
    await this.#api?.close()
    await this.#storeServer?.close()
    await this.#store.close()
    await rm(runFilePath(this.home), { force: true })
    await this.#telemetry.close()
  }
}

const dayMs = 86_400_000

function limitsOf({ configuration: { store } }: LoadedConfiguration) {
  return {
    alertsMs: store.retentionAlertsDays * dayMs,
    eventsMs: store.retentionEventsDays * dayMs,
    maxSizeBytes: store.maxSizeBytes,
  }
}

function loadFor(
  { home, rulesetFolder }: ManagerOptions,
  { configuration }: LoadedConfiguration,
  memoryFiles: MemoryFiles,
  files?: RulesetFiles,
): LoadedEngine {
  const { ruleset, global, alerts } = configuration
  const memory = memoryFiles.options()
  return loadEngine({
    home,
    rulesetFolder,
    ruleset,
    global,
    alerts,
    hostName,
    memory,
    ...(files ? { files } : {}),
  })
}
