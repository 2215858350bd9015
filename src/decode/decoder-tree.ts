import type { Problem } from '../dialect/problem.ts'
import type { DecoderView } from '../event/decoded-event.ts'
import type { Definition, Offset } from './definition.ts'

/** A child below one root. */
export interface Child {
  readonly definition: Definition
  readonly view: DecoderView
  /** A later sibling has the same name: evaluation goes on with the next sibling (spec/decoders.md §6.5). */
  hasSuccessor: boolean
}

export interface Root {
  readonly definition: Definition
  readonly view: DecoderView
  readonly children: Child[]
}

function viewOf(definition: Definition): DecoderView {
  const { name, parent, usesOwnName, category, ftsComment, fts, accumulates } = definition
  const shown = parent === undefined || usesOwnName ? name : parent
  return { name: shown, parent, category, ftsComment, fts, accumulates }
}

/** Links definitions in load order. */
export class DecoderTree {
  readonly roots: Root[] = []
  readonly views: DecoderView[] = []
  /** Names of decoders that could not be used: what refers to them is not wrong because of that. */
  readonly #broken = new Set<string>()
  readonly #rootsOf = new Map<string, Root[]>()

  addBroken(name: string): void {
    this.#broken.add(name)
  }

  /** The problem that keeps the definition out, if there is one. */
  add(definition: Definition): Problem | undefined {
    return definition.parent === undefined
      ? this.#addRoot(definition)
      : this.#addChild(definition, definition.parent)
  }

  #addRoot(definition: Definition): Problem | undefined {
    const { name, regex, plugin, prematch } = definition
    if (prematch?.offset === 'after_parent') return wrongOffset(definition, 'prematch', prematch.offset)
    if (regex?.offset === 'after_parent' || regex?.offset === 'after_regex')
      return wrongOffset(definition, 'regex', regex.offset)
    if (plugin?.offset === 'after_parent' || (plugin?.offset === 'after_prematch' && !prematch))
      return wrongOffset(definition, 'plugin_decoder', plugin.offset)
    const root: Root = { definition, view: viewOf(definition), children: [] }
    this.roots.push(root)
    this.views.push(root.view)
    this.#rootsOf.set(name, [...(this.#rootsOf.get(name) ?? []), root])
    return undefined
  }

  #addChild(definition: Definition, parent: string): Problem | undefined {
    const roots = this.#rootsOf.get(parent)
    if (roots === undefined) {
      if (this.#broken.has(parent)) return undefined
      return problem(
        definition,
        'unknown-parent-decoder',
        `has the parent ${JSON.stringify(parent)}, which no root before it is`,
      )
    }
    const wrong = this.#wrongChild(definition, roots)
    if (wrong !== undefined) return wrong
    const view = viewOf(definition)
    this.views.push(view)
    for (const { children } of roots) {
      for (const sibling of children) {
        if (sibling.definition.name === definition.name) sibling.hasSuccessor = true
      }
      children.push({ definition, view, hasSuccessor: false })
    }
    return undefined
  }

  #wrongChild(definition: Definition, roots: readonly Root[]): Problem | undefined {
    const { name, regex, plugin, prematch, fts } = definition
    const siblings = roots.flatMap(({ children }) => children).map((child) => child.definition)
    const namesakes = siblings.filter((sibling) => sibling.name === name)
    const predecessor = namesakes.at(-1)
    if (predecessor !== undefined) {
      if (prematch)
        return problem(
          definition,
          'duplicate-decoder-with-prematch',
          'continues a sibling of the same name and cannot have a prematch',
        )
      if (fts.length > 0)
        return problem(
          definition,
          'duplicate-decoder-with-fts',
          'continues a sibling of the same name and cannot have fts',
        )
      if (!predecessor.regex && !predecessor.plugin)
        return problem(
          definition,
          'invalid-duplicate-decoder',
          'continues a sibling of the same name that has neither regex nor plugin_decoder',
        )
    }
    const hasSource = this.#broken.has(name) || namesakes.some((sibling) => sibling.prematch ?? sibling.regex)
    if (regex?.offset === 'after_regex' && !hasSource) return wrongOffset(definition, 'regex', regex.offset)
    if (regex?.offset === 'after_prematch' && !prematch) return wrongOffset(definition, 'regex', regex.offset)
    if (plugin?.offset === 'after_prematch' && !prematch)
      return wrongOffset(definition, 'plugin_decoder', plugin.offset)
    return undefined
  }
}

function problem({ name, at }: Definition, code: string, what: string): Problem {
  return { code, severity: 'fatal', message: `decoder ${JSON.stringify(name)} ${what}`, at }
}

function wrongOffset(definition: Definition, element: string, offset: Offset): Problem {
  return problem(definition, 'invalid-offset', `cannot have offset ${offset} on its <${element}>`)
}
