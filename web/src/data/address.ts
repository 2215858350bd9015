// The address is the state: page, query, filters, time, open row. Nothing else decides what is shown.
import { computed, signal } from '@preact/signals'
import { parseTime } from '../../../src/api/time-text.ts'

export const pages = ['overview', 'docker', 'kubernetes', 'events', 'mitre', 'rules', 'health'] as const
/** Of these the shell has a link; `entity` is reached from values. */
export type Page = (typeof pages)[number] | 'entity' | 'sign-in'

/** Where the dashboard lies: assets are one folder below it. */
export const base = new URL(/* @vite-ignore */ '../', import.meta.url)

interface Address {
  readonly page: Page
  readonly params: URLSearchParams
}

function read(): Address {
  const path = location.pathname.slice(base.pathname.length).replace(/\/$/, '')
  const page = [...pages, 'entity' as const, 'sign-in' as const].find((one) => one === path) ?? 'overview'
  return { page, params: new URLSearchParams(location.search) }
}

export const address = signal<Address>(read())
addEventListener('popstate', () => (address.value = read()))

/** Kept when going from page to page: the question stays, the place changes. */
const carried = ['q', 'ds', 'f', 'from', 'to', 'live', 'muted'] as const

export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>

function changed(params: URLSearchParams, changes: Changes): URLSearchParams {
  const next = new URLSearchParams(params)
  for (const [key, value] of Object.entries(changes)) {
    next.delete(key)
    for (const one of value === undefined ? [] : [value].flat()) next.append(key, one)
  }
  return next
}

function link(page: Page, params: URLSearchParams): string {
  const query = params.toString()
  return `${base.pathname}${page}${query === '' ? '' : `?${query}`}`
}

/** The address of a page with the present question, and some of it changed. */
export function hrefOf(page: Page, changes: Changes = {}): string {
  const kept = new URLSearchParams()
  for (const key of carried) for (const value of address.value.params.getAll(key)) kept.append(key, value)
  return link(page, changed(kept, changes))
}

export function go(href: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(undefined, '', href)
  else history.replaceState(undefined, '', href)
  address.value = read()
}

/** Changes part of the address of the present page. */
export function change(changes: Changes, how: 'push' | 'replace' = 'push'): void {
  go(link(address.value.page, changed(address.value.params, changes)), how)
}

function param(name: string): string | undefined {
  return address.value.params.get(name) ?? undefined
}

export const page = computed(() => address.value.page)
export const query = computed(() => param('q') ?? '')
export const dataset = computed(() => (param('ds') === 'events' ? 'events' : 'alerts'))
export const filters = computed<readonly string[]>(() => address.value.params.getAll('f'))
export const openEvent = computed(() => param('event'))
export const openTab = computed(() => param('tab') ?? 'summary')
export const defaultFrom = 'now-24h'
export const from = computed(() => param('from') ?? defaultFrom)
export const to = computed(() => param('to') ?? 'now')
export const endsNow = computed(() => to.value === 'now')
export const sort = computed<'newest' | 'oldest'>(() => (param('sort') === 'oldest' ? 'oldest' : 'newest'))
/** Field the events are counted by, instead of being listed. */
export const group = computed(() => param('group'))
export const mayBeLive = computed(() => endsNow.value && sort.value === 'newest')
export const isLive = computed(() => mayBeLive.value && param('live') !== 'off')

/** Moves on when counts should be asked for again. */
export const refreshed = signal(0)

/** From and to in milliseconds at the last refresh. */
export const range = computed(() => {
  void refreshed.value
  const nowMs = Date.now()
  const toMs = parseTime(to.value, nowMs) ?? nowMs
  const fromMs = parseTime(from.value, nowMs) ?? nowMs - 86_400_000
  return { fromMs: Math.min(fromMs, toMs), toMs }
})

/** The question without its time, as the API wants it. */
export const showsMuted = computed(() => param('muted') === 'shown')
export const scope = computed(() => ({
  ds: dataset.value,
  q: query.value,
  f: filters.value,
  muted: showsMuted.value ? 'shown' : 'hidden',
}))

export const scopeWithin = computed(() => ({
  ...scope.value,
  from: String(range.value.fromMs),
  to: String(range.value.toMs),
}))
