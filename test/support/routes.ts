// Every address of the dashboard that shows something else, for tests that look at all of them.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pages } from '../../src/api/page-routes.ts'
import { projectRoot } from './manager-process.ts'

/** What the addresses name. */
export interface Things {
  readonly eventId: string
  readonly rule: string
  readonly file: string
  /** Of a kind of thing: one that exists. */
  readonly idOf: (kind: string) => string
}

function sourceOf(file: string): string {
  return readFileSync(path.join(projectRoot, 'web', 'src', file), 'utf8')
}

function found(file: string, pattern: RegExp): readonly string[] {
  const all = [...sourceOf(file).matchAll(pattern)].flatMap(([, one]) => (one === undefined ? [] : [one]))
  if (all.length < 3) throw new Error(`${file} no longer says what there is`)
  return all
}

const list = /entityKinds = \[([^\]]+)\]/.exec(sourceOf('data/entity.ts'))?.[1] ?? ''
export const kinds: readonly string[] = [...list.matchAll(/'(\w+)'/g)].map(([, kind]) => kind ?? '')
const ruleViews = found('pages/rules/rules.tsx', /\bid: '([\w-]+)'/g)
const eventTabs = found('parts/event-panel.tsx', /^ {2}\['(\w+)', '/gm)

/** Read from the dashboard itself: a page, view or kind of thing that is added is in here without a word. */
export function routes({ eventId, rule, file, idOf }: Things): readonly string[] {
  const query = (values: Readonly<Record<string, string>>) => new URLSearchParams(values).toString()
  const views: Readonly<Record<string, readonly string[]>> = {
    events: [
      'events?live=off',
      'events?ds=events&live=off',
      'events?group=rule.description',
      'events?group=data.docker.Actor.Attributes.name&ds=events',
      ...eventTabs.map((tab) => `events?${query({ live: 'off', event: eventId, tab })}`),
    ],
    rules: [
      ...ruleViews.map((view) => `rules?${query({ view })}`),
      `rules?${query({ rule })}`,
      `rules?${query({ view: 'files', file })}`,
    ],
    entity: kinds.map((kind) => `entity?${query({ kind, id: idOf(kind) })}`),
  }
  return pages
    .map((one) => one.slice(1))
    .filter((one) => one !== '' && one !== 'sign-in')
    .flatMap((one) => views[one] ?? [one])
}

/** For the name of a picture. */
export function nameOf(route: string): string {
  return route
    .replace(/event=[^&]*/, 'event')
    .replaceAll(/\W+/g, '-')
    .slice(0, 60)
    .replace(/-$/, '')
}
