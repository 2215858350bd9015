import { change, dataset, showsMuted } from '../data/address.ts'
import { noted, useAct } from '../data/act.ts'
import { useNewest } from '../data/ask.ts'
import { call, me, useResource } from '../data/client.ts'
import { labelOf } from '../data/event.ts'
import { plural } from '../data/text.ts'
import { ago, full } from '../data/time.ts'
import { Card } from './card.tsx'
import { Failed } from './notice.tsx'
import { Text } from './text.tsx'

interface Mute {
  readonly id: string
  readonly ruleId: string
  readonly field?: string
  readonly value?: string
  readonly reason: string
  readonly by: string
  readonly atMs: number
  readonly expiresAtMs: number
}

function useMutes(): readonly Mute[] {
  const { data } = useResource<{ mutes: readonly Mute[] }>({ path: '/mutes', version: noted.value })
  return data?.mutes ?? []
}

/** What is hidden is said, with the way to see it. */
export function MutedNote() {
  const mutes = useMutes()
  if (mutes.length === 0 || dataset.value !== 'alerts') return null
  return <Muted key={mutes.map(({ id }) => id).join()} />
}

function Muted() {
  const { total } = useNewest(1, { muted: 'only' })
  if (!total || total.value === 0) return null
  return (
    <span class="muted-note">
      {plural(total.value, 'muted alert')} {showsMuted.value ? 'shown' : 'hidden'}
      <button
        type="button"
        class="link"
        onClick={() => change({ muted: showsMuted.value ? undefined : 'shown' })}
      >
        {showsMuted.value ? 'Hide' : 'Show'}
      </button>
    </span>
  )
}

/** Who muted what, why, until when. */
export function MutesCard() {
  const mutes = useMutes()
  const { problem, act } = useAct()
  if (mutes.length === 0) return null
  return (
    <Card title="Muted" aside={<span class="muted">still raised and stored, not shown</span>}>
      {problem && <Failed problem={problem} />}
      <ul class="list">
        {mutes.map((mute) => (
          <li key={mute.id}>
            <span>
              <b>Rule {mute.ruleId}</b>
              {mute.field !== undefined && (
                <>
                  {' '}
                  where {labelOf(mute.field)} is <Text limit={80}>{mute.value ?? ''}</Text>
                </>
              )}
              : <Text limit={200}>{mute.reason}</Text>{' '}
              <span class="muted" title={full(mute.expiresAtMs)}>
                {mute.by}, {ago(mute.atMs)}, until {full(mute.expiresAtMs)}
              </span>
            </span>
            <span class="space" />
            {me.value?.role !== 'viewer' && (
              <button
                type="button"
                class="link"
                onClick={() => act(call({ path: `/mutes/${mute.id}`, method: 'DELETE' }))}
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
