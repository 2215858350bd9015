import { refuse } from './refusal.ts'

/** The pattern text and where its reader stands. */
export class Cursor {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length
  }

  peek(ahead = 0): string {
    return this.text[this.at + ahead] ?? ''
  }

  take(): string {
    const char = this.peek()
    this.at += 1
    return char
  }

  /** Moves past `expected` if it stands here. */
  skip(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false
    this.at += expected.length
    return true
  }

  /** What a sticky expression matches here, or nothing. */
  match(expression: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(expression.source, 'y')
    sticky.lastIndex = this.at
    const found = sticky.exec(this.text)
    if (!found) return undefined
    this.at = sticky.lastIndex
    return found
  }

  /** Up to a terminator, which is passed too. */
  until(end: string, what: string): string {
    const to = this.text.indexOf(end, this.at)
    if (to === -1) refuse(`${what} has no ${end}`)
    const found = this.text.slice(this.at, to)
    this.at = to + end.length
    return found
  }
}
