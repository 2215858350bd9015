import type { Filter } from '../../../src/api/filters.ts'
import { labelOf } from '../data/event.ts'
import { activeFilters, clearFilters, filterText, toggle } from '../data/filter.ts'
import { change, filters } from '../data/address.ts'
import { visible } from '../../../src/api/visible-text.ts'
import { Icon } from './icon.tsx'
import { MutedNote } from './mutes.tsx'

const words: Readonly<Record<Filter['kind'], string>> = {
  is: 'is',
  'is-not': 'is not',
  absent: 'is absent',
  present: 'is present',
}

/** The filters in force, each with a way out. */
export function FilterPills() {
  const active = activeFilters()
  if (active.length === 0) return <MutedNote />
  return (
    <div class="pills" role="group" aria-label="Filters">
      {active.map((filter) => (
        <span key={filterText(filter)} class={`pill ${filter.kind === 'is-not' ? 'pill-not' : ''}`}>
          <button
            type="button"
            title="Turn around"
            onClick={() => turnAround(filter)}
            aria-label={`${labelOf(filter.field)} ${words[filter.kind]} ${visible(filter.value, 80)}: turn around`}
          >
            <span class="pill-field">{labelOf(filter.field)}</span> {words[filter.kind]}{' '}
            <b>{visible(filter.value, 60)}</b>
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove filter ${labelOf(filter.field)} ${visible(filter.value, 80)}`}
            onClick={() => change({ f: filters.value.filter((one) => one !== filterText(filter)) })}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
      <button type="button" class="link" onClick={clearFilters}>
        Clear all
      </button>
      <MutedNote />
    </div>
  )
}

const opposite: Readonly<Record<Filter['kind'], Filter['kind']>> = {
  is: 'is-not',
  'is-not': 'is',
  absent: 'present',
  present: 'absent',
}

function turnAround(filter: Filter): void {
  const next = { ...filter, kind: opposite[filter.kind] }
  if (filter.kind === 'is' || filter.kind === 'is-not') toggle(next)
  else change({ f: filters.value.map((one) => (one === filterText(filter) ? filterText(next) : one)) })
}
