import { useState } from 'preact/hooks'
import { change, dataset } from '../data/address.ts'
import {
  areUsual,
  columnName,
  columns,
  offered,
  resetColumns,
  resizeColumn,
  toggleColumn,
} from '../data/columns.ts'
import { queryString, useResource } from '../data/client.ts'
import { zoneName } from '../data/time.ts'
import { Icon } from './icon.tsx'
import { Menu } from './menu.tsx'

/** Which columns the list has; any field can be one. */
export function ColumnMenu() {
  const [other, setOther] = useState('')
  const { data } = useResource<{ fields: readonly { readonly field: string }[] }>({
    path: `/fields${queryString({ ds: dataset.value })}`,
  })
  const shown = columns.value.map(({ id }) => id)
  const all = [...new Set([...offered, ...shown])]
  return (
    <Menu label="Columns" icon="columns">
      <form
        class="menu-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (other.trim() !== '' && !shown.includes(other.trim())) toggleColumn(other.trim())
          setOther('')
        }}
      >
        <input
          type="search"
          list="all-fields"
          placeholder="Any other field"
          aria-label="Add a field as a column"
          value={other}
          onInput={(event) => setOther(event.currentTarget.value)}
        />
        <datalist id="all-fields">
          {data?.fields.map(({ field }) => (
            <option key={field} value={field} />
          ))}
        </datalist>
      </form>
      <div class="menu-choices">
        {all.map((id) => (
          <label key={id} class="check" title={id}>
            <input type="checkbox" checked={shown.includes(id)} onChange={() => toggleColumn(id)} />
            <span class="line">{columnName(id)}</span>
          </label>
        ))}
      </div>
      <button type="button" class="link" disabled={areUsual.value} onClick={resetColumns}>
        The usual columns
      </button>
    </Menu>
  )
}

/** Names of the columns; their edges can be moved, with the mouse or with arrow keys. */
export function ColumnHeads({ sort }: { readonly sort: 'newest' | 'oldest' }) {
  return (
    <div class="row-head">
      <button
        type="button"
        class="sort"
        title={sort === 'newest' ? 'Newest first' : 'Oldest first'}
        onClick={() => change({ sort: sort === 'newest' ? 'oldest' : undefined, event: undefined })}
      >
        Time, {zoneName()} <Icon name={sort === 'newest' ? 'down' : 'up-small'} />
      </button>
      {columns.value.map(({ id }) => (
        <span key={id} class={`head head-${id}`}>
          <span class="line">{columnName(id)}</span>
          <Edge id={id} />
        </span>
      ))}
    </div>
  )
}

function Edge({ id }: { readonly id: string }) {
  const [drag, setDrag] = useState<{ x: number; width: number } | undefined>(undefined)
  const widthOf = (edge: Element) => edge.parentElement?.getBoundingClientRect().width ?? 100
  return (
    <i
      class="edge"
      role="slider"
      tabIndex={0}
      aria-label={`Width of ${columnName(id)}`}
      aria-valuenow={columns.value.find((one) => one.id === id)?.width ?? 0}
      aria-valuemin={40}
      aria-valuemax={1200}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowLeft' ? -16 : event.key === 'ArrowRight' ? 16 : 0
        if (by === 0) return
        event.preventDefault()
        resizeColumn(id, widthOf(event.currentTarget) + by)
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrag({ x: event.clientX, width: widthOf(event.currentTarget) })
      }}
      onPointerMove={(event) => drag && resizeColumn(id, drag.width + event.clientX - drag.x)}
      onPointerUp={() => setDrag(undefined)}
    />
  )
}
