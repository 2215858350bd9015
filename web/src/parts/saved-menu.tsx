import { useState } from 'preact/hooks'
import { address, base, page } from '../data/address.ts'
import { noted, useAct } from '../data/act.ts'
import { call, me, useResource } from '../data/client.ts'
import { Icon } from './icon.tsx'
import { Link } from './link.tsx'
import { Menu } from './menu.tsx'
import { Failed } from './notice.tsx'
import { Line } from './text.tsx'

interface Saved {
  readonly id: string
  readonly name: string
  readonly address: string
  readonly by: string
  readonly isShared: boolean
}

/** Questions to come back to: page, search, filters, time, columns and order, as the address has them. */
export function SavedMenu() {
  const { data } = useResource<{ searches: readonly Saved[] }>({ path: '/saved', version: noted.value })
  const { problem, act } = useAct()
  const [name, setName] = useState('')
  const [isShared, setShared] = useState(false)
  const who = me.value

  function save(): void {
    const params = new URLSearchParams(address.value.params)
    for (const passing of ['event', 'tab']) params.delete(passing)
    const text = params.toString()
    const body = { name: name.trim(), address: `${page.value}${text === '' ? '' : `?${text}`}`, isShared }
    act(call({ path: '/saved', body }), () => setName(''))
  }

  return (
    <Menu label="Saved searches" icon="star">
      {problem && <Failed problem={problem} />}
      <ul class="saved">
        {data?.searches.map((one) => (
          <li key={one.id}>
            <Link href={base.pathname + one.address} class="menu-item">
              <Line>{one.name}</Line>
              {one.isShared && <span class="muted">{one.by === who?.user ? 'shared' : one.by}</span>}
            </Link>
            {(one.by === who?.user || who?.role === 'admin') && (
              <button
                type="button"
                class="icon-button"
                aria-label={`Remove the saved search ${one.name}`}
                onClick={() => act(call({ path: `/saved/${one.id}`, method: 'DELETE' }))}
              >
                <Icon name="close" />
              </button>
            )}
          </li>
        ))}
        {data?.searches.length === 0 && <li class="quiet">Nothing is saved yet.</li>}
      </ul>
      <div class="saved-new">
        <input
          placeholder="Save this view as"
          aria-label="Name for this view"
          value={name}
          maxLength={80}
          onInput={(event) => setName(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            if (name.trim() !== '') save()
          }}
        />
        {who?.role !== 'viewer' && (
          <label class="check">
            <input
              type="checkbox"
              checked={isShared}
              onChange={(event) => setShared(event.currentTarget.checked)}
            />
            For everybody
          </label>
        )}
        <button type="button" class="button" disabled={name.trim() === ''} onClick={save}>
          Save
        </button>
      </div>
    </Menu>
  )
}
