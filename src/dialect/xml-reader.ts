import type { Place, Problem } from './problem.ts'
import { AttributeDraft, ElementDraft, Lines, type Piece } from './xml-draft.ts'

/** One name, attribute or text. */
const maxStringBytes = 20_480
const maxDepth = 1024

/** Names of attributes before the first; most elements have no second. */
const none = new Set<string>()

/** One pass over one file; see `parseXml` for what it reads. */
export class XmlReader {
  readonly roots: ElementDraft[] = []
  /** In the order in which they were opened, which is the order in which variables take effect. */
  readonly opened: ElementDraft[] = []
  readonly #text: string
  readonly #lines: Lines
  readonly #open: ElementDraft[] = []
  #position = 0
  /** Pieces of the text that is being read (as many as the count says), their size, and whether an odd run of backslashes ends it. */
  readonly #pieces: Piece[] = []
  #pieceCount = 0
  #pieceBytes = 0
  #escaped = false
  #hidden: number | undefined
  #problem: Problem | undefined

  constructor(text: string, file: string) {
    this.#text = text
    this.#lines = new Lines(text, file)
  }

  readAll(): Problem | undefined {
    while (this.#problem === undefined && this.#readText());
    return this.#problem
  }

  place(offset: number): Place {
    return this.#lines.place(offset)
  }

  /** Where a character of an element's content stands in the file. */
  placeInContent(element: ElementDraft, index: number): Place {
    if (element.pieces.length === 0) return this.place(element.contentFrom + index)
    let left = index
    for (const { from, to } of element.pieces) {
      if (left < to - from) return this.place(from + left)
      left -= to - from
    }
    return element.contentAt
  }

  /** Text up to the next tag, and that tag. False at the end. */
  #readText(): boolean {
    const from = this.#position
    const at = this.#text.indexOf('<', from)
    const to = at === -1 ? this.#text.length : at
    if (!this.#addText(from, to)) return false
    if (at === -1) return this.#endOfText()
    if (this.#text[at + 1] === '!') return this.#skipComment(at)
    if (this.#escaped) {
      if (this.#text[at + 1] === '/') this.#hidden ??= at
      this.#escaped = false
      this.#position = at + 1
      return this.#addPiece(at, at + 1)
    }
    return this.#text[at + 1] === '/' ? this.#close(at) : this.#openElement(at)
  }

  #endOfText(): boolean {
    const element = this.#open.at(-1)
    if (!element) return false
    return this.#fail(
      'xml-element-not-closed',
      element.at,
      `<${shorten(element.name)}> is never closed${this.#hint()}`,
    )
  }

  #hint(): string {
    if (this.#hidden === undefined) return ''
    return `; the backslash in line ${this.place(this.#hidden).line} hides a closing tag`
  }

  #addText(from: number, to: number): boolean {
    if (to === from) return true
    let at = to
    while (at > from && this.#text[at - 1] === '\\') at -= 1
    const isOdd = (to - at) % 2 === 1
    this.#escaped = at === from ? isOdd !== this.#escaped : isOdd
    return this.#addPiece(from, to)
  }

  #addPiece(from: number, to: number): boolean {
    if (this.#open.length === 0) return true
    this.#pieces[this.#pieceCount] = { from, to }
    this.#pieceCount += 1
    this.#pieceBytes += to - from
    return this.#pieceBytes < maxStringBytes || this.#overflow('text', from)
  }

  #startText(): void {
    this.#pieceCount = 0
    this.#pieceBytes = 0
    this.#escaped = false
    this.#hidden = undefined
  }

  #skipComment(at: number): boolean {
    const end = commentEnd(this.#text, at)
    if (end === undefined) {
      return this.#fail(
        'xml-comment-not-closed',
        this.place(at),
        'the comment that starts here is never closed with -->',
      )
    }
    this.#position = end
    return true
  }

  /** A name up to `>` or, when `isSpaced`, white space. Comments inside it vanish. The position is after what ended it. */
  #readName(from: number, isSpaced: boolean): { name: string; end: string } | undefined {
    let name = ''
    let start = from
    for (let at = from; at < this.#text.length; at += 1) {
      if (name.length + at - start >= maxStringBytes) {
        this.#overflow('element name', from)
        return undefined
      }
      const code = this.#text.charCodeAt(at)
      if (code === 0x3e || (isSpaced && isSpace(code))) {
        this.#position = at + 1
        return { name: name + this.#text.slice(start, at), end: this.#text[at] ?? '' }
      }
      if (code === 0x3c && this.#text[at + 1] === '!') {
        name += this.#text.slice(start, at)
        if (!this.#skipComment(at)) return undefined
        start = this.#position
        at = start - 1
      }
    }
    this.#fail('xml-element-not-closed', this.place(from - 1), 'the tag that starts here has no end')
    return undefined
  }

  #close(at: number): boolean {
    const element = this.#open.at(-1)
    const read = element ? this.#readName(at + 2, false) : undefined
    if (!element)
      return this.#fail(
        'xml-element-not-opened',
        this.place(at),
        'this closes an element that was not opened',
      )
    if (!read) return false
    if (read.name !== element.name) {
      const expected = `</${shorten(element.name)}> expected, which closes line ${element.at.line}`
      return this.#fail(
        'xml-element-not-closed',
        this.place(at),
        `${expected}, not </${shorten(read.name)}>${this.#hint()}`,
      )
    }
    this.#takeContent(element, at)
    this.#open.pop()
    this.#startText()
    return true
  }

  #takeContent(element: ElementDraft, end: number): void {
    const [first] = this.#pieces
    if (!first || this.#pieceCount === 0) element.contentFrom = end
    else {
      element.contentFrom = first.from
      if (this.#pieceCount > 1) element.pieces = this.#pieces.slice(0, this.#pieceCount)
      element.content =
        this.#pieceCount === 1
          ? this.#text.slice(first.from, first.to)
          : element.pieces.map(({ from, to }) => this.#text.slice(from, to)).join('')
    }
  }

  #openElement(at: number): boolean {
    const parent = this.#open.at(-1)
    if (this.#open.length >= maxDepth) {
      return this.#fail('xml-too-deep', this.place(at), `elements nest deeper than ${maxDepth}`)
    }
    const read = this.#readName(at + 1, true)
    if (!read) return false
    const isClosedInName = read.name.endsWith('/')
    const name = isClosedInName ? read.name.slice(0, -1) : read.name
    const element = new ElementDraft(name, at, this.#lines)
    const end = read.end === '>' ? '>' : this.#readAttributes(element)
    if (end === undefined) return false
    if (parent) parent.add(element)
    else this.roots.push(element)
    this.opened.push(element)
    element.contentFrom = this.#position
    if (!isClosedInName && end === '>') this.#open.push(element)
    this.#startText()
    return true
  }

  /** `>` or `/`, whichever ended the tag. */
  #readAttributes(element: ElementDraft): '>' | '/' | undefined {
    const attributes: AttributeDraft[] = []
    let names = none
    for (;;) {
      while (isSpace(this.#text.charCodeAt(this.#position))) this.#position += 1
      const end = this.#tagEnd()
      if (end) {
        element.attributes = attributes.slice()
        return end
      }
      if (attributes.length > 0 && names === none) names = new Set(attributes.map(({ name }) => name))
      const attribute = this.#readAttribute(names)
      if (!attribute) return undefined
      attributes.push(attribute)
      if (names !== none) names.add(attribute.name)
      const after = this.#text.charCodeAt(this.#position)
      if (!isSpace(after) && after !== 0x3e && after !== 0x2f) {
        const message = `white space, > or /> expected after the attribute ${shorten(attribute.name)}`
        this.#fail('xml-syntax', this.place(this.#position), message)
        return undefined
      }
    }
  }

  #tagEnd(): '>' | '/' | undefined {
    const here = this.#text[this.#position]
    if (here !== '>' && here !== '/') return undefined
    const isPair = here === '/' && this.#text[this.#position + 1] === '>'
    this.#position += isPair ? 2 : 1
    return here
  }

  #readAttribute(before: ReadonlySet<string>): AttributeDraft | undefined {
    const from = this.#position
    let at = from
    for (; ; at += 1) {
      const code = this.#text.charCodeAt(at)
      if (at - from >= maxStringBytes) {
        return this.#stop('xml-string-overflow', from, 'the attribute name is too long')
      }
      if (code === 0x3d) break
      if (Number.isNaN(code)) return this.#stop('xml-syntax', from, 'the file ends inside a tag')
      if (code === 0x3e || code === 0x2f || isSpace(code)) {
        const name = shorten(this.#text.slice(from, at))
        return this.#stop(
          'xml-attribute-without-value',
          from,
          `the attribute ${name} has no value (name="value")`,
        )
      }
    }
    const name = this.#text.slice(from, at)
    if (before.has(name)) {
      return this.#stop('xml-duplicate-attribute', from, `the attribute ${shorten(name)} is given twice`)
    }
    do at += 1
    while (isSpace(this.#text.charCodeAt(at)))
    return this.#readValue(name, from, at)
  }

  #readValue(name: string, from: number, at: number): AttributeDraft | undefined {
    const quote = this.#text[at]
    if (quote !== '"' && quote !== "'") {
      return this.#stop(
        'xml-syntax',
        from,
        `the value of the attribute ${shorten(name)} needs quotation marks`,
      )
    }
    const valueFrom = at + 1
    const limit = valueFrom + maxStringBytes
    for (let end = valueFrom; ; end += 1) {
      const here = this.#text[end]
      if (end >= limit && here !== undefined)
        return this.#stop('xml-string-overflow', from, 'the attribute value is too long')
      if (here === undefined) return this.#stop('xml-syntax', from, 'the file ends inside a tag')
      if (here === quote) {
        this.#position = end + 1
        return new AttributeDraft(name, this.#text.slice(valueFrom, end), { from, valueFrom }, this.#lines)
      }
      if (here === '>') {
        return this.#stop(
          'xml-attribute-not-closed',
          from,
          `a > stands inside the value of ${shorten(name)}, or its quote is missing`,
        )
      }
    }
  }

  #overflow(what: string, from: number): false {
    return this.#fail('xml-string-overflow', this.place(from), `${what} of ${maxStringBytes} bytes or more`)
  }

  #stop(code: string, offset: number, message: string): undefined {
    this.#fail(code, this.place(offset), message)
    return undefined
  }

  #fail(code: string, at: Place, message: string): false {
    this.#problem = { code, severity: 'fatal', message, at }
    return false
  }
}

/** After the first `-->` or `!>` behind the `<!` at this offset. */
function commentEnd(text: string, at: number): number | undefined {
  const end = /-->|!>/g
  end.lastIndex = at + 2
  return end.test(text) ? end.lastIndex : undefined
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

function shorten(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}...` : name
}
