import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { fieldText } from '../../../src/api/document-field.ts'
import { change, dataset, filters, from, openEvent, query, sort } from '../data/address.ts'
import type { Hit } from '../data/answers.ts'
import { areUsual, columns, tracks } from '../data/columns.ts'
import type { Entity } from '../data/event.ts'
import { entityOf, levelOf, ruleOf, sentenceOf, shortened } from '../data/event.ts'
import { isNarrow } from '../data/narrow.ts'
import type { EventList } from '../data/event-list.ts'
import { clearFilters, toggle } from '../data/filter.ts'
import { setRange } from '../data/span.ts'
import { clock, day } from '../data/time.ts'
import { isTyping } from '../data/typing.ts'
import { ColumnHeads } from './column-menu.tsx'
import { Empty, Failed } from './notice.tsx'
import { Level } from './severity.tsx'
import { SourceStates } from './source-states.tsx'
import { Line } from './text.tsx'
import { VirtualList } from './virtual-list.tsx'

const rowHeight = 34

/** The events, one a row. */
export function Rows({ list }: { readonly list: EventList }) {
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

  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return
      const { selected: at, hits: all } = latest.current
      const moves: Record<string, number> = {
        j: at + 1,
        ArrowDown: at + 1,
        k: Math.max(0, at - 1),
        ArrowUp: Math.max(0, at - 1),
      }
      const next = event.key.startsWith('Arrow') && !isInRows(event) ? undefined : moves[event.key]
      if (next !== undefined) select(Math.min(next, all.length - 1), false)
      else if (event.key === 'o' || (event.key === 'Enter' && isInRows(event))) select(Math.max(0, at), true)
      else if (event.key === 'x' && all[at]) excludeRule(all[at])
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
    <div class={`rows-frame ${areUsual.value ? 'usual' : ''}`} style={{ '--tracks': tracks.value }}>
      <ColumnHeads sort={sort.value} />
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

function isInRows({ target }: Event): boolean {
  return target instanceof Element && target.closest('.rows') !== null
}

function excludeRule(hit: Hit): void {
  const rule = ruleOf(hit)
  if (rule !== undefined) toggle({ field: 'rule.id', kind: 'is-not', value: rule })
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
  const isNewDay = before === undefined || day(before.receivedAtMs) !== day(hit.receivedAtMs)
  return (
    <>
      <span class="mono row-time">
        <span class="row-day">{isNewDay ? day(hit.receivedAtMs) : ''}</span>
        {clock(hit.receivedAtMs)}
      </span>
      {columns.value.map(({ id }) => (
        <Cell key={id} id={id} hit={hit} />
      ))}
    </>
  )
}

function Cell({ id, hit }: { readonly id: string; readonly hit: Hit }) {
  const { level, sentence, entity, rule } = viewOf(hit)
  switch (id) {
    case 'level':
      return <Level level={level} />
    case 'what':
      return <Line>{isNarrow.value ? shortened(sentence) : sentence}</Line>
    case 'about':
      return <span class="row-entity">{entity && <Line>{entity.value}</Line>}</span>
    case 'rule':
      return <span class="mono row-rule">{rule}</span>
    default:
      return (
        <span class="row-field">
          <Line>{fieldText(hit.document, id) ?? ''}</Line>
        </span>
      )
  }
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
