import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import {
  change,
  dataset,
  endsNow,
  filters,
  from,
  group,
  isLive,
  openEvent,
  query,
  range,
  refreshed,
  scopeWithin,
  showsMuted,
  sort,
  to,
} from '../data/address.ts'
import { noted } from '../data/act.ts'
import type { Facet, Hit } from '../data/answers.ts'
import { useCounts } from '../data/ask.ts'
import { isAsking, useResource } from '../data/client.ts'
import { facetFields } from '../data/event.ts'
import { EventList } from '../data/event-list.ts'
import { EventPanel } from '../parts/event-panel.tsx'
import { Rows } from '../parts/event-rows.tsx'
import { FacetBlock } from '../parts/facets.tsx'
import { GroupTable } from '../parts/group-table.tsx'
import { intervalFor, TimeChart } from '../parts/histogram.tsx'
import { ListHead } from '../parts/list-head.tsx'
import { Failed } from '../parts/notice.tsx'

/** The evidence: facets, time, rows, one event. */
export function EventsPage() {
  const list = useMemo(() => new EventList(), [])
  const key = JSON.stringify([
    dataset.value,
    query.value,
    filters.value,
    from.value,
    to.value,
    sort.value,
    showsMuted.value,
    noted.value,
  ])
  const live = isLive.value
  useEffect(() => {
    const question = {
      ds: dataset.value,
      q: query.value,
      f: filters.value,
      from: from.value,
      to: endsNow.value ? undefined : to.value,
      sort: sort.value,
      muted: showsMuted.value ? 'shown' : 'hidden',
    }
    let isGone = false
    list.load(question).then(
      // Of a question that is no longer asked, the stream would begin before the list of the next is there.
      () => !isGone && isLive.peek() && list.follow(),
      () => undefined,
    )
    return () => {
      isGone = true
      list.close()
    }
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
        {group.value === undefined ? <Rows list={list} /> : <GroupTable />}
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

/** Counts follow what arrives, at a pace that can be read, and that the store can answer at. */
function useRefresh(list: EventList): void {
  useEffect(() => {
    let seen = list.total.peek()?.value
    const timer = setInterval(() => {
      const total = list.total.peek()?.value
      if (total === seen || document.hidden || isAsking()) return
      seen = total
      refreshed.value += 1
    }, 3000)
    return () => clearInterval(timer)
  }, [])
}

function Timeline() {
  const { fromMs, toMs } = range.value
  const intervalMs = intervalFor(fromMs, toMs)
  const { of, problem } = useCounts({ time: { kind: 'histogram', intervalMs, by: 'level' } })
  if (problem) return <Failed problem={problem} />
  return (
    <TimeChart
      label={dataset.value === 'alerts' ? 'Alerts over time' : 'Events over time'}
      result={of('time')}
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
