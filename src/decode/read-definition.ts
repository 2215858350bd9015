import { compilePattern } from '../dialect/compile-pattern.ts'
import type { MatchBudget } from '../dialect/match-budget.ts'
import type { Dialect, Pattern, PatternOptions } from '../dialect/pattern.ts'
import type { Place, Problem, Severity } from '../dialect/problem.ts'
import type { XmlElement } from '../dialect/xml-element.ts'
import type { Category } from '../event/decoded-event.ts'
import type { Definition, Offset, OffsetPattern, OrderField } from './definition.ts'
import { readFts, readOrder } from './order.ts'
import type { Plugin } from './plugin.ts'

export interface ReadOptions {
  /** Names of one `<order>` at most. */
  readonly orderSize: number
  readonly plugins: ReadonlyMap<string, Plugin>
  readonly budget: MatchBudget
  /** A pattern of the decoder was given up. */
  readonly onExhausted: (decoder: string) => void
}

/** A pattern is not longer, all its elements together. */
const longestPattern = 1023

const categories: readonly Category[] = [
  'syslog',
  'firewall',
  'ids',
  'web-log',
  'squid',
  'windows',
  'ossec',
  'host-information',
]
const offsets: readonly Offset[] = ['after_parent', 'after_prematch', 'after_regex']

/** One `<decoder>`; `undefined` when a fatal problem was reported. */
export function readDefinition(
  element: XmlElement,
  options: ReadOptions,
  report: (problem: Problem) => void,
): Definition | undefined {
  const reading = new Reading(element, options, report)
  return reading.definition()
}

/** Made apart from what reads the decoder: patterns stay, and would keep its elements. */
function patternOptions(name: string, { budget, onExhausted }: ReadOptions): PatternOptions {
  return { budget, onExhausted: () => onExhausted(name) }
}

interface PatternText {
  readonly source: string
  readonly dialect: Dialect
  readonly offset: Offset
  readonly at: Place
}

class Reading {
  readonly #element: XmlElement
  readonly #options: ReadOptions
  readonly #report: (problem: Problem) => void
  #failed = false

  constructor(element: XmlElement, options: ReadOptions, report: (problem: Problem) => void) {
    this.#element = element
    this.#options = options
    this.#report = report
  }

  #problem(severity: Severity, code: string, message: string, at: Place = this.#element.at): void {
    if (severity === 'fatal') this.#failed = true
    this.#report({ code, severity, message, at })
  }

  definition(): Definition | undefined {
    const name = this.#name()
    const { children } = this.#element
    if (name === undefined) return undefined
    if (children.length === 0) {
      this.#problem('fatal', 'null-element', `decoder ${JSON.stringify(name)} is empty`)
      return undefined
    }
    for (const child of children) this.#knownElement(child)
    const order = this.#order()
    const definition: Definition = {
      name,
      at: this.#element.at,
      parent: this.#text('parent'),
      programName: this.#compile(this.#patternText('program_name', 'osmatch')),
      prematch: this.#offsetPattern('prematch'),
      regex: this.#offsetPattern('regex'),
      order: order ?? [],
      plugin: this.#plugin(),
      fts: this.#fts(order),
      ftsComment: this.#text('ftscomment'),
      category: this.#category(),
      accumulates: this.#all('accumulate').length > 0,
      usesOwnName: this.#all('use_own_name').at(-1)?.content === 'true',
      json: { nulls: this.#nulls(), arrays: this.#arrays() },
    }
    this.#check(definition)
    return this.#failed ? undefined : definition
  }

  #name(): string | undefined {
    const { name, attributes } = this.#element
    const [first, second] = attributes
    if (name.toLowerCase() !== 'decoder') {
      this.#problem('fatal', 'invalid-element', `<${name}> is not a decoder`)
      return undefined
    }
    const isRight =
      first?.name === 'name' && attributes.length <= 2 && (second === undefined || second.name === 'status')
    if (isRight) return first.value
    const message = 'a decoder has the attribute name, and after it at most status'
    this.#problem('fatal', 'invalid-element', message, first?.at)
    return undefined
  }

  #all(name: string): XmlElement[] {
    return this.#element.children.filter((child) => child.name.toLowerCase() === name)
  }

  #knownElement(child: XmlElement): void {
    if (knownElements.has(child.name.toLowerCase())) return
    this.#problem('fatal', 'invalid-element', `<${child.name}> is not an element of a decoder`, child.at)
  }

  /** The contents of all elements of this name together. */
  #text(name: string): string | undefined {
    const elements = this.#all(name)
    return elements.length === 0 ? undefined : elements.map(({ content }) => content).join('')
  }

  #patternText(name: string, fallback: Dialect): PatternText | undefined {
    const elements = this.#all(name)
    const [first] = elements
    if (first === undefined) return undefined
    let dialect = fallback
    let offset: Offset = 'none'
    for (const element of elements) {
      dialect = this.#dialect(element, fallback)
      const written = element.attributes.find((attribute) => attribute.name === 'offset')
      if (written === undefined || name === 'program_name') continue
      if (element === first) offset = this.#offset(written.value, name, written.at)
      else
        this.#problem('fatal', 'duplicate-offset', `only the first <${name}> can have an offset`, written.at)
    }
    const source = elements.map(({ content }) => content).join('')
    if (source.length > longestPattern) {
      const message = `<${name}> has ${source.length} bytes, more than ${longestPattern}`
      this.#problem('fatal', 'text-too-long', message, first.contentAt)
      return undefined
    }
    return { source, dialect, offset, at: first.contentAt }
  }

  #dialect(element: XmlElement, fallback: Dialect): Dialect {
    const written = element.attributes.find((attribute) => attribute.name === 'type')
    if (written === undefined) return fallback
    const name = written.value.toLowerCase()
    if (name === 'osregex' || name === 'pcre2') return name
    if (name === 'osmatch' && fallback === 'osmatch') return name
    const message = `<${element.name}> cannot have type ${JSON.stringify(written.value)}; ${fallback} is used`
    this.#problem('warning', 'invalid-attribute-value', message, written.at)
    return fallback
  }

  #offset(value: string, element: string, at: Place): Offset {
    const offset = offsets.find((known) => known === value.toLowerCase())
    if (offset !== undefined) return offset
    const severity = element === 'regex' ? 'warning' : 'error'
    const message = `<${element}> cannot have offset ${JSON.stringify(value)}; it is ignored`
    this.#problem(severity, 'invalid-attribute-value', message, at)
    return 'none'
  }

  #compile(text: PatternText | undefined): Pattern | undefined {
    if (text === undefined) return undefined
    const name = this.#element.attributes[0]?.value ?? ''
    const compiled = compilePattern(text.dialect, text.source, patternOptions(name, this.#options))
    if ('pattern' in compiled) return compiled.pattern
    this.#failed = true
    this.#report({ ...compiled.problem, at: text.at })
    return undefined
  }

  #offsetPattern(name: string): OffsetPattern | undefined {
    const text = this.#patternText(name, 'osregex')
    const pattern = this.#compile(text)
    return text === undefined || pattern === undefined
      ? undefined
      : { pattern, offset: text.offset, at: text.at }
  }

  #order(): readonly OrderField[] | undefined {
    const element = this.#all('order').at(-1)
    if (element === undefined) return undefined
    const order = readOrder(element.content)
    if (order === undefined)
      this.#problem('fatal', 'invalid-order-field', 'a field of <order> has no name', element.contentAt)
    else if (order.length > this.#options.orderSize) {
      const message = `<order> has ${order.length} fields, more than ${this.#options.orderSize}`
      this.#problem('fatal', 'too-many-order-fields', message, element.contentAt)
    }
    return order ?? []
  }

  #fts(order: readonly OrderField[] | undefined): readonly string[] {
    const { children } = this.#element
    const element = this.#all('fts').at(-1)
    if (element === undefined) return []
    const precedes = this.#all('order').some((other) => children.indexOf(other) < children.indexOf(element))
    const read = readFts(element.content, precedes ? order : undefined)
    if ('names' in read) return read.names
    this.#problem('fatal', 'invalid-fts-field', `<fts> names ${read.wrong}`, element.contentAt)
    return []
  }

  #plugin(): Definition['plugin'] {
    const element = this.#all('plugin_decoder').at(-1)
    if (element === undefined) return undefined
    const plugin = this.#options.plugins.get(element.content)
    if (plugin === undefined) {
      const message = `there is no plugin decoder ${JSON.stringify(element.content)}`
      this.#problem('fatal', 'invalid-decoder-option', message, element.contentAt)
      return undefined
    }
    const written = element.attributes.find(({ name }) => name === 'offset')
    if (written === undefined) return { plugin, offset: 'none', at: element.at }
    const offset = offsets.find((known) => known === written.value.toLowerCase())
    if (offset !== undefined && offset !== 'after_regex') return { plugin, offset, at: element.at }
    const message = `<plugin_decoder> cannot have offset ${JSON.stringify(written.value)}`
    this.#problem('fatal', 'decoder-configuration', message, written.at)
    return undefined
  }

  #category(): Category {
    const element = this.#all('type').at(-1)
    if (element === undefined) return 'syslog'
    const category = categories.find((known) => known === element.content)
    if (category !== undefined) return category
    const message = `<type> must be one of ${categories.join(', ')}`
    this.#problem('fatal', 'invalid-decoder-type', message, element.contentAt)
    return 'syslog'
  }

  #nulls(): 'string' | 'discard' {
    const element = this.#all('json_null_field').at(-1)
    if (element === undefined || element.content === 'string') return 'string'
    if (element.content === 'discard') return 'discard'
    if (element.content === 'empty')
      this.#problem('warning', 'deprecated-value', '<json_null_field> empty means string', element.contentAt)
    else this.#wrongOption(element, 'string or discard')
    return 'string'
  }

  #arrays(): 'array' | 'csv' {
    const element = this.#all('json_array_structure').at(-1)
    if (element === undefined || element.content === 'array') return 'array'
    if (element.content === 'csv') return 'csv'
    this.#wrongOption(element, 'array or csv')
    return 'array'
  }

  #wrongOption(element: XmlElement, accepts: string): void {
    const message = `<${element.name}> must be ${accepts}, not ${JSON.stringify(element.content)}`
    this.#problem('warning', 'invalid-option-value', message, element.contentAt)
  }

  /** What does not fit together. Counts elements, since those with problems of their own are missing in the definition. */
  #check({ name, prematch }: Definition): void {
    const has = (element: string): boolean => this.#all(element).length > 0
    const what = `decoder ${JSON.stringify(name)}`
    if (!has('prematch') && !has('parent') && !has('program_name'))
      this.#problem('fatal', 'decoder-without-prematch', `${what} has no prematch, parent or program_name`)
    if (has('plugin_decoder') && (has('regex') || has('order')))
      this.#problem('fatal', 'plugin-with-regex', `${what} has both a plugin_decoder and a regex or order`)
    else if (has('regex') !== has('order') || (has('fts') && !has('regex')))
      this.#problem(
        'fatal',
        'decoder-configuration',
        `${what} needs regex and order together, and both for fts`,
      )
    if (prematch !== undefined && prematch.offset !== 'none' && prematch.offset !== 'after_parent')
      this.#problem('fatal', 'invalid-offset', 'the offset of <prematch> is after_parent', prematch.at)
  }
}

const knownElements: ReadonlySet<string> = new Set([
  'parent',
  'program_name',
  'prematch',
  'regex',
  'order',
  'fts',
  'ftscomment',
  'plugin_decoder',
  'use_own_name',
  'type',
  'accumulate',
  'json_null_field',
  'json_array_structure',
])
