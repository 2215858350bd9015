import type { Problem } from '../dialect/problem.ts'
import type { DecoderView } from '../event/decoded-event.ts'
import { ChildOrder } from './child-order.ts'
import type { Definition, Offset } from './definition.ts'

/** A child below one root. */
export interface Child {
  readonly definition: Definition
  readonly view: DecoderView
  /** A later sibling has the same name: evaluation goes on with the next sibling (spec/decoders.md §6.5). */
  hasSuccessor: boolean
}

export class Root {
  readonly definition: Definition
  readonly view: DecoderView
  readonly children: Child[] = []
  #order: ChildOrder | undefined = undefined

  constructor(definition: Definition) {
    this.definition = definition
    this.view = viewOf(definition)
  }

  /** Made when all children are there. */
  get order(): ChildOrder {
    return (this.#order ??= new ChildOrder(this.children))
  }
}

/** Children of one name below roots of one name. */
interface Chain {
  readonly last: Definition
  /** Of the last child, one per root. */
  readonly nodes: readonly Child[]
  /** Some member has a prematch or a regex, behind which `after_regex` can start. */
  readonly hasSource: boolean
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
  /** By names of parent and child. */
  readonly #chains = new Map<string, Chain>()

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
    const root = new Root(definition)
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
    const key = `${parent}\0${definition.name}`
    const chain = this.#chains.get(key)
    const wrong =
      (chain && wrongSuccessor(definition, chain.last)) ?? this.#wrongChildOffset(definition, chain)
    if (wrong !== undefined) return wrong
    const view = viewOf(definition)
    this.views.push(view)
    for (const node of chain?.nodes ?? []) node.hasSuccessor = true
    const nodes = roots.map(({ children }) => {
      const node: Child = { definition, view, hasSuccessor: false }
      children.push(node)
      return node
    })
    const hasSource = chain?.hasSource === true || Boolean(definition.prematch ?? definition.regex)
    this.#chains.set(key, { last: definition, nodes, hasSource })
    return undefined
  }

  #wrongChildOffset(definition: Definition, chain: Chain | undefined): Problem | undefined {
    const { name, regex, plugin, prematch } = definition
    const hasSource = chain?.hasSource === true || this.#broken.has(name)
    if (regex?.offset === 'after_regex' && !hasSource) return wrongOffset(definition, 'regex', regex.offset)
    if (regex?.offset === 'after_prematch' && !prematch) return wrongOffset(definition, 'regex', regex.offset)
    if (plugin?.offset === 'after_prematch' && !prematch)
      return wrongOffset(definition, 'plugin_decoder', plugin.offset)
    return undefined
  }
}

/** What a sibling of the same name must not have, and the one before it must (spec/decoders.md §6.3). */
function wrongSuccessor(definition: Definition, last: Definition): Problem | undefined {
  const wrong = (code: string, what: string): Problem =>
    problem(definition, code, `continues a sibling of the same name ${what}`)
  if (definition.prematch) return wrong('duplicate-decoder-with-prematch', 'and cannot have a prematch')
  if (definition.fts.length > 0) return wrong('duplicate-decoder-with-fts', 'and cannot have fts')
  return last.regex || last.plugin
    ? undefined
    : wrong('invalid-duplicate-decoder', 'that has neither regex nor plugin_decoder')
}

function problem({ name, at }: Definition, code: string, what: string): Problem {
  return { code, severity: 'fatal', message: `decoder ${JSON.stringify(name)} ${what}`, at }
}

function wrongOffset(definition: Definition, element: string, offset: Offset): Problem {
  return problem(definition, 'invalid-offset', `cannot have offset ${offset} on its <${element}>`)
}
