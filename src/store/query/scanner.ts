import type { QueryError } from './query.ts'

/** Stops parsing; caught at the top of the parser and returned as data. */
export class QueryProblem extends Error {
  readonly at: QueryError

  constructor(message: string, position: number, hint?: string) {
    super(message)
    this.at = hint === undefined ? { message, position } : { message, position, hint }
  }
}

export interface Word {
  /** As written, with backslashes; of a phrase what is between the quotes, without them. */
  readonly text: string
  readonly phrase: boolean
  readonly position: number
}

const endOfName = /[\s()":<>[\]]/
const endOfValue = /[\s()"]/

/** Reads the characters of a query; what a character means depends on what the parser expects. */
export class Scanner {
  readonly text: string
  position = 0

  constructor(text: string) {
    this.text = text
  }

  get atEnd(): boolean {
    return this.position >= this.text.length
  }

  skipBlank(): void {
    while (!this.atEnd && /\s/.test(this.text.charAt(this.position))) this.position += 1
  }

  /** True and past it when the text goes on with one of the symbols; longest first. */
  take<const T extends string>(...symbols: readonly T[]): T | undefined {
    this.skipBlank()
    const found = symbols.find((symbol) => this.text.startsWith(symbol, this.position))
    if (found !== undefined) this.position += found.length
    return found
  }

  /** `and`, `or`, `not`, `to` in any case, as words of their own. */
  takeKeyword(keyword: string): boolean {
    this.skipBlank()
    const end = this.position + keyword.length
    if (this.text.slice(this.position, end).toLowerCase() !== keyword) return false
    if (end < this.text.length && !endOfName.test(this.text.charAt(end))) return false
    // `and: x` asks for a field of that name.
    if (/^\s*(?::|[<>])/.test(this.text.slice(end))) return false
    this.position = end
    return true
  }

  name(): Word | undefined {
    return this.#word(endOfName)
  }

  value(): Word | undefined {
    return this.#word(endOfValue)
  }

  /** A value inside `[… to …]`. */
  bound(): Word | undefined {
    return this.#word(/[\s()"[\]]/)
  }

  #word(end: RegExp): Word | undefined {
    this.skipBlank()
    const position = this.position
    if (this.text.charAt(position) === '"') return { text: this.#phrase(), phrase: true, position }
    let word = ''
    while (!this.atEnd && !end.test(this.text.charAt(this.position))) {
      const unit = this.text.charAt(this.position)
      word += unit
      this.position += 1
      if (unit === '\\' && !this.atEnd) {
        word += this.text.charAt(this.position)
        this.position += 1
      }
    }
    return word === '' ? undefined : { text: word, phrase: false, position }
  }

  #phrase(): string {
    const opened = this.position
    this.position += 1
    let phrase = ''
    while (!this.atEnd) {
      const unit = this.text.charAt(this.position)
      this.position += 1
      if (unit === '"') return phrase
      if (unit === '\\' && !this.atEnd) {
        phrase += this.text.charAt(this.position)
        this.position += 1
      } else phrase += unit
    }
    throw new QueryProblem('the quotation mark is never closed', opened, 'add " at the end of the phrase')
  }
}
