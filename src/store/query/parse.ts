import type { Query, QueryError } from './query.ts'
import { QueryProblem, Scanner, type Word } from './scanner.ts'
import { networkRange, networkRange6, plainText } from './value.ts'

const maxLength = 8_192
const maxDepth = 64
const maxConditions = 256

/** Text to query. Whatever is wrong is returned with its place and, where there is one, a way to mend it. */
export function parseQuery(text: string): { readonly query: Query } | { readonly error: QueryError } {
  if (text.length > maxLength) {
    return { error: { message: `a query has at most ${maxLength} characters`, position: maxLength } }
  }
  if (text.trim() === '' || text.trim() === '*') return { query: { kind: 'all' } }
  try {
    return { query: new Parser(text).whole() }
  } catch (problem) {
    if (problem instanceof QueryProblem) return { error: problem.at }
    throw problem
  }
}

const operators = ['<=', '>=', '<', '>'] as const
type Operator = (typeof operators)[number]

class Parser {
  readonly #scan: Scanner
  #depth = 0
  #conditions = 0

  constructor(text: string) {
    this.#scan = new Scanner(text)
  }

  whole(): Query {
    const query = this.#either()
    this.#scan.skipBlank()
    if (!this.#scan.atEnd) throw this.#unexpected()
    return query
  }

  #either(): Query {
    const parts = [this.#all()]
    while (this.#scan.takeKeyword('or')) parts.push(this.#all())
    return joined('or', parts)
  }

  /** Conditions side by side are joined by `and`. */
  #all(): Query {
    const parts = [this.#negated()]
    for (;;) {
      const said = this.#scan.takeKeyword('and')
      if (!said && !this.#goesOn()) return joined('and', parts)
      parts.push(this.#negated())
    }
  }

  #goesOn(): boolean {
    this.#scan.skipBlank()
    const { position, text } = this.#scan
    if (this.#scan.atEnd || text.charAt(position) === ')') return false
    if (!this.#scan.takeKeyword('or')) return true
    this.#scan.position = position
    return false
  }

  #negated(): Query {
    if (!this.#scan.takeKeyword('not')) return this.#primary()
    return this.#nested(() => ({ kind: 'not', part: this.#negated() }))
  }

  #primary(): Query {
    const { position } = this.#scan
    if (this.#scan.take('(') !== undefined) {
      const inner = this.#nested(() => this.#either())
      this.#close(position)
      return inner
    }
    const word = this.#scan.name()
    if (!word) throw this.#unexpected()
    const operator = this.#scan.take(':', ...operators)
    if (operator === undefined) return this.#condition(match(undefined, word))
    const field = plainText(word.text, word.phrase)
    if (field === '') throw new QueryProblem('the name of the field is empty', word.position)
    if (operator !== ':') return this.#range(field, operator)
    const after = this.#scan.take(...operators)
    return after === undefined ? this.#values(field) : this.#range(field, after)
  }

  /** What may stand behind `field:`. */
  #values(field: string): Query {
    const { position } = this.#scan
    if (this.#scan.take('(') !== undefined) {
      const inner = this.#nested(() => this.#valuesEither(field))
      this.#close(position)
      return inner
    }
    if (this.#scan.take('[') !== undefined) return this.#between(field)
    const word = this.#scan.value()
    if (!word) throw this.#missingValue(field)
    if (!word.phrase && word.text === '*') return this.#condition({ kind: 'exists', field })
    this.#checkNetwork(word)
    return this.#condition(match(field, word))
  }

  /** `(a or b and not c)` behind a field. */
  #valuesEither(field: string): Query {
    const parts = [this.#valuesAll(field)]
    while (this.#scan.takeKeyword('or')) parts.push(this.#valuesAll(field))
    return joined('or', parts)
  }

  #valuesAll(field: string): Query {
    const parts = [this.#valueNegated(field)]
    while (this.#scan.takeKeyword('and')) parts.push(this.#valueNegated(field))
    this.#scan.skipBlank()
    const { position } = this.#scan
    if (this.#goesOn()) {
      throw new QueryProblem(
        'values in parentheses are joined by or or and',
        position,
        'write (a or b), or put words that belong together into quotation marks',
      )
    }
    return joined('and', parts)
  }

  #valueNegated(field: string): Query {
    if (!this.#scan.takeKeyword('not')) return this.#values(field)
    return this.#nested(() => ({ kind: 'not', part: this.#valueNegated(field) }))
  }

  #range(field: string, operator: Operator): Query {
    const word = this.#scan.value()
    if (!word) throw this.#missingValue(field)
    return this.#condition({ kind: 'range', field, operator, value: plainText(word.text, word.phrase) })
  }

  /** `[low to high]`, both included; `*` leaves an end open. */
  #between(field: string): Query {
    const opened = this.#scan.position - 1
    const low = this.#scan.bound()
    const said = this.#scan.takeKeyword('to')
    const high = this.#scan.bound()
    if (!low || !said || !high || this.#scan.take(']') === undefined) {
      throw new QueryProblem('a range is written [low to high]', opened, `for example ${field}: [3 to 7]`)
    }
    const bounds = [
      { operator: '>=', word: low },
      { operator: '<=', word: high },
    ] as const
    const parts = bounds
      .filter(({ word }) => word.phrase || word.text !== '*')
      .map(({ operator, word }): Query => {
        const value = plainText(word.text, word.phrase)
        return this.#condition({ kind: 'range', field, operator, value })
      })
    return parts.length === 0 ? { kind: 'exists', field } : joined('and', parts)
  }

  #checkNetwork({ text, phrase, position }: Word): void {
    const looksLikeOne = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:]*:[\da-f:]*)\/\d{1,3}$/i.test(text)
    if (phrase || !looksLikeOne || networkRange(text) || networkRange6(text)) return
    throw new QueryProblem(
      `${text} is no network`,
      position,
      'write 10.0.0.0/8 or 2001:db8::/32, or put it into quotation marks to look for the text',
    )
  }

  #condition(query: Query): Query {
    this.#conditions += 1
    if (this.#conditions > maxConditions)
      throw new QueryProblem(`a query has at most ${maxConditions} conditions`, this.#scan.position)
    return query
  }

  #nested(inner: () => Query): Query {
    this.#depth += 1
    if (this.#depth > maxDepth)
      throw new QueryProblem(`parentheses and not go at most ${maxDepth} deep`, this.#scan.position)
    const query = inner()
    this.#depth -= 1
    return query
  }

  #close(opened: number): void {
    if (this.#scan.take(')') !== undefined) return
    this.#scan.skipBlank()
    if (!this.#scan.atEnd) throw this.#unexpected()
    throw new QueryProblem('the parenthesis is never closed', opened, 'add ) at the end')
  }

  #missingValue(field: string): QueryProblem {
    this.#scan.skipBlank()
    const { position } = this.#scan
    return new QueryProblem(
      `${field} has no value`,
      position,
      `write ${field}: value, or ${field}: * for any value`,
    )
  }

  #unexpected(): QueryProblem {
    this.#scan.skipBlank()
    const { position, text, atEnd } = this.#scan
    if (atEnd) return new QueryProblem('the query ends where a condition is expected', position)
    const unit = String.fromCodePoint(text.codePointAt(position) ?? 0)
    if (unit === ')')
      return new QueryProblem('this parenthesis was never opened', position, 'remove it, or quote it')
    const hint = 'put the value into quotation marks if it belongs to it'
    return new QueryProblem(`${JSON.stringify(unit)} is not expected here`, position, hint)
  }
}

function match(field: string | undefined, { text, phrase }: Word): Query {
  return { kind: 'match', field, value: text, phrase }
}

function joined(kind: 'and' | 'or', parts: readonly Query[]): Query {
  const [only] = parts
  return only && parts.length === 1 ? only : { kind, parts }
}
