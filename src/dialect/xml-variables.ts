import { lowerAscii } from '../event/field-key.ts'
import type { Place, Problem } from './problem.ts'
import type { ElementDraft } from './xml-draft.ts'
import type { XmlReader } from './xml-reader.ts'

const maxNameBytes = 255
/** Of one text after substitution; what stands in a file is limited before. */
const maxExpandedBytes = 1 << 20
const nameEnd = /[$.|, ]/g

/**
 * `<var name="X">text</var>` and `$X` (spec/rules.md §1.4): from the definition on, in contents and attribute values, not in other
 * variables. The elements `var` are taken out of the tree.
 */
export function applyVariables(reader: XmlReader): readonly Problem[] {
  if (!reader.opened.some(isVariable)) return []
  const variables = new Variables(reader)
  for (const element of reader.opened) {
    if (isVariable(element)) variables.define(element)
    else variables.substituteIn(element)
    if (element.children.some(isVariable))
      element.children = element.children.filter((child) => !isVariable(child))
  }
  return variables.problems
}

export function isVariable(element: ElementDraft): boolean {
  return element.name.length === 3 && lowerAscii(element.name) === 'var'
}

class Variables {
  readonly problems: Problem[] = []
  readonly #reader: XmlReader
  readonly #values = new Map<string, string>()
  #isComplete = true

  constructor(reader: XmlReader) {
    this.#reader = reader
  }

  define(element: ElementDraft): void {
    const [first] = element.attributes
    if (!first || lowerAscii(first.name) !== 'name')
      this.#wrong(element, 'a variable needs the attribute name, and that first')
    else if (first.value.length > maxNameBytes)
      this.#wrong(element, `the name is longer than ${maxNameBytes} bytes`)
    else {
      const name = lowerAscii(first.value)
      if (!this.#values.has(name)) this.#values.set(name, element.content)
    }
  }

  substituteIn(element: ElementDraft): void {
    if (this.#values.size === 0) return
    for (const attribute of element.attributes) {
      attribute.value = this.#substitute(attribute.value, () => this.#reader.place(attribute.valueFrom))
    }
    element.content = this.#substitute(element.content, (index) =>
      this.#reader.placeInContent(element, index),
    )
  }

  #wrong(element: ElementDraft, message: string): void {
    this.#isComplete = false
    this.problems.push({ code: 'xml-variable', severity: 'fatal', message, at: element.at })
  }

  #substitute(text: string, place: (index: number) => Place): string {
    if (text.length <= 2 || !text.includes('$')) return text
    let result = ''
    let copied = 0
    for (let at = text.indexOf('$'); at !== -1;) {
      nameEnd.lastIndex = at + 1
      const end = nameEnd.test(text) ? nameEnd.lastIndex - 1 : text.length
      const name = text.slice(at + 1, end)
      if (name !== '' && !name.startsWith('(')) {
        const value = this.#values.get(lowerAscii(name))
        if (value === undefined) this.#unknown(name, place(at))
        result += text.slice(copied, at) + (value ?? '')
        copied = end
      }
      if (result.length > maxExpandedBytes) {
        const message = `more than ${maxExpandedBytes} bytes after variables were put in`
        this.problems.push({ code: 'xml-string-overflow', severity: 'fatal', message, at: place(at) })
        return ''
      }
      at = text.indexOf('$', end)
    }
    return result + text.slice(copied)
  }

  /** Silent when a definition was refused: the name may be the one it would have given. */
  #unknown(name: string, at: Place): void {
    if (!this.#isComplete) return
    const shown = JSON.stringify(`$${name.slice(0, 40)}`)
    const message = `there is no variable ${shown}; a name ends at $ . | , space or the end of the text`
    this.problems.push({ code: 'xml-unknown-variable', severity: 'fatal', message, at })
  }
}
