import type { ByteString } from '../event/byte-string.ts'
import type { RawEvent } from '../event/raw-event.ts'
import type { Definition, Offset, OffsetPattern, OrderField } from './definition.ts'
import type { EventFields } from './event-fields.ts'
import type { EventOverrides } from './plugin.ts'
import { evaluateNothing, evaluateRoot, type Selection } from './selection.ts'

export interface Subject {
  readonly raw: RawEvent
  readonly log: ByteString
  readonly fields: EventFields
  /** The decoder: key of what plugins remember. */
  readonly session: object
}

/** Runs the plugin or regex of the selected decoder and of its chain (spec/decoders.md §6.5). */
export function extractFields(selection: Selection, subject: Subject): EventOverrides | undefined {
  const { root, first } = selection
  if (first === evaluateNothing) return undefined
  const extraction = new Extraction(selection, subject)
  if (first === evaluateRoot) extraction.run(root.definition)
  else {
    const { children } = root
    for (let index = first; index < children.length; index += 1) {
      const child = children[index]
      if (child === undefined || !extraction.run(child.definition) || !child.hasSuccessor) break
    }
  }
  return extraction.overrides
}

class Extraction {
  overrides: EventOverrides | undefined = undefined
  readonly #selection: Selection
  readonly #subject: Subject
  /** Where the text behind the last regex that matched starts. */
  #regexEnd: number | undefined = undefined

  constructor(selection: Selection, subject: Subject) {
    this.#selection = selection
    this.#subject = subject
  }

  /** False when evaluation ends whatever comes after. */
  run({ plugin, regex, order }: Definition): boolean {
    if (plugin !== undefined) {
      this.#runPlugin(plugin)
      return true
    }
    return regex !== undefined && this.#runRegex(regex, order)
  }

  #runPlugin({ plugin }: NonNullable<Definition['plugin']>): void {
    const { raw, log, fields, session } = this.#subject
    const { definition } = this.#selection
    this.overrides ??= {}
    plugin.decode({
      raw,
      log,
      fields,
      session,
      start: this.#pluginStart(),
      json: definition.json,
      overrides: this.overrides,
    })
  }

  /** By the options of the decoder that counts, which is not always the one that names the plugin. */
  #pluginStart(): number {
    const { definition, parentEnd, childEnd } = this.#selection
    const offset = definition.plugin?.offset
    if (offset === 'after_parent') return parentEnd
    return offset === 'after_prematch' ? childEnd : 0
  }

  #runRegex({ pattern, offset }: OffsetPattern, order: readonly OrderField[]): boolean {
    const { log, fields } = this.#subject
    const match = pattern.exec(log, this.#regexStart(offset))
    if (match === undefined) return true
    this.#regexEnd = match.rest
    const count = Math.min(match.captures.length, order.length)
    for (let index = 0; index < count; index += 1) {
      const field = order[index]
      const value = match.captures[index]
      if (field === undefined || value === undefined) continue
      if (field.fixed !== undefined) fields.set(field.fixed, value)
      else if (!fields.add(field.name, value)) return false
    }
    return true
  }

  #regexStart(offset: Offset): number {
    const { parentEnd, childEnd } = this.#selection
    if (offset === 'after_parent') return parentEnd
    if (offset === 'after_prematch') return childEnd
    return offset === 'after_regex' ? (this.#regexEnd ?? childEnd) : 0
  }
}
