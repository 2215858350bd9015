import type { Problem } from '../../dialect/problem.ts'
import type { Category } from '../../event/decoded-event.ts'
import type { Condition } from '../condition.ts'
import type { Rule, RuleNode } from '../rule.ts'
import { closest } from './closest.ts'

/** What events can hold, as far as decoders and sources are known. */
export interface Vocabulary {
  /** By the names that `decoded_as` tests. A name that is missing is a decoder that is a program: it may give anything. */
  readonly decoders: ReadonlyMap<
    string,
    { readonly categories: ReadonlySet<Category>; readonly fields: ReadonlySet<string> | 'any' }
  >
  /** Names of all loaded decoders, those that events never show among them. */
  readonly decoderNames: ReadonlySet<string>
  readonly namespaces: readonly Namespace[]
}

/** Field names below a name that only we make, in lower case. */
interface Namespace {
  readonly prefix: string
  /** The namespace is ours only for rules below a condition that fixes this value; always, when there is none. */
  readonly when?: { readonly subject: string; readonly value: string }
  /** First parts of the names below: `docker` with `type`, `actor`, …. */
  readonly members?: ReadonlySet<string>
  /** Whole names below: `kube` with `actor.name`, …. */
  readonly names?: ReadonlySet<string>
}

/** Names of static fields by the element that tests them. */
const fixedFields: Readonly<Record<string, readonly string[]>> = {
  user: ['dstuser', 'srcuser'],
  ...Object.fromEntries(
    `srcip dstip srcport dstport protocol action id url data extra_data status system_name`
      .split(' ')
      .map((name) => [name, [name]]),
  ),
}

/** Fields that the file source adds to what containers print. */
const addedToAny = /^container\./

/** Rules that ask for what no loaded decoder and no source gives. */
export function unproducedProblems(rules: readonly Rule[], vocabulary: Vocabulary): Problem[] {
  return rules.flatMap((rule) => {
    const found = rule.nodes.map((node) => wrongAt(node, vocabulary))
    const [first] = found
    if (!first || found.some((one) => one === undefined)) return []
    const { code, why, condition } = first
    const message = `rule ${rule.id} can never match: ${why}`
    return [{ code, severity: 'warning' as const, message, at: condition.at }]
  })
}

interface Wrong {
  readonly code: string
  readonly why: string
  readonly condition: Condition
}

function wrongAt(node: RuleNode, vocabulary: Vocabulary): Wrong | undefined {
  const above = conditionsAbove(node)
  const { decodedAs } = node.rule.body
  const own = decodedAs === undefined ? undefined : wrongDecoder(node.rule, decodedAs, vocabulary)
  return own ?? firstOf(node, (condition) => wrongField(condition, above, vocabulary))
}

function firstOf({ rule }: RuleNode, wrong: (condition: Condition) => Wrong | undefined): Wrong | undefined {
  for (const condition of rule.body.conditions) {
    const found = wrong(condition)
    if (found) return found
  }
  return undefined
}

function conditionsAbove(node: RuleNode): Condition[] {
  const found: Condition[] = []
  for (let at: RuleNode | undefined = node; at; at = at.parent) found.push(...at.rule.body.conditions)
  return found
}

/** `decoded_as` names a decoder that no event shows, or one whose events go to the rules of another category. */
function wrongDecoder(rule: Rule, name: string, { decoders, decoderNames }: Vocabulary): Wrong | undefined {
  const condition = rule.body.conditions.find(({ element }) => element === 'decoded_as')
  if (!condition || !decoderNames.has(name)) return undefined
  const decoder = decoders.get(name)
  if (!decoder) {
    const why = `no event shows decoder ${JSON.stringify(name)}: it is a child that has the name of its parent; name the parent`
    return { code: 'decoder-never-shown', why, condition }
  }
  if (decoder.categories.has(rule.category)) return undefined
  const [category] = decoder.categories
  const why = `it hangs among rules of category ${rule.category}, and decoder ${JSON.stringify(name)} is of type ${category}; add <category>${category}</category>`
  return { code: 'decoder-of-other-category', why, condition }
}

function wrongField(
  condition: Condition,
  above: readonly Condition[],
  vocabulary: Vocabulary,
): Wrong | undefined {
  const subject = condition.about?.subject
  if (subject === undefined) return undefined
  const dynamic = subject.startsWith('field ') ? subject.slice('field '.length) : undefined
  const names = dynamic === undefined ? fixedFields[subject] : [dynamic]
  if (!names || (dynamic !== undefined && addedToAny.test(dynamic))) return undefined
  const code = 'field-not-produced'
  const decoder = decoderAbove(above)
  const fields = decoder === undefined ? 'any' : (vocabulary.decoders.get(decoder)?.fields ?? 'any')
  if (fields !== 'any' && !names.some((name) => fields.has(name))) {
    const why = `<${condition.element}> is a field that decoder ${JSON.stringify(decoder)} never gives`
    return { code, why, condition }
  }
  const place = dynamic === undefined ? undefined : missingMember(dynamic, above, vocabulary)
  return place === undefined
    ? undefined
    : { code, why: `<${condition.element}> never occurs: ${place}`, condition }
}

/** The decoder that the rule or a rule above it demands. */
function decoderAbove(above: readonly Condition[]): string | undefined {
  const expected = above.find(({ element }) => element === 'decoded_as')?.expected
  if (expected === undefined) return undefined
  const name: unknown = JSON.parse(expected)
  return typeof name === 'string' ? name : undefined
}

const proposal = (prefix: string, name: string | undefined): string =>
  name === undefined ? '' : `; did you mean ${prefix}.${name}?`

function missingMember(
  name: string,
  above: readonly Condition[],
  { namespaces }: Vocabulary,
): string | undefined {
  for (const { when, prefix, members, names } of namespaces) {
    if (!name.startsWith(`${prefix}.`)) continue
    const isOurs =
      when === undefined ||
      above.some(
        ({ about }) => about?.subject === when.subject && about.only?.every((value) => value === when.value),
      )
    if (!isOurs) continue
    const [, member = ''] = name.split('.')
    if (members?.has(member) === false) return `events have no ${prefix}.${member}`
    const rest = name.slice(prefix.length + 1)
    if (names?.has(rest) === false) return `events have no ${name}${proposal(prefix, closest(rest, names))}`
  }
  return undefined
}
