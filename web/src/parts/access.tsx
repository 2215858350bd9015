import { useState } from 'preact/hooks'
import { noted, useAct } from '../data/act.ts'
import { call, me, useResource } from '../data/client.ts'
import { visible } from '../../../src/api/visible-text.ts'
import { ago, full } from '../data/time.ts'
import { Card } from './card.tsx'
import { Command, Failed } from './notice.tsx'
import { Line } from './text.tsx'

const roles = ['viewer', 'analyst', 'admin'] as const

interface User {
  readonly name: string
  readonly role: string
  readonly hasPassword: boolean
  readonly createdAtMs: number
}

interface Session {
  readonly id: string
  readonly user: string
  readonly lastSeenAtMs: number
  readonly address: string
  readonly browser: string
  readonly current: boolean
}

interface Token {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly user: string
  readonly createdAtMs: number
  readonly expiresAtMs?: number
  readonly lastUsedAtMs?: number
}

/** My password and sessions; for administrators also who else may come in. */
export function Access() {
  const isAdmin = me.value?.role === 'admin'
  return (
    <>
      <Password />
      {isAdmin && <Users />}
      {isAdmin && <Tokens />}
      <Sessions />
    </>
  )
}

function Password() {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [isDone, setDone] = useState(false)
  const { problem, act } = useAct()
  const has = me.value?.hasPassword ?? false
  return (
    <Card title="My password" span="half">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          const body = { password: next, ...(has ? { current } : {}) }
          act(call({ path: '/session/password', method: 'PUT', body }), () => {
            if (me.value) me.value = { ...me.value, hasPassword: true }
            setCurrent('')
            setNext('')
            setDone(true)
          })
        }}
      >
        {problem && <Failed problem={problem} />}
        {has && (
          <label>
            Present password
            <input
              type="password"
              autocomplete="current-password"
              value={current}
              onInput={(event) => setCurrent(event.currentTarget.value)}
            />
          </label>
        )}
        <label>
          New password, at least 12 characters
          <input
            type="password"
            autocomplete="new-password"
            minLength={12}
            value={next}
            onInput={(event) => setNext(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button" disabled={next.length < 12}>
          {has ? 'Change password' : 'Set password'}
        </button>
        {isDone && (
          <span class="muted" role="status">
            Done. Other sessions of yours have ended.
          </span>
        )}
      </form>
    </Card>
  )
}

function RoleChoice({
  value,
  onChoose,
  label,
}: {
  readonly value: string
  readonly onChoose: (role: string) => void
  readonly label: string
}) {
  return (
    <select value={value} aria-label={label} onChange={(event) => onChoose(event.currentTarget.value)}>
      {roles.map((role) => (
        <option key={role} value={role}>
          {role}
        </option>
      ))}
    </select>
  )
}

function Users() {
  const { problem, act } = useAct()
  const { data } = useResource<{ users: readonly User[] }>({ path: '/users', version: noted.value })
  const [name, setName] = useState('')
  const [role, setRole] = useState('viewer')
  const [password, setPassword] = useState('')
  return (
    <Card title="Users" span="half">
      {problem && <Failed problem={problem} />}
      <ul class="list">
        {data?.users.map((user) => (
          <li key={user.name}>
            <b>{user.name}</b>
            <span class="muted">{user.hasPassword ? '' : 'sign-in link only'}</span>
            <span class="space" />
            <RoleChoice
              label={`Role of ${user.name}`}
              value={user.role}
              onChoose={(next) =>
                act(
                  call({
                    path: `/users/${encodeURIComponent(user.name)}/role`,
                    method: 'PUT',
                    body: { role: next },
                  }),
                )
              }
            />
            <button
              type="button"
              class="link danger"
              onClick={() => act(call({ path: `/users/${encodeURIComponent(user.name)}`, method: 'DELETE' }))}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <form
        class="form form-row"
        onSubmit={(event) => {
          event.preventDefault()
          act(call({ path: '/users', body: { name, role, password } }), () => {
            setName('')
            setPassword('')
          })
        }}
      >
        <label>
          Name
          <input value={name} autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          First password
          <input
            type="password"
            minLength={12}
            autocomplete="new-password"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <RoleChoice label="Role" value={role} onChoose={setRole} />
        <button type="submit" class="button" disabled={name === '' || password.length < 12}>
          Add
        </button>
      </form>
    </Card>
  )
}

function Tokens() {
  const { problem, act } = useAct()
  const { data } = useResource<{ tokens: readonly Token[] }>({ path: '/tokens', version: noted.value })
  const [name, setName] = useState('')
  const [role, setRole] = useState('viewer')
  const [days, setDays] = useState('90')
  const [secret, setSecret] = useState<string | undefined>(undefined)

  async function make(): Promise<void> {
    const body = { name, role, ...(days === '' ? {} : { days: Number(days) }) }
    const made = await call<{ secret: string }>({ path: '/tokens', body })
    setSecret(made.secret)
    setName('')
  }

  return (
    <Card title="API tokens" span="half">
      {problem && <Failed problem={problem} />}
      {secret !== undefined && (
        <div role="status" class="secret">
          <p>Copy it now; it is not shown again.</p>
          <Command>{secret}</Command>
        </div>
      )}
      <ul class="list">
        {data?.tokens.map((token) => (
          <li key={token.id}>
            <b>{visible(token.name, 60)}</b>
            <span class="muted">
              {token.role},{' '}
              {token.lastUsedAtMs === undefined ? 'never used' : `used ${ago(token.lastUsedAtMs)}`}
              {token.expiresAtMs !== undefined && `, until ${full(token.expiresAtMs).split(',')[0] ?? ''}`}
            </span>
            <span class="space" />
            <button
              type="button"
              class="link danger"
              onClick={() => act(call({ path: `/tokens/${encodeURIComponent(token.id)}`, method: 'DELETE' }))}
            >
              Revoke
            </button>
          </li>
        ))}
        {data?.tokens.length === 0 && <li class="quiet">None.</li>}
      </ul>
      <form
        class="form form-row"
        onSubmit={(event) => {
          event.preventDefault()
          act(make())
        }}
      >
        <label>
          What for
          <input value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          Days
          <input inputMode="numeric" value={days} onInput={(event) => setDays(event.currentTarget.value)} />
        </label>
        <RoleChoice label="Role of the token" value={role} onChoose={setRole} />
        <button type="submit" class="button" disabled={name === '' || !/^\d{0,4}$/.test(days)}>
          Make
        </button>
      </form>
    </Card>
  )
}

function Sessions() {
  const { problem, act } = useAct()
  const { data } = useResource<{ sessions: readonly Session[] }>({ path: '/sessions', version: noted.value })
  return (
    <Card title="Sessions" span="half">
      {problem && <Failed problem={problem} />}
      <ul class="list">
        {data?.sessions.map((session) => (
          <li key={session.id}>
            <b>{session.user}</b>
            <span class="muted session-from">
              <Line>{`${session.address}, ${session.browser}`}</Line>
            </span>
            <span class="muted nowrap">{session.current ? 'this one' : ago(session.lastSeenAtMs)}</span>
            {!session.current && (
              <button
                type="button"
                class="link danger"
                onClick={() => act(call({ path: `/sessions/${session.id}`, method: 'DELETE' }))}
              >
                End
              </button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
