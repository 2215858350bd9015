import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { AggregateAnswer, Facet, Hit } from '../data/answers.ts'
import {
  change,
  dataset,
  endsNow,
  filters,
  from,
  isLive,
  openEvent,
  query,
  range,
  refreshed,
  scopeWithin,
  to,
} from '../data/address.ts'
import { apiUrl, queryString, useResource } from '../data/client.ts'
import type { Entity } from '../data/event.ts'
import { entityOf, facetFields, levelOf, ruleOf, sentenceOf } from '../data/event.ts'
import { EventList } from '../data/event-list.ts'
import { clearFilters } from '../data/filter.ts'
import { count, plural } from '../data/text.ts'
import { clock, day, zoneName } from '../data/time.ts'
import { EventPanel } from '../parts/event-panel.tsx'
import { FacetBlock } from '../parts/facets.tsx'
import { intervalFor, TimeChart } from '../parts/histogram.tsx'
import { Icon } from '../parts/icon.tsx'
import { Empty, Failed } from '../parts/notice.tsx'
import { Level } from '../parts/severity.tsx'
import { SourceStates } from '../parts/source-states.tsx'
import { Line } from '../parts/text.tsx'
import { setRange } from '../data/span.ts'
import { VirtualList } from '../parts/virtual-list.tsx'

const rowHeight = 34

/** The evidence: facets, time, rows, one event. */
export function EventsPage() {
  const list = useMemo(() => new EventList(), [])
  const key = JSON.stringify([dataset.value, query.value, filters.value, from.value, to.value])
  const live = isLive.value
  useEffect(() => {
    const question = {
      ds: dataset.value,
      q: query.value,
      f: filters.value,
      from: from.value,
      to: endsNow.value ? undefined : to.value,
    }
    list.load(question).then(
      () => isLive.peek() && list.follow(),
      () => undefined,
    )
    return () => list.close()
  }, [key])
  useEffect(() => {
    if (!live) list.unfollow()
    else if (!list.isLoading.value) list.follow()
  }, [live])
  useVisibility(list)
  useRefresh(list)
  const [isRailOpen, setRailOpen] = useState(false)
  return (
    <div class={`events ${isRailOpen ? 'rail-open' : ''}`}>
      <Facets onClose={() => setRailOpen(false)} />
      <div class="events-main">
        <Timeline />
        <ListHead list={list} onFacets={() => setRailOpen(true)} />
        <Rows list={list} />
      </div>
      <OpenEvent list={list} />
    </div>
  )
}

/** A tab nobody sees holds no stream; coming back continues where it stopped. */
function useVisibility(list: EventList): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const onChange = () => {
      clearTimeout(timer)
      if (document.hidden) timer = setTimeout(() => list.unfollow(), 60_000)
      else if (isLive.peek() && !list.isLoading.peek()) list.follow()
    }
    document.addEventListener('visibilitychange', onChange)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onChange)
    }
  }, [])
}

/** Counts follow what arrives, at a pace that can be read. */
function useRefresh(list: EventList): void {
  useEffect(() => {
    let seen = list.total.peek()?.value
    const timer = setInterval(() => {
      const total = list.total.peek()?.value
      if (total === seen || document.hidden) return
      seen = total
      refreshed.value += 1
    }, 3000)
    return () => clearInterval(timer)
  }, [])
}

function Timeline() {
  const { fromMs, toMs } = range.value
  const intervalMs = intervalFor(fromMs, toMs)
  const { data, problem } = useResource<AggregateAnswer>({
    path: '/aggregate',
    body: { ...scopeWithin.value, aggs: { time: { kind: 'histogram', intervalMs, by: 'level' } } },
  })
  if (problem) return <Failed problem={problem} />
  return (
    <TimeChart
      label={dataset.value === 'alerts' ? 'Alerts over time' : 'Events over time'}
      result={data?.results['time'] ?? { buckets: [] }}
      intervalMs={intervalMs}
    />
  )
}

function Facets({ onClose }: { readonly onClose: () => void }) {
  const [most, setMost] = useState(20)
  const { data, problem } = useResource<{ facets: readonly Facet[] }>({
    path: '/facets',
    body: { ...scopeWithin.value, fields: facetFields.map(({ field }) => field), limit: most },
  })
  return (
    <aside class="facets" aria-label="Narrow down">
      <button type="button" class="button facets-close" onClick={onClose}>
        Show events
      </button>
      {problem && <Failed problem={problem} />}
      {data?.facets
        .filter((facet) => facet.buckets.length > 0)
        .map((facet) => (
          <FacetBlock key={facet.field} facet={facet} onMore={most < 200 ? () => setMost(200) : undefined} />
        ))}
    </aside>
  )
}

function ListHead({ list, onFacets }: { readonly list: EventList; readonly onFacets: () => void }) {
  const total = list.total.value
  const noun = dataset.value === 'alerts' ? 'alert' : 'event'
  const scope = { ds: dataset.value, q: query.value, f: filters.value, from: from.value, to: to.value }
  return (
    <div class="list-head">
      <button type="button" class="button facets-open" onClick={onFacets}>
        <Icon name="filter" /> Narrow down
      </button>
      <strong class="list-total">
        {total ? `${total.exact ? '' : 'more than '}${plural(total.value, noun)}` : '…'}
      </strong>
      {list.partial.value !== undefined && <span class="muted">{list.partial.value}</span>}
      {list.dropped.value > 0 && (
        <span class="badge badge-warning">{count(list.dropped.value)} not shown live: too many at once</span>
      )}
      {list.pending.value.length > 0 && (
        <button type="button" class="button primary new-events" onClick={() => showNew(list)}>
          <Icon name="up" /> {count(list.pending.value.length)} new
        </button>
      )}
      <span class="space" />
      <details class="menu">
        <summary class="button">
          <Icon name="download" /> Export
        </summary>
        <div class="popover-like">
          <a class="menu-item" href={apiUrl(`/export${queryString({ ...scope, format: 'csv' })}`)} download>
            CSV (spreadsheet)
          </a>
          <a
            class="menu-item"
            href={apiUrl(`/export${queryString({ ...scope, format: 'ndjson' })}`)}
            download
          >
            JSON lines
          </a>
        </div>
      </details>
    </div>
  )
}

function showNew(list: EventList): void {
  list.isHeld = false
  list.showPending()
  document.querySelector('.rows')?.scrollTo({ top: 0 })
}

function Rows({ list }: { readonly list: EventList }) {
  const hits = list.hits.value
  const [cursor, setCursor] = useState<string | undefined>(openEvent.value)
  const selected = hits.findIndex((hit) => hit.eventId === (openEvent.value ?? cursor))
  const latest = useRef({ hits, selected })
  latest.current = { hits, selected }

  function select(index: number, isOpened: boolean): void {
    const hit = latest.current.hits[index]
    if (!hit) return
    setCursor(hit.eventId)
    if (isOpened || openEvent.peek() !== undefined) {
      change({ event: hit.eventId }, openEvent.peek() === undefined ? 'push' : 'replace')
    }
  }

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return
      const { selected: at, hits: all } = latest.current
      const moves: Record<string, number> = {
        j: at + 1,
        ArrowDown: at + 1,
        k: Math.max(0, at - 1),
        ArrowUp: Math.max(0, at - 1),
      }
      const inRows = event.target instanceof Element && event.target.closest('.rows, body > *') !== null
      const next =
        event.key.startsWith('Arrow') && !(event.target instanceof Element && event.target.closest('.rows'))
          ? undefined
          : moves[event.key]
      if (next !== undefined && inRows) select(Math.min(next, all.length - 1), false)
      else if (event.key === 'Enter' && event.target instanceof Element && event.target.closest('.rows'))
        select(at, true)
      else if (event.key === 'Escape' && openEvent.peek() !== undefined)
        change({ event: undefined, tab: undefined })
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  if (list.problem.value) return <Failed problem={list.problem.value} />
  if (hits.length === 0 && !list.isLoading.value) return <NothingFound />
  return (
    <div class="rows-frame">
      <div class="row-head" aria-hidden="true">
        <span>Time, {zoneName()}</span>
        <span>Level</span>
        <span>What happened</span>
        <span>About</span>
        <span>Rule</span>
      </div>
      <VirtualList
        rows={hits}
        rowHeight={rowHeight}
        label={dataset.value === 'alerts' ? 'Alerts' : 'Events'}
        selected={selected}
        keyOf={(hit) => hit.eventId}
        render={(hit, index) => <Row hit={hit} before={hits[index - 1]} />}
        onSelect={select}
        onEnd={() => void list.more()}
        onScroll={(top) => {
          list.isHeld = top > 16
          if (!list.isHeld) list.showPending()
        }}
      />
    </div>
  )
}

export function isTyping(event: KeyboardEvent): boolean {
  const { target } = event
  const inField =
    target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
  return inField || event.ctrlKey || event.metaKey || event.altKey
}

interface RowView {
  readonly level: number
  readonly sentence: string
  readonly entity: Entity | undefined
  readonly rule: string
}

const views = new WeakMap<Hit, RowView>()

/** What a row says, found once: in a live list every row moves several times a second. */
function viewOf(hit: Hit): RowView {
  const known = views.get(hit)
  if (known) return known
  const view = {
    level: levelOf(hit),
    sentence: sentenceOf(hit),
    entity: entityOf(hit),
    rule: ruleOf(hit) ?? '–',
  }
  views.set(hit, view)
  return view
}

function Row({ hit, before }: { readonly hit: Hit; readonly before: Hit | undefined }) {
  const { level, sentence, entity, rule } = viewOf(hit)
  const isNewDay = before === undefined || day(before.receivedAtMs) !== day(hit.receivedAtMs)
  return (
    <>
      <span class="mono row-time">
        <span class="row-day">{isNewDay ? day(hit.receivedAtMs) : ''}</span>
        {clock(hit.receivedAtMs)}
      </span>
      <Level level={level} />
      <Line>{sentence}</Line>
      <span class="row-entity">{entity && <Line>{entity.value}</Line>}</span>
      <span class="mono row-rule">{rule}</span>
    </>
  )
}

/** The open event: from the list, or by its id when the address names one that is not in it. */
function OpenEvent({ list }: { readonly list: EventList }) {
  const id = openEvent.value
  const known = list.hits.value.find((hit) => hit.eventId === id)
  const kept = useRef<Hit | undefined>(undefined)
  if (known) kept.current = known
  const remembered = kept.current?.eventId === id ? kept.current : undefined
  const path = id === undefined || remembered ? undefined : `/events/${encodeURIComponent(id)}`
  const { data, problem } = useResource<Hit>(path === undefined ? undefined : { path })
  if (id === undefined) return null
  const hit = remembered ?? (data?.eventId === id ? data : undefined)
  const close = () => change({ event: undefined, tab: undefined })
  if (hit) return <EventPanel hit={hit} onClose={close} />
  return (
    <aside class="panel" aria-label="Event">
      {problem ? <Failed problem={problem} /> : <p class="muted pad">Looking…</p>}
    </aside>
  )
}

function NothingFound() {
  const isNarrowed = query.value !== '' || filters.value.length > 0
  return (
    <Empty title={isNarrowed ? 'Nothing matches this question' : 'Nothing happened in this time'}>
      <div class="empty-actions">
        {isNarrowed && (
          <button type="button" class="button" onClick={clearFilters}>
            Clear search and filters
          </button>
        )}
        {from.value !== 'now-30d' && (
          <button type="button" class="button" onClick={() => setRange('now-30d', 'now')}>
            Look at the last 30 days
          </button>
        )}
        {dataset.value === 'alerts' && (
          <button type="button" class="button" onClick={() => change({ ds: 'events' })}>
            Look at all events
          </button>
        )}
      </div>
      <SourceStates />
    </Empty>
  )
}
