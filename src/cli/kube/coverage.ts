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

/** Says which rules can never fire with the events that came so far, and what would change that. Resolves with the exit code. */
export async function reportCoverage(
  home: string,
  folder: string,
  print: (line: string) => void,
): Promise<number> {
  const query = { kind: 'match', field: 'data.kube.report', value: 'first', phrase: false } as const
  const request = { dataset: 'events', query, limit: mostEvents, order: 'newest' } as const
  const { hits } = await withStore(home, (store) => store.search(request, new AbortController().signal))
  const { blind, unknown, working } = coverage(
    readAdvice(folder),
    seenIn(hits.map(({ document }) => document)),
  )
  print(`${hits.length} audit events looked at: ${working} rules have what they need`)
  if (unknown.length > 0)
    print(`${unknown.length} rules wait for a first change of what they look at: ${unknown.join(' ')}`)
  if (blind.length === 0) return 0
  const resources = [...new Set(blind.flatMap((one) => one.resources))]
  print(
    `${blind.length} rules can never fire, bodies are missing: ${blind.map(({ rule }) => rule).join(' ')}`,
  )
  print(
    `\nThe audit policy of 'quaywatch kube setup' sends them. In your own, before the rule that matches now:`,
  )
  // The answer to a token request holds the token: its request is enough and all that may be recorded.
  const tokens = resources.filter((resource) => resource === tokenRequests)
  const others = resources.filter((resource) => resource !== tokenRequests)
  if (tokens.length > 0) print(`  - level: Request\n    resources:   # ${tokens.join(', ')}`)
  if (others.length > 0) {
    print('  - level: RequestResponse\n    verbs: [create, update, patch, delete, deletecollection]')
    print(`    resources:   # ${others.join(', ')}`)
  }
  return 1
}
