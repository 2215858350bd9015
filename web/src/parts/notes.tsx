import { useState } from 'preact/hooks'
import { fieldText } from '../../../src/api/document-field.ts'
import type { Hit } from '../data/answers.ts'
import { noted, useAct } from '../data/act.ts'
import { call, me, queryString, useResource } from '../data/client.ts'
import { entityOf, ruleOf } from '../data/event.ts'
import { ago, full } from '../data/time.ts'
import { Icon } from './icon.tsx'
import { Menu } from './menu.tsx'
import { Failed } from './notice.tsx'
import { LongText, Text } from './text.tsx'

interface Note {
  readonly id: string
  readonly text: string
  readonly by: string
  readonly atMs: number
}

/** What colleagues found out about an event. */
export function Notes({ hit }: { readonly hit: Hit }) {
  const { data } = useResource<{ notes: readonly Note[] }>({
    path: `/notes${queryString({ event: hit.eventId })}`,
    version: noted.value,
  })
  const { problem, act } = useAct()
  const [text, setText] = useState('')
  const mayWrite = me.value?.role !== 'viewer'
  if (!mayWrite && data?.notes.length === 0) return null
  return (
    <section class="notes">
      <h3>Notes</h3>
      {problem && <Failed problem={problem} />}
      <ul>
        {data?.notes.map((note) => (
          <li key={note.id}>
            <p>
              <LongText lines>{note.text}</LongText>
            </p>
            <p class="muted" title={full(note.atMs)}>
              {note.by}, {ago(note.atMs)}
              {(note.by === me.value?.user || me.value?.role === 'admin') && (
                <button
                  type="button"
                  class="link"
                  onClick={() => act(call({ path: `/notes/${note.id}`, method: 'DELETE' }))}
                >
                  Remove
                </button>
              )}
            </p>
          </li>
        ))}
      </ul>
      {mayWrite && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            act(call({ path: '/notes', body: { eventId: hit.eventId, text } }), () => setText(''))
          }}
        >
          <textarea
            rows={2}
            maxLength={4000}
            aria-label="A note on this event"
            placeholder="What did you find out?"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          {text.trim() !== '' && (
            <button type="submit" class="button">
              Add note
            </button>
          )}
        </form>
      )}
    </section>
  )
}

const times = [
  [8, '8 hours'],
  [24, 'a day'],
  [168, 'a week'],
  [720, '30 days'],
] as const

/** Hides alerts like this one for a while: it is said on every page that something is hidden. */
export function MuteMenu({ hit }: { readonly hit: Hit }) {
  const { problem, act } = useAct()
  const [reason, setReason] = useState('')
  const [hours, setHours] = useState(24)
  const [isNarrow, setNarrow] = useState(true)
  const rule = ruleOf(hit)
  const entity = entityOf(hit)
  const value = entity && fieldText(hit.document, entity.field)
  if (rule === undefined || me.value?.role === 'viewer') return null

  function mute(menu: HTMLDetailsElement | null): void {
    const about = isNarrow && entity && value !== undefined ? { field: entity.field, value } : {}
    act(call({ path: '/mutes', body: { ruleId: rule, reason, hours, ...about } }), () => {
      if (menu) menu.open = false
    })
  }

  return (
    <Menu label="Mute" icon="bell">
      <form
        class="form mute"
        onSubmit={(event) => {
          event.preventDefault()
          mute(event.currentTarget.closest('details'))
        }}
      >
        {problem && <Failed problem={problem} />}
        <p>
          Hide alerts of rule <b>{rule}</b>
        </p>
        {entity && value !== undefined && (
          <label class="check">
            <input
              type="checkbox"
              checked={isNarrow}
              onChange={(event) => setNarrow(event.currentTarget.checked)}
            />
            <span>
              only about <Text limit={80}>{value}</Text>
            </span>
          </label>
        )}
        <label>
          For
          <select value={String(hours)} onChange={(event) => setHours(Number(event.currentTarget.value))}>
            {times.map(([number, name]) => (
              <option key={number} value={String(number)}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Because
          <input maxLength={500} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button primary" disabled={reason.trim() === ''}>
          <Icon name="bell" /> Mute
        </button>
        <p class="muted">They are still raised, stored and written to alerts.json.</p>
      </form>
    </Menu>
  )
}
