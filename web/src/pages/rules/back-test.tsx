import { useEffect, useState } from 'preact/hooks'
import { visible } from '../../../../src/api/visible-text.ts'
import { change, hrefOf } from '../../data/address.ts'
import { call, Problem, useResource } from '../../data/client.ts'
import type { Draft } from '../../data/draft.ts'
import { draft, isChanged } from '../../data/draft.ts'
import { count, plural } from '../../data/text.ts'
import { ago, minute } from '../../data/time.ts'
import { Card, Quiet } from '../../parts/card.tsx'
import { Link } from '../../parts/link.tsx'
import { Failed } from '../../parts/notice.tsx'
import { Numbers } from '../../parts/numbers.tsx'
import { Level } from '../../parts/severity.tsx'
import { Line, Text } from '../../parts/text.tsx'

function Earlier({
  jobs,
  onChoose,
}: {
  readonly jobs: readonly Job[]
  readonly onChoose: (id: string) => void
}) {
  if (jobs.length < 2) return null
  return (
    <Card title="Earlier">
      <ul class="list">
        {jobs.map((job) => (
          <li key={job.id}>
            <button type="button" class="link" onClick={() => onChoose(job.id)}>
              {job.files.join(', ') || 'as stored'}
            </button>
            <span class="muted">
              {job.state}, {ago(Date.parse(job.startedAt))}, {job.by}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

interface RuleName {
  readonly id: number
  readonly level: number
  readonly description: string
}

interface Difference {
  readonly before: RuleName | null
  readonly after: RuleName | null
  readonly count: number
  readonly samples: readonly { readonly eventId: string; readonly at: string; readonly description: string }[]
}

interface Report {
  readonly complete: boolean
  readonly events: number
  readonly alerts: { readonly before: number; readonly after: number; readonly unchanged: number }
  readonly fired: readonly Difference[]
  readonly changed: readonly Difference[]
  readonly stopped: readonly Difference[]
  readonly draft: readonly (RuleName & { readonly alerts: number })[]
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

interface Job {
  readonly id: string
  readonly state: 'running' | 'done' | 'cancelled' | 'failed'
  readonly by: string
  readonly startedAt: string
  readonly from: string
  readonly to: string
  readonly files: readonly string[]
  readonly progress: number
  readonly events: number
  readonly report?: Report
  readonly error?: string
  readonly problems?: readonly string[]
}

const spans = [
  ['now-1h', 'the last hour'],
  ['now-24h', 'the last 24 hours'],
  ['now-7d', 'the last 7 days'],
  ['now-30d', 'the last 30 days'],
] as const

/** What a draft would have said about the events that are stored. */
export function BackTestView() {
  const [version, setVersion] = useState(0)
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const jobs = useResource<{ backtests: readonly Job[] }>({ path: '/rules/backtests', version })
  const [chosen, setChosen] = useState<string | undefined>(undefined)
  const all = jobs.data?.backtests ?? []
  const running = all.find((job) => job.state === 'running')
  const failure = problem ?? jobs.problem
  const shown = all.find((job) => job.id === chosen) ?? all[0]
  const mine = isChanged(draft.value) && draft.value.name.startsWith('etc/rules/') ? draft.value : undefined

  useEffect(() => {
    // A second after each answer, however long that took.
    if (!running || jobs.isLoading) return undefined
    const timer = setTimeout(() => setVersion((before) => before + 1), 1000)
    return () => clearTimeout(timer)
  }, [jobs])

  function act(work: Promise<Job>): void {
    setProblem(undefined)
    work.then(
      (job) => {
        setChosen(job.id)
        setVersion((before) => before + 1)
      },
      (error: unknown) => setProblem(error instanceof Problem ? error : new Problem(0, {})),
    )
  }

  return (
    <div class="board board-inner">
      <Card title="Try a draft on stored events">
        <Start mine={mine} isBusy={running !== undefined} act={act} />
        {failure && <Failed problem={failure} />}
        {running && (
          <p class="job-running" role="status">
            <progress value={running.progress} max={1} aria-label="Progress" />
            {Math.round(running.progress * 100)} %, {plural(running.events, 'event')}
            <button
              type="button"
              class="link"
              onClick={() => act(call<Job>({ path: `/rules/backtests/${running.id}`, method: 'DELETE' }))}
            >
              Stop
            </button>
          </p>
        )}
      </Card>
      {shown && shown.state !== 'running' && <Outcome job={shown} />}
      <Earlier jobs={all} onChoose={setChosen} />
    </div>
  )
}

function Start({
  mine,
  isBusy,
  act,
}: {
  readonly mine: Draft | undefined
  readonly isBusy: boolean
  readonly act: (work: Promise<Job>) => void
}) {
  const [from, setFrom] = useState('now-24h')
  if (!mine) {
    return (
      <p class="quiet">
        Change a rule file first:{' '}
        <button type="button" class="link" onClick={() => change({ view: 'files' })}>
          Files
        </button>
        . What is in the editor is then run over stored events, beside the rules in force, and nothing is
        changed.
      </p>
    )
  }
  return (
    <form
      class="form form-line"
      onSubmit={(event) => {
        event.preventDefault()
        const files = [{ name: mine.name.split('/').at(-1) ?? 'draft.xml', text: mine.text }]
        act(call<Job>({ path: '/rules/backtests', body: { files, from } }))
      }}
    >
      <span>
        <b>{mine.name}</b> as it is in the editor, on
      </span>
      <select aria-label="Time" value={from} onChange={(event) => setFrom(event.currentTarget.value)}>
        {spans.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      <button type="submit" class="button primary" disabled={isBusy}>
        Run
      </button>
    </form>
  )
}

function Outcome({ job }: { readonly job: Job }) {
  const { report } = job
  if (!report) {
    if (job.state === 'cancelled') {
      return (
        <Card title="It was stopped">
          <p class="quiet">Nothing had been compared yet.</p>
        </Card>
      )
    }
    return (
      <Card title="It did not run">
        <p>{visible(job.error ?? '', 600)}</p>
        <ul>
          {job.problems?.map((one) => (
            <li key={one} class="mono">
              <Text>{one}</Text>
            </li>
          ))}
        </ul>
      </Card>
    )
  }
  const numbers = [
    ['Events', count(report.events)],
    ['Alerts now', count(report.alerts.before)],
    ['Alerts with the draft', count(report.alerts.after)],
    ['New', count(sumOf(report.fired))],
    ['Other rule or level', count(sumOf(report.changed))],
    ['No more', count(sumOf(report.stopped))],
  ] as const
  return (
    <>
      <Numbers numbers={numbers} />
      <Card
        title="Rules of the draft"
        aside={
          <span class="muted">
            {minute(Date.parse(job.from))} – {minute(Date.parse(job.to))}
            {report.complete ? '' : ', stopped early'}
          </span>
        }
      >
        <ul class="list">
          {report.draft.map((rule) => (
            <li key={rule.id}>
              <span class="mono">{rule.id}</span>
              <Level level={rule.level} />
              <Line>{rule.description}</Line>
              <span class="space" />
              <b class="nowrap">would have fired {count(rule.alerts)} times</b>
            </li>
          ))}
        </ul>
        {[...report.problems, ...report.notes].map((one) => (
          <p key={one} class="more">
            <Text>{one}</Text>
          </p>
        ))}
      </Card>
      <Differences title="New alerts" all={report.fired} />
      <Differences title="Alerts of another rule or level" all={report.changed} />
      <Differences title="Alerts that would be missing" all={report.stopped} />
    </>
  )
}

function sumOf(all: readonly Difference[]): number {
  return all.reduce((sum, one) => sum + one.count, 0)
}

function Differences({ title, all }: { readonly title: string; readonly all: readonly Difference[] }) {
  return (
    <Card title={title} aside={<span class="muted">{count(sumOf(all))}</span>}>
      {all.length === 0 && <Quiet isReady>None.</Quiet>}
      {all.map((one) => (
        <details key={`${one.before?.id ?? ''}-${one.after?.id ?? ''}`} class="difference-of">
          <summary>
            <b>{count(one.count)}</b> <Name rule={one.before} /> → <Name rule={one.after} />
          </summary>
          <ul class="event-table samples">
            {one.samples.map((sample) => (
              <li key={sample.eventId}>
                <Link href={hrefOf('events', { ds: 'events', event: sample.eventId })}>
                  <span class="muted">{minute(Date.parse(sample.at))}</span>
                  <Line>{sample.description}</Line>
                </Link>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </Card>
  )
}

function Name({ rule }: { readonly rule: RuleName | null }) {
  if (!rule) return <span class="muted">no alert</span>
  return (
    <span>
      {rule.id} ({rule.level}) <Text limit={80}>{rule.description}</Text>
    </span>
  )
}
