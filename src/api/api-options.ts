import type { EngineInventory } from '../event/inventory.ts'
import type { Against, BacktestReport } from '../backtest/report.ts'
import type { Problem } from '../dialect/problem.ts'
import type { Store } from '../store/store.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

/** How one source is doing, in words for the Set-up and health page. */
export interface SourceHealth {
  /** Unique in the process: `docker-listener`, `kube-audit`, `localfile:/var/log/x`. */
  readonly name: string
  /** Type of the source component: `docker-listener`, `kube-audit`, `localfile`. */
  readonly type: string
  readonly state: 'running' | 'waiting' | 'stopped'
  readonly detail: string
  readonly advice?: string | undefined
  /** Wall clock of the last event, milliseconds. */
  readonly lastEventAtMs?: number | undefined
  /** Events read since the start. */
  readonly events?: number | undefined
  /** Who sends, for sources that many send to. */
  readonly senders?: readonly SenderHealth[] | undefined
}

/** One API server that sends to the audit webhook. */
export interface SenderHealth {
  readonly cluster: string
  readonly server: string
  readonly events: number
  readonly eventsPerSecond?: number
  readonly lagSeconds?: number
  readonly lastEventAtMs: number
}

/** One thing that must be true for data to arrive and stay: certificates, disk, clock, follower lag, … */
export interface HealthCheck {
  /** Stable, for links: `certificate-dashboard`. */
  readonly id: string
  readonly title: string
  readonly state: 'ok' | 'warning' | 'error'
  /** What was found: `expires on 2027-11-22`. */
  readonly detail: string
  /** What a person can do about it, a command where there is one. */
  readonly advice?: string | undefined
}

export interface HealthReport {
  /** `/healthz` and `/readyz` answer 200 when true: listening, rules loaded, store open. */
  readonly ready: boolean
  readonly startedAtMs: number
  readonly sources: readonly SourceHealth[]
  readonly checks: readonly HealthCheck[]
  readonly rules: { readonly size: number; readonly problems: readonly Problem[] }
  readonly pipeline: {
    /** Since the start. */
    readonly eventsReceived: number
    readonly alertsRaised: number
    /** Everything that was dropped or rejected, counted; 0 is the promise. */
    readonly dropped: number
  }
}

/** A person changed something. The manager turns it into an event of its own, so that it is found with everything else. */
export interface Change {
  readonly action:
    | 'sign-in'
    | 'sign-in-failed'
    | 'sign-out'
    | 'session-revoked'
    | 'password-set'
    | 'user-created'
    | 'user-changed'
    | 'user-removed'
    | 'token-created'
    | 'token-revoked'
    | 'export'
    | 'rule-file-saved'
    | 'rules-reloaded'
    | 'rules-reload-refused'
    | 'rule-file-removed'
    | 'search-saved'
    | 'search-removed'
    | 'note-added'
    | 'note-removed'
    | 'muted'
    | 'unmuted'
  /** User name of who did it; `-` when nobody was signed in. */
  readonly by: string
  readonly role: Role | undefined
  /** What was changed: user name, token name. */
  readonly target: string
  readonly address: string
  readonly atMs: number
  readonly outcome: 'ok' | 'denied'
}

export type Role = 'viewer' | 'analyst' | 'admin'

export interface RuleSummary {
  readonly id: number
  readonly level: number
  /** As written, with `$(field)`. */
  readonly description: string
  readonly groups: readonly string[]
  readonly mitreIds: readonly string[]
  /** Relative to where the ruleset lies. */
  readonly file: string
  readonly line: number
  readonly origin: 'built-in' | 'ruleset' | 'local'
}

export interface RuleDetail extends RuleSummary {
  readonly xml: string
  readonly parents: readonly number[]
  readonly children: readonly number[]
}

/** One rule that was tried, and why it did not match when it did not. */
export interface RuleTrace {
  readonly ruleId: number
  readonly level: number
  readonly description: string
  readonly matched: boolean
  /** The first condition that failed: `field "docker.status" is "die", expected "^start$"`. */
  readonly reason?: string | undefined
  readonly children: readonly RuleTrace[]
}

export interface RuleTestResult {
  readonly alert: boolean
  /** The document `logtest --json` prints. */
  readonly output: unknown
  readonly trace: readonly RuleTrace[]
}

export interface RuleHooks {
  list(): readonly RuleSummary[]
  show(id: number): RuleDetail | undefined
  /** Evaluates lines in a memory of their own; nothing is stored. At most 200 lines are given. */
  test(request: {
    readonly lines: readonly string[]
    readonly location: string
    /** A file as it might become: rules are tried with it. */
    readonly draft?: { readonly name: string; readonly text: string }
  }): Promise<readonly RuleTestResult[]>
}

/** One file that rules, decoders or lists come from. */
export interface RuleFile {
  /** `etc/rules/local.xml` in the home directory, `ruleset/rules/…` in the ruleset. */
  readonly name: string
  readonly kind: 'rules' | 'decoders' | 'lists'
  /** In the home directory: can be changed. */
  readonly isLocal: boolean
  readonly sizeBytes?: number
  readonly changedAtMs?: number
}

export interface RuleFileText {
  readonly name: string
  readonly text: string
  /** Changes with the text. */
  readonly version: string
  readonly canBeChanged: boolean
}

export type SaveOutcome =
  | { readonly kind: 'saved'; readonly version: string; readonly problems: readonly Problem[] }
  /** Nothing was written: the rules could not be used with it. */
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  /** The file is not what it was when it was opened. */
  | { readonly kind: 'conflict' }

export interface RuleFileHooks {
  list(): readonly RuleFile[]
  read(name: string): RuleFileText | undefined
  /** What would be wrong with this text in this file. */
  check(name: string, text: string): readonly Problem[]
  /** Writes, and makes it the rules in force. `version`: of the text that was opened; absent for a new file. */
  save(request: {
    readonly name: string
    readonly text: string
    readonly version: string | undefined
    readonly by: string
  }): Promise<SaveOutcome>
  remove(name: string, by: string): Promise<SaveOutcome>
  /** Makes what is on disk the rules in force, unless something in it is fatal; all problems. */
  reload(): Promise<readonly Problem[]>
  /** Before each change, newest first. */
  versions(name: string): readonly { readonly id: string; readonly atMs: number; readonly by: string }[]
  version(name: string, id: string): string | undefined
}

export interface BacktestRequest {
  /** Name and XML text of each rule file; the name decides which installed file it stands for. */
  readonly files: readonly { readonly name: string; readonly text: string }[]
  readonly fromMs: number
  readonly toMs: number
  readonly against: Against
  /** Examples for each difference. */
  readonly samples: number
  /** User name. */
  readonly by: string
}

export interface BacktestJob {
  readonly id: string
  /** `cancelled`: the report holds for the part that was done. */
  readonly state: 'running' | 'done' | 'cancelled' | 'failed'
  readonly by: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly endedAt?: string
  readonly from: string
  readonly to: string
  readonly against: Against
  readonly files: readonly string[]
  /** Share of the time that is done, from 0 to 1. */
  readonly progress: number
  /** Compared so far. */
  readonly events: number
  /** When done, or cancelled in time. */
  readonly report?: BacktestReport
  /** When failed: why. */
  readonly error?: string
  /** When failed because rules do not load: every problem, `FILE:LINE:COLUMN: …`. */
  readonly problems?: readonly string[]
}

/** Tries draft rules on stored events, beside everything else. */
export interface Backtests {
  /** `undefined`: as many run already as may at once. */
  start(request: BacktestRequest): BacktestJob | undefined
  /** Running ones and the last that ended, newest first. */
  list(): readonly BacktestJob[]
  get(id: string): BacktestJob | undefined
  /** Asks it to end with what it has; `undefined` when there is no such job. */
  cancel(id: string): BacktestJob | undefined
}

export interface ApiOptions {
  readonly store: Store
  readonly telemetry: Telemetry
  /** Users, sessions and tokens are kept in `data/auth.json` below it, sign-in links in `data/sign-in`. */
  readonly home: string
  /** Port 0: any free one. */
  readonly listen: { readonly bind: string; readonly port: number }
  /** PEM text; the certificate with its chain. */
  readonly tls: { readonly cert: string; readonly key: string }
  /** Wall clock, milliseconds. */
  readonly now: () => number
  readonly version: string
  /** Short name of this host, shown in the page. */
  readonly hostName: string
  health(): HealthReport
  /** Called once per change by a person. Must not throw. */
  recordChange(change: Change): void
  /** Absent: the pages about rules say that rules cannot be browsed here. */
  readonly rules?: RuleHooks
  /** Absent: rules cannot be edited here. */
  readonly ruleFiles?: RuleFileHooks
  /** What exists on the engines that are watched. Absent: nothing is watched here. */
  inventory?(): readonly EngineInventory[]
  /** Absent: back-tests are refused. */
  readonly backtests?: Backtests
  /** `/` or a path such as `/quaywatch/` when a proxy serves the dashboard below it. */
  readonly basePath?: string
  /** Addresses and networks whose `X-Forwarded-For` is believed. Default: nobody's. */
  readonly trustedProxies?: readonly string[]
  /** Folder of the built dashboard. Default: `dist/web` of the package. */
  readonly webRoot?: string
  /** `open`: anybody who reaches the port may read `/metrics`. Default: loopback without, others with token or session. */
  readonly metrics?: 'open' | 'protected'
}

export interface Api {
  /** Really bound. */
  readonly port: number
  /** Makes a new one-time link, valid for an hour, that signs in as administrator. Print it; never log it. */
  signInLink(): Promise<string>
  /** Ends streams, stops listening. */
  close(): Promise<void>
}
