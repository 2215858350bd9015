// Columns of the event list; the address holds them, with the widths somebody chose.
import { computed } from '@preact/signals'
import { address, change } from './address.ts'
import { facetFields, labelOf } from './event.ts'

export interface Column {
  /** One of the four made for reading, or a field. */
  readonly id: string
  /** In pixels; absent: what is left is shared. */
  readonly width: number | undefined
}

const usual = 'level,what,about,rule'
const made: Readonly<Record<string, string>> = {
  level: 'Level',
  what: 'What happened',
  about: 'About',
  rule: 'Rule',
}
const defaultTracks: Readonly<Record<string, string>> = {
  level: '96px',
  what: 'minmax(180px, 3fr)',
  about: 'minmax(100px, 1.4fr)',
  rule: '68px',
}
const mostColumns = 12

export const columns = computed<readonly Column[]>(() => parse(address.value.params.get('cols') ?? usual))
export const areUsual = computed(() => address.value.params.get('cols') === null)

function parse(text: string): readonly Column[] {
  const parts = text.split(',').filter((one) => one !== '')
  return parts.slice(0, mostColumns).map((part) => {
    const [, id = part, width] = /^(.+)~(\d{2,4})$/.exec(part) ?? []
    return { id, width: width === undefined ? undefined : Math.min(1200, Math.max(40, Number(width))) }
  })
}

function show(next: readonly Column[], how: 'push' | 'replace'): void {
  const text = next.map(({ id, width }) => (width === undefined ? id : `${id}~${width}`)).join(',')
  change({ cols: text === usual || text === '' ? undefined : text }, how)
}

export function toggleColumn(id: string): void {
  const present = columns.value
  const isThere = present.some((one) => one.id === id)
  show(isThere ? present.filter((one) => one.id !== id) : [...present, { id, width: undefined }], 'push')
}

export function resizeColumn(id: string, width: number): void {
  show(
    columns.value.map((one) => (one.id === id ? { id, width: Math.round(Math.max(40, width)) } : one)),
    'replace',
  )
}

export function resetColumns(): void {
  change({ cols: undefined })
}

export function columnName(id: string): string {
  return Object.hasOwn(made, id) ? (made[id] ?? id) : labelOf(id)
}

/** For `grid-template-columns`; the time comes first, always. */
export const tracks = computed(() => {
  const all = columns.value.map(({ id, width }) => {
    if (width !== undefined) return `${width}px`
    return Object.hasOwn(defaultTracks, id) ? defaultTracks[id] : 'minmax(80px, 1.2fr)'
  })
  return `132px ${all.join(' ')}`
})

/** What the menu offers besides any other field. */
export const offered: readonly string[] = [
  ...Object.keys(made),
  ...facetFields
    .map(({ field }) => field)
    .filter((field) => !['rule.level', 'rule.id', 'rule.description'].includes(field)),
  'data.docker.exec.argv',
  'data.sourceIPs',
  'data.userAgent',
]
