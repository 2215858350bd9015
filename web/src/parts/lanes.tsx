import type { ComponentChildren } from 'preact'
import { fieldText } from '../../../src/api/document-field.ts'
import { visible } from '../../../src/api/visible-text.ts'
import { hrefOf } from '../data/address.ts'
import type { Hit } from '../data/answers.ts'
import { levelOf, sentenceOf } from '../data/event.ts'
import { bandOf } from '../data/severity.ts'
import { clock, day, minute, zoneName } from '../data/time.ts'
import { Link } from './link.tsx'

const dockerLanes = ['Life', 'Commands', 'Network', 'Storage'] as const
const kubernetesLanes = ['Changes', 'Hands on', 'Reads', 'Refused'] as const

export interface LanePlan {
  readonly lanes: readonly string[]
  laneOf(hit: Hit): string
}

export const dockerPlan: LanePlan = {
  lanes: dockerLanes,
  laneOf(hit) {
    const type = fieldText(hit.document, 'data.docker.Type')
    if (type === 'network') return 'Network'
    if (type === 'volume') return 'Storage'
    return (fieldText(hit.document, 'data.docker.Action') ?? '').startsWith('exec_') ? 'Commands' : 'Life'
  },
}

const handsOn = ['exec', 'attach', 'portforward', 'ephemeralcontainers', 'proxy']

export const kubernetesPlan: LanePlan = {
  lanes: kubernetesLanes,
  laneOf(hit) {
    const code = Number(fieldText(hit.document, 'data.responseStatus.code'))
    if (code === 401 || code === 403) return 'Refused'
    if (handsOn.includes(fieldText(hit.document, 'data.objectRef.subresource') ?? '')) return 'Hands on'
    const verb = fieldText(hit.document, 'data.verb') ?? ''
    return ['get', 'list', 'watch'].includes(verb) ? 'Reads' : 'Changes'
  },
}

interface Props {
  readonly hits: readonly Hit[]
  readonly plan: LanePlan
}

/** The story of one thing: what happened to it, in lanes, alerts larger, and when it ran. */
export function Lanes({ hits, plan }: Props) {
  const oldest = hits.at(-1)?.receivedAtMs ?? 0
  const newest = hits[0]?.receivedAtMs ?? 0
  // Room on both sides; a container that lived for a second would otherwise be one dot.
  const room = Math.max(15_000, (newest - oldest) * 0.02)
  const [begin, end] = [oldest - room, newest + room]
  const at = (ms: number) => ((ms - begin) / (end - begin)) * 100
  return (
    <div class="lanes">
      {plan.lanes.map((lane) => (
        <div key={lane} class="lane">
          <span class="lane-name">{lane}</span>
          <div class="lane-track">
            {lane === 'Life' &&
              runsOf(hits, end).map((run) => (
                <i
                  key={run.fromMs}
                  class={`run ${run.isBad ? 'run-bad' : ''}`}
                  style={{ left: `${at(run.fromMs)}%`, width: `${at(run.toMs) - at(run.fromMs)}%` }}
                />
              ))}
            {hits
              .filter((hit) => plan.laneOf(hit) === lane)
              .map((hit) => (
                <Mark key={hit.eventId} hit={hit} left={at(hit.receivedAtMs)} />
              ))}
          </div>
        </div>
      ))}
      <LaneRow>
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <span key={share}>{axisTime(begin + (end - begin) * share, end - begin, share === 0)}</span>
        ))}
        <span>{zoneName(end)}</span>
      </LaneRow>
    </div>
  )
}

/** Minutes do not tell the ends of a short story apart. */
function axisTime(atMs: number, spanMs: number, isFirst: boolean): string {
  if (spanMs >= 600_000) return minute(atMs)
  return isFirst ? `${day(atMs)}, ${clock(atMs)}` : clock(atMs)
}

function LaneRow({ children }: { readonly children: ComponentChildren }) {
  return (
    <div class="lane lane-axis" aria-hidden="true">
      <span />
      <span class="lane-times">{children}</span>
    </div>
  )
}

interface Run {
  readonly fromMs: number
  readonly toMs: number
  /** Ended with an exit code other than 0, or by the memory limit. */
  readonly isBad: boolean
}

/** When a container ran, as its starts and ends tell. */
function runsOf(hits: readonly Hit[], endMs: number): readonly Run[] {
  const runs: Run[] = []
  let startMs: number | undefined
  for (const hit of [...hits].reverse()) {
    const action = fieldText(hit.document, 'data.docker.Action')
    if (action === 'start') startMs ??= hit.receivedAtMs
    if (action !== 'die' || startMs === undefined) continue
    const code = fieldText(hit.document, 'data.docker.Actor.Attributes.exitCode') ?? '0'
    runs.push({ fromMs: startMs, toMs: hit.receivedAtMs, isBad: code !== '0' })
    startMs = undefined
  }
  if (startMs !== undefined) runs.push({ fromMs: startMs, toMs: endMs, isBad: false })
  return runs
}

function Mark({ hit, left }: { readonly hit: Hit; readonly left: number }) {
  const level = levelOf(hit)
  const words = `${clock(hit.receivedAtMs)} ${visible(sentenceOf(hit), 120)}${level > 0 ? `, level ${level}` : ''}`
  return (
    <Link
      href={hrefOf('events', { ds: 'events', q: undefined, f: undefined, event: hit.eventId })}
      class={`mark fill-${bandOf(level)} ${level >= 7 ? 'mark-big' : ''}`}
      style={{ left: `${left}%` }}
      title={words}
      label={words}
    />
  )
}
