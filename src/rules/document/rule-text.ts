import type { ByteString } from '../../event/byte-string.ts'
import { fromByteString } from '../../event/byte-string.ts'
import type { MitreView } from '../mitre.ts'
import { jsonText, jsonTexts } from './json-text.ts'
import { Piece } from './piece.ts'
import type { Sink } from './sink.ts'

const maxGroupBytes = 1023
const nothing: readonly string[] = []
const standards = ['pci_dss', 'cis', 'gdpr', 'gpg13', 'hipaa', 'nist_800_53', 'tsc'] as const

export interface RuleFacts {
  readonly id: number
  readonly level: number
  /** As written, with its placeholders. */
  readonly description: ByteString
  readonly groupText: ByteString
  readonly mitre: MitreView | undefined
  readonly cve: ByteString
  readonly info: ByteString
  /** Of correlation rules only. */
  readonly frequency: number | undefined
  readonly hasMail: boolean
  readonly noCounter: boolean
}

interface RulePieces {
  /** Up to the description. */
  readonly head: Piece
  /** The same with a description that is always the same. */
  readonly described: Piece
  readonly middle: Piece
  readonly tail: Piece
  readonly tailOfLevelZero: Piece
}

/** What the `rule` object of a document says of one event. */
export interface RuleHit {
  /** Interpolated text, still bytes. */
  readonly description: ByteString
  readonly firedTimes: number
  /** As the last key; documents of a manager do not show it. */
  readonly showsLevelZero: boolean
}

/** The `rule` object of documents with everything but description and counter made in advance (spec/rules.md §6.4). */
export class RuleText {
  readonly #facts: RuleFacts
  #groups: Groups | undefined = undefined
  #groupTexts: readonly string[] | undefined = undefined
  #pieces: RulePieces | undefined = undefined

  constructor(facts: RuleFacts) {
    this.#facts = facts
  }

  get groups(): readonly string[] {
    this.#groupTexts ??= this.#split().groups.map(fromByteString)
    return this.#groupTexts
  }

  get mitreIds(): readonly string[] {
    return this.#facts.mitre?.id ?? nothing
  }

  get mitreTactics(): readonly string[] {
    return this.#facts.mitre?.tactic ?? nothing
  }

  get mitreTechniques(): readonly string[] {
    return this.#facts.mitre?.technique ?? nothing
  }

  /** `,"rule":{"level":…}` */
  write({ description, firedTimes, showsLevelZero }: RuleHit, sink: Sink): void {
    this.#pieces ??= this.#prepare()
    const { head, described, middle, tail, tailOfLevelZero } = this.#pieces
    if (description === this.#facts.description) sink.piece(described)
    else {
      sink.piece(head)
      sink.json(description)
    }
    sink.piece(middle)
    if (!this.#facts.noCounter) sink.number(firedTimes)
    sink.piece(showsLevelZero ? tailOfLevelZero : tail)
  }

  #split(): Groups {
    this.#groups ??= splitGroups(this.#facts.groupText)
    return this.#groups
  }

  #prepare(): RulePieces {
    const { level, description } = this.#facts
    const head = `,"rule":{${level === 0 ? '' : `"level":${level},`}"description":`
    const tail = this.#tail()
    return {
      head: new Piece(head),
      described: new Piece(head + jsonText(description)),
      middle: new Piece(this.#middle()),
      tail: new Piece(`${tail}}`),
      tailOfLevelZero: new Piece(`${tail},"level":0}`),
    }
  }

  #middle(): ByteString {
    const { id, mitre, cve, info, frequency, noCounter } = this.#facts
    let text = id === 0 ? '' : `,"id":"${id}"`
    if (mitre)
      text += `,"mitre":{"id":${jsonTexts(mitre.id)},"tactic":${jsonTexts(mitre.tactic)},"technique":${jsonTexts(mitre.technique)}}`
    if (cve !== '') text += `,"cve":${jsonText(cve)}`
    if (info !== '') text += `,"info":${jsonText(info)}`
    if (frequency !== undefined) text += `,"frequency":${frequency}`
    return noCounter ? text : `${text},"firedtimes":`
  }

  #tail(): ByteString {
    const { groups, compliance } = this.#split()
    let text = `,"mail":${this.#facts.hasMail},"groups":${jsonTexts(groups)}`
    for (const [standard, values] of compliance) text += `,"${standard}":${jsonTexts(values)}`
    return text
  }
}

interface Groups {
  readonly groups: string[]
  readonly compliance: Map<string, string[]>
}

function splitGroups(text: ByteString): Groups {
  const groups: string[] = []
  const compliance = new Map<string, string[]>()
  for (const part of text.slice(0, maxGroupBytes).split(',')) {
    if (part === '') continue
    const standard = standards.find((name) => part.startsWith(`${name}_`))
    if (!standard) {
      groups.push(part)
      continue
    }
    const values = compliance.get(standard) ?? []
    values.push(part.slice(standard.length + 1))
    compliance.set(standard, values)
  }
  return { groups, compliance }
}
