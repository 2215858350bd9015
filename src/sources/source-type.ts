import type { Options, Values } from '../config/option.ts'
import type { Problem } from '../dialect/problem.ts'
import type { XmlElement } from '../dialect/xml-element.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Source } from './source.ts'

/** What a source may use of the process it runs in. */
export interface SourceContext {
  readonly telemetry: Telemetry
  /** Wall clock, milliseconds. */
  readonly now: () => number
  /** Home directory: certificates lie in `etc/certs`, a source's own files in `data/<type>`. */
  readonly home: string
  /** Short name of this host, as `manager.name` in documents. */
  readonly hostName: string
  /** Tells the operator the port really bound (`run.json`, start-up lines). */
  readonly listening: (service: string, port: number) => void
}

/** One thing a source needs, as `quaywatch doctor` found it. */
export interface Finding {
  readonly title: string
  readonly state: 'ok' | 'warning' | 'error'
  readonly detail: string
  /** What a person can do about it. */
  readonly advice?: string | undefined
}

export interface Surroundings {
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A manager of this home runs now: its ports are taken, by itself. */
  readonly isRunning: boolean
}

/** One kind of source, declared once: its section of the configuration, its options, and how to make one. */
export interface SourceType<O extends Options> {
  /** `docker-listener`, `kube-audit`, `localfile`: also `RawEvent.source`. */
  readonly type: string
  /** The element of `ossec.conf`: `kube_audit`, or `wodle name="docker-listener"`. */
  readonly section: { readonly element: string; readonly name?: string }
  /** `single`: later blocks apply over earlier ones or replace them; `each`: every block is a source of its own. */
  readonly blocks: 'single' | 'each'
  /** Runs without being configured. */
  readonly byDefault: boolean
  readonly summary: string
  readonly options: O
  readonly examples: readonly string[]
  /** Problems that only several options together show. Called once, after every option was read. */
  check?(
    options: Values<O>,
    written: { readonly block: XmlElement; readonly given: ReadonlySet<string> },
  ): readonly Problem[]
  /** `<disabled>yes</disabled>`: the block is read and checked, but no source is made. */
  isDisabled?(options: Values<O>): boolean
  /** What this source needs from the machine, checked without starting it. Never rejects. */
  diagnose?(options: Values<O>, surroundings: Surroundings): Promise<readonly Finding[]>
  /** Throws an Error with a sentence for the operator when these options can never work. */
  create(options: Values<O>, context: SourceContext): Source
}

export function sourceType<O extends Options>(declared: SourceType<O>): SourceType<O> {
  return declared
}
