import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { withStore } from '../store-access.ts'

/** `ruleset/rules/NAME.advice.json`. */
interface Advice {
  readonly level: 'Metadata' | 'Request' | 'RequestResponse'
  /** Whose bodies the rule needs. */
  readonly resources?: readonly string[]
}

/** What was received of one resource: changes by audit level. */
export interface Seen {
  readonly changes: number
  readonly withBody: number
}

export interface Coverage {
  /** Rules that need bodies which the audit policy does not send. */
  readonly blind: readonly { readonly rule: string; readonly resources: readonly string[] }[]
  /** Rules about resources that nobody changed yet. */
  readonly unknown: readonly string[]
  readonly working: number
}

/** A rule is blind when its resources were changed and not one of these events had a body. */
export function coverage(
  advice: Readonly<Record<string, Advice>>,
  seen: ReadonlyMap<string, Seen>,
): Coverage {
  const blind: { rule: string; resources: readonly string[] }[] = []
  const unknown: string[] = []
  let working = 0
  for (const [rule, { level, resources = [] }] of Object.entries(advice)) {
    const known = resources.flatMap((resource) => {
      const found = seen.get(resource)
      return found && found.changes > 0 ? [{ resource, ...found }] : []
    })
    if (level === 'Metadata' || known.some(({ withBody }) => withBody > 0)) working += 1
    else if (known.length === 0) unknown.push(rule)
    else blind.push({ rule, resources: known.map(({ resource }) => resource) })
  }
  return { blind, unknown, working }
}

/** The newest so many events are looked at. */
const mostEvents = 10_000
const tokenRequests = 'serviceaccounts/token'
const change = /^(?:create|update|patch)$/

export function seenIn(documents: readonly string[]): ReadonlyMap<string, Seen> {
  const seen = new Map<string, Seen>()
  for (const document of documents) {
    const { data } = JSON.parse(document)
    const resource = data?.kube?.resource
    if (typeof resource !== 'string' || data.kube.outcome !== 'ok' || !change.test(data.verb)) continue
    const { changes, withBody } = seen.get(resource) ?? { changes: 0, withBody: 0 }
    const hasBody = data.level === 'Request' || data.level === 'RequestResponse'
    seen.set(resource, { changes: changes + 1, withBody: withBody + (hasBody ? 1 : 0) })
  }
  return seen
}

export function readAdvice(folder: string): Readonly<Record<string, Advice>> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.advice.json'))
  const parts = files.map((name): object => JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
  return Object.assign({}, ...parts)
}

/** Coverage by the newest events of the store, and the lines of an audit policy that blind rules lack. */
export interface CoverageReport extends Coverage {
  readonly events: number
  /** Why older events were not looked at. */
  readonly partial?: string
  readonly policy: readonly string[]
}

export async function readCoverage(home: string, folder: string): Promise<CoverageReport> {
  const query = { kind: 'match', field: 'data.kube.report', value: 'first', phrase: false } as const
  const request = { dataset: 'events', query, limit: mostEvents, order: 'newest' } as const
  const { hits, partial } = await withStore(home, (store) =>
    store.search(request, new AbortController().signal),
  )
  const found = coverage(readAdvice(folder), seenIn(hits.map(({ document }) => document)))
  const policy = policyLines(found.blind.flatMap((one) => one.resources))
  return { events: hits.length, ...(partial === undefined ? {} : { partial }), ...found, policy }
}

/** API groups of the resources that rules want bodies of; the others are of the core group. */
const groups: readonly (readonly [group: string, resources: RegExp])[] = [
  ['apps', /^(?:deployments|daemonsets|statefulsets|replicasets)/],
  ['batch', /^(?:cronjobs|jobs)/],
  ['rbac.authorization.k8s.io', /^(?:cluster)?role/],
  ['networking.k8s.io', /^(?:ingresses|networkpolicies)/],
  ['admissionregistration.k8s.io', /webhookconfigurations$|admissionpolic/],
  ['certificates.k8s.io', /^certificatesigningrequests/],
  ['apiregistration.k8s.io', /^apiservices/],
]
const groupOf = (resource: string): string =>
  groups.find(([, resources]) => resources.test(resource))?.[0] ?? ''

function policyRule(level: string, verbs: string, resources: readonly string[]): readonly string[] {
  if (resources.length === 0) return []
  return [
    `- level: ${level}`,
    `  verbs: [${verbs}]`,
    '  resources:',
    ...[...new Set(resources.map(groupOf))].map((group) => {
      const names = resources.filter((resource) => groupOf(resource) === group)
      return `    - {group: ${JSON.stringify(group)}, resources: ${JSON.stringify(names)}}`
    }),
  ]
}

/** The answer to a token request holds the token: its request is enough and all that may be recorded. */
export function policyLines(needed: readonly string[]): readonly string[] {
  const resources = [...new Set(needed)].toSorted()
  const isToken = (resource: string) => resource === tokenRequests
  return [
    ...policyRule('Request', 'create', resources.filter(isToken)),
    ...policyRule(
      'RequestResponse',
      'create, update, patch, delete, deletecollection',
      resources.filter((resource) => !isToken(resource)),
    ),
  ]
}

/** The report for people. */
export function coverageLines({
  events,
  partial,
  blind,
  unknown,
  working,
  policy,
}: CoverageReport): readonly string[] {
  const lines = [`${events} audit events looked at: ${working} rules have what they need`]
  if (partial !== undefined) lines.push(`There are more events, which were not looked at: ${partial}`)
  if (unknown.length > 0)
    lines.push(`${unknown.length} rules wait for a first change of what they look at: ${unknown.join(' ')}`)
  if (blind.length === 0) return lines
  const rules = blind.map(({ rule }) => rule).join(' ')
  return [
    ...lines,
    `${blind.length} rules can never fire, bodies are missing: ${rules}`,
    '',
    "The audit policy of 'quaywatch kube setup' sends them. In your own, before the rule that matches now:",
    ...policy.map((line) => `  ${line}`),
  ]
}
