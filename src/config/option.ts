import type { Place, Problem, Severity } from '../dialect/problem.ts'
import type { XmlElement } from '../dialect/xml-element.ts'

/** What reading one element gave: a value, or the sentence that says what would have been right. */
export type Read<T> = { readonly value: T } | { readonly wrong: string }

/** One option of a section: everything that parsing, messages and the reference page need. */
export interface Option<T> {
  readonly element: string
  readonly fallback: T
  /** How the fallback is written in a file, where its text form is not that. */
  readonly shownFallback?: string
  readonly summary: string
  /** What may be written, for messages and the reference page: `yes or no`. */
  readonly accepts: string
  /** How bad a wrong value is. */
  readonly severity: Severity
  /** A repeated element adds to the list instead of replacing the value. */
  readonly repeats: boolean
  read(element: XmlElement, before: T): Read<T>
}

export type Options = Readonly<Record<string, Option<never> | Option<unknown>>>
export type Values<O> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never }

interface Shape<T> {
  readonly accepts: string
  readonly shownFallback?: string
  readonly repeats?: boolean
  read(element: XmlElement, before: T): Read<T>
}

/** An option of any shape. Prefer the ready-made ones below. */
export function option<T>(element: string, fallback: T, summary: string, shape: Shape<T>): Option<T> {
  return { element, fallback, summary, severity: 'fatal', repeats: false, ...shape }
}

/** The same option, but a wrong value is only warned about and the fallback used. */
export function lenient<T>(strict: Option<T>): Option<T> {
  return { ...strict, severity: 'warning' }
}

export function yesNo(element: string, fallback: boolean, summary: string): Option<boolean> {
  return option(element, fallback, summary, {
    accepts: 'yes or no',
    read: ({ content }) =>
      content === 'yes' || content === 'no' ? { value: content === 'yes' } : { wrong: 'must be yes or no' },
  })
}

export function text<T extends string | undefined>(
  element: string,
  fallback: T,
  summary: string,
): Option<string | T> {
  return option<string | T>(element, fallback, summary, {
    accepts: 'text',
    read: ({ content }) => (content === '' ? { wrong: 'must not be empty' } : { value: content }),
  })
}

export function integer<T extends number | undefined>(
  element: string,
  fallback: T,
  summary: string,
  range: { readonly min: number; readonly max: number },
): Option<number | T> {
  const accepts = `whole number from ${range.min} to ${range.max}`
  return option<number | T>(element, fallback, summary, {
    accepts,
    read: ({ content }) => {
      const value = /^\d+$/.test(content) ? Number(content) : NaN
      return value >= range.min && value <= range.max ? { value } : { wrong: `must be a ${accepts}` }
    },
  })
}

const secondsOf: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** `90`, `5m`, `1h`, `2d`, `1w` (spec/configuration.md §1.2). */
export function parseSeconds(content: string): number | undefined {
  const [, digits, suffix] = /^(\d{1,12})([smhdw]?)$/.exec(content) ?? []
  return digits === undefined || suffix === undefined
    ? undefined
    : Number(digits) * (secondsOf[suffix] ?? NaN)
}

export function seconds<T extends number | undefined>(
  element: string,
  fallback: T,
  summary: string,
): Option<number | T> {
  return option<number | T>(element, fallback, summary, {
    accepts: 'a duration such as 90, 5m, 1h, 2d or 1w',
    read: ({ content }) => {
      const value = parseSeconds(content)
      return value === undefined ? { wrong: 'must be a duration such as 90, 5m, 1h, 2d or 1w' } : { value }
    },
  })
}

const bytesOf: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

function sizeText(bytes: number): string {
  const unit = ['g', 'm', 'k'].find((name) => bytes > 0 && bytes % (bytesOf[name] ?? NaN) === 0) ?? ''
  return `${bytes / (bytesOf[unit] ?? 1)}${unit}`
}

/** `4096`, `64K`, `12m`, `20g`: powers of 1024 (spec/configuration.md §1.2). */
export function parseSize(content: string): number | undefined {
  const [, digits, suffix] = /^(\d{1,12})([bkmg]?)b?$/i.exec(content) ?? []
  return digits === undefined || suffix === undefined
    ? undefined
    : Number(digits) * (bytesOf[suffix.toLowerCase()] ?? NaN)
}

export function size<T extends number | undefined>(
  element: string,
  fallback: T,
  summary: string,
): Option<number | T> {
  return option<number | T>(element, fallback, summary, {
    accepts: 'a size such as 64K, 12M or 20G',
    ...(fallback === undefined ? {} : { shownFallback: sizeText(fallback) }),
    read: ({ content }) => {
      const value = parseSize(content)
      return value === undefined ? { wrong: 'must be a size such as 64K, 12M or 20G' } : { value }
    },
  })
}

export function oneOf<const T extends string>(
  element: string,
  words: readonly T[],
  fallback: T,
  summary: string,
): Option<T> {
  return option<T>(element, fallback, summary, {
    accepts: words.join(', '),
    read: ({ content }) => {
      const value = words.find((word) => word === content)
      return value === undefined ? { wrong: `must be one of ${words.join(', ')}` } : { value }
    },
  })
}

/** A list that grows with every occurrence of the element; `read` gives one item of it. */
export function repeated<T>(
  element: string,
  summary: string,
  item: { readonly accepts: string; read(element: XmlElement): Read<T> },
): Option<readonly T[]> {
  return option<readonly T[]>(element, [], summary, {
    accepts: item.accepts,
    repeats: true,
    read: (found, before) => {
      const one = item.read(found)
      return 'wrong' in one ? one : { value: [...before, one.value] }
    },
  })
}

export interface SectionResult<O> {
  readonly values: Values<O>
  readonly problems: readonly Problem[]
  /** Names (keys of the table) that the file wrote. */
  readonly given: ReadonlySet<string>
}

/**
 * Reads the children of a section by its option table. Unknown elements are warned about by name, wrong values are reported with
 * the severity of their option (spec/configuration.md §1.4).
 */
export function readSection<O extends Options>(section: XmlElement, options: O): SectionResult<O> {
  const problems: Problem[] = []
  const values: Record<string, unknown> = {}
  const given = new Set<string>()
  for (const [key, { fallback }] of Object.entries(options)) values[key] = fallback
  for (const child of section.children) {
    const found = Object.entries(options).find(([, { element }]) => element === child.name)
    if (!found) {
      problems.push(unknownElement(section.name, child.name, child.at))
      continue
    }
    const [key, declared] = found
    const result = (declared as Option<unknown>).read(child, values[key])
    if ('wrong' in result) problems.push(wrongValue(section.name, child, result.wrong, declared.severity))
    else {
      values[key] = result.value
      given.add(key)
    }
  }
  // Every key of the table was given its fallback or a value that its own option read.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { values: values as Values<O>, problems, given }
}

function unknownElement(section: string, name: string, at: Place): Problem {
  return {
    code: 'unknown-element',
    severity: 'warning',
    message: `<${name}> is not an option of <${section}>; it is ignored`,
    at,
  }
}

function wrongValue(section: string, child: XmlElement, wrong: string, severity: Severity): Problem {
  const shown = child.content.length > 60 ? `${child.content.slice(0, 60)}…` : child.content
  return {
    code: 'invalid-value',
    severity,
    message: `<${child.name}> of <${section}> ${wrong}, not ${JSON.stringify(shown)}`,
    at: child.contentAt,
  }
}
