import { useState } from 'preact/hooks'
import {
  address,
  change,
  dataset,
  filters,
  from,
  group,
  query,
  range,
  showsMuted,
  to,
} from '../data/address.ts'
import { apiUrl, queryString } from '../data/client.ts'
import { labelOf } from '../data/event.ts'
import type { EventList } from '../data/event-list.ts'
import { count, plural } from '../data/text.ts'
import { ColumnMenu } from './column-menu.tsx'
import { Icon } from './icon.tsx'
import { Menu } from './menu.tsx'

const groupable = [
  'rule.description',
  'rule.id',
  'data.docker.Actor.Attributes.name',
  'data.docker.Actor.Attributes.image',
  'data.user.username',
  'data.objectRef.namespace',
  'data.objectRef.resource',
  'data.sourceIPs',
  'agent.name',
  'location',
] as const

interface Props {
  readonly list: EventList
  readonly onFacets: () => void
}

/** How many there are, and what can be done with all of them. */
export function ListHead({ list, onFacets }: Props) {
  const total = list.total.value
  const noun = dataset.value === 'alerts' ? 'alert' : 'event'
  return (
    <div class="list-head">
      <button type="button" class="button facets-open" aria-label="Narrow down" onClick={onFacets}>
        <Icon name="filter" /> <span>Narrow down</span>
      </button>
      <strong class="list-total">
        {total ? `${total.exact ? '' : 'more than '}${plural(total.value, noun)}` : '…'}
      </strong>
      {list.partial.value !== undefined && <span class="muted">{list.partial.value}</span>}
      {list.dropped.value > 0 && (
        <span class="badge badge-warning">{count(list.dropped.value)} not shown live: too many at once</span>
      )}
      {(list.isBehind.value || list.pending.value.length > 0) && (
        <button type="button" class="button primary new-events" onClick={() => showNew(list)}>
          <Icon name="up" /> {list.isBehind.value ? 'Many' : count(list.pending.value.length)} new
        </button>
      )}
      <span class="space" />
      <GroupMenu />
      {group.value === undefined && <ColumnMenu />}
      <ExportMenu />
      <ShareMenu />
    </div>
  )
}

function inSentence(label: string): string {
  return label.includes(':') ? label : label.charAt(0).toLowerCase() + label.slice(1)
}

function GroupMenu() {
  const chosen = group.value
  const choices = [undefined, ...groupable]
  return (
    <Menu label={chosen === undefined ? 'One by one' : `By ${inSentence(labelOf(chosen))}`} icon="group">
      {choices.map((field) => (
        <button
          key={field ?? ''}
          type="button"
          class="menu-item"
          aria-pressed={chosen === field}
          onClick={() => change({ group: field, event: undefined })}
        >
          {field === undefined ? 'One by one' : `By ${inSentence(labelOf(field))}`}
        </button>
      ))}
    </Menu>
  )
}

function showNew(list: EventList): void {
  list.isHeld = false
  list.showPending()
  document.querySelector('.rows')?.scrollTo({ top: 0 })
}

function question() {
  const muted = showsMuted.value ? 'shown' : 'hidden'
  return { ds: dataset.value, q: query.value, f: filters.value, from: from.value, to: to.value, muted }
}

function ExportMenu() {
  return (
    <Menu label="Export" icon="download">
      <a class="menu-item" href={apiUrl(`/export${queryString({ ...question(), format: 'csv' })}`)} download>
        CSV (spreadsheet)
      </a>
      <a
        class="menu-item"
        href={apiUrl(`/export${queryString({ ...question(), format: 'ndjson' })}`)}
        download
      >
        JSON lines
      </a>
    </Menu>
  )
}

function exactAddress(): string {
  const { fromMs, toMs } = range.value
  const params = new URLSearchParams(address.value.params)
  params.set('from', new Date(fromMs).toISOString())
  params.set('to', new Date(toMs).toISOString())
  return new URL(`?${params}`, location.href).href
}

/** For a shell: everything from outside stays inside single quotes. */
function curl(): string {
  const url = apiUrl(`/search${queryString({ ...question(), limit: 100 })}`)
  return `curl --cacert ca.pem -H "Authorization: Bearer $QUAYWATCH_TOKEN" '${url.replaceAll("'", '%27')}'`
}

const shares = [
  ['Address of this view', () => location.href],
  ['Address with these exact times', exactAddress],
  ['As curl for the API', curl],
] as const

function ShareMenu() {
  const [done, setDone] = useState<string | undefined>(undefined)
  function copy(name: string, text: string): void {
    navigator.clipboard.writeText(text).then(
      () => {
        setDone(name)
        setTimeout(() => setDone(undefined), 1500)
      },
      () => setDone(undefined),
    )
  }
  return (
    <Menu label="Share" icon="copy">
      {shares.map(([name, make]) => (
        <button key={name} type="button" class="menu-item" onClick={() => copy(name, make())}>
          {done === name ? <Icon name="check" /> : <Icon name="copy" />} {name}
        </button>
      ))}
    </Menu>
  )
}
