import type { Health } from '../data/answers.ts'
import { useHealth } from '../data/ask.ts'
import { count, plural, size } from '../data/text.ts'
import { ago, duration, full } from '../data/time.ts'
import { Access } from '../parts/access.tsx'
import { Card } from '../parts/card.tsx'
import { MutesCard } from '../parts/mutes.tsx'
import { Advice, Command, Failed } from '../parts/notice.tsx'
import { Numbers } from '../parts/numbers.tsx'
import { Senders } from '../parts/senders.tsx'
import { sourceName } from '../parts/source-states.tsx'
import { Text } from '../parts/text.tsx'

const words: ReadonlyMap<string, string> = new Map([
  ['ok', 'fine'],
  ['warning', 'look at it'],
  ['error', 'broken'],
])

/** Make data arrive; keep it arriving. */
export function HealthPage() {
  const { data, problem } = useHealth()
  if (problem && !data) return <Failed problem={problem} />
  if (!data) return <p class="muted pad">Loading…</p>
  return (
    <div class="board">
      {problem && <Failed problem={problem} />}
      <Sums health={data} />
      <Sources health={data} />
      <Checks health={data} />
      {data.rules.problems.length > 0 && <RuleProblems health={data} />}
      <Senders health={data} />
      <MutesCard />
      <SetUp />
      <Access />
    </div>
  )
}

function Sums({ health }: { readonly health: Health }) {
  const { store, pipeline, nowMs, startedAtMs } = health
  const numbers = [
    ['Running for', duration(nowMs - startedAtMs)],
    ['Events received', count(pipeline.eventsReceived)],
    ['Alerts raised', count(pipeline.alertsRaised)],
    ['Lost', count(pipeline.dropped)],
    ['Events stored', count(store.events)],
    ['On disk', size(store.sizeBytes)],
    ['Reaches back', store.oldestMs === undefined ? '–' : ago(store.oldestMs, nowMs).replace(' ago', '')],
  ] as const
  return <Numbers numbers={numbers} bad={pipeline.dropped > 0 ? 'Lost' : undefined} />
}

function Sources({ health }: { readonly health: Health }) {
  return (
    <Card title="Sources" span="half">
      <ul class="checks">
        {health.sources.map((source) => (
          <li key={source.name}>
            <i class={`state state-${source.state}`} />
            <div>
              <b>{sourceName(source.type)}</b>{' '}
              <span class="muted">{words.get(source.state) ?? source.state}</span>
              <p>
                <Text>{source.detail}</Text>
              </p>
              <p
                class="muted"
                title={source.lastEventAtMs === undefined ? undefined : full(source.lastEventAtMs)}
              >
                {source.lastEventAtMs === undefined
                  ? 'no event yet'
                  : `last event ${ago(source.lastEventAtMs, health.nowMs)}`}
                {source.events !== undefined && `, ${plural(source.events, 'event')} since the start`}
              </p>
              {source.advice !== undefined && <Advice>{source.advice}</Advice>}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Checks({ health }: { readonly health: Health }) {
  return (
    <Card title="Checks" span="half" aside={<span class="muted">also: quaywatch doctor</span>}>
      <ul class="checks">
        <li>
          <i class={`state state-${health.rules.problems.length === 0 ? 'ok' : 'warning'}`} />
          <div>
            <b>Rules</b>{' '}
            <span class="muted">{health.rules.problems.length === 0 ? 'fine' : 'look at it'}</span>
            <p>
              {plural(health.rules.size, 'rule')} loaded
              {health.rules.problems.length > 0 && `, ${plural(health.rules.problems.length, 'problem')}`}
            </p>
          </div>
        </li>
        {health.checks.map((check) => (
          <li key={check.id}>
            <i class={`state state-${check.state}`} />
            <div>
              <b>
                <Text>{check.title}</Text>
              </b>{' '}
              <span class="muted">{words.get(check.state) ?? check.state}</span>
              <p>
                <Text>{check.detail}</Text>
              </p>
              {check.advice !== undefined && <Advice>{check.advice}</Advice>}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function RuleProblems({ health }: { readonly health: Health }) {
  const { problems } = health.rules
  return (
    <Card title="Problems in rules" aside={<span class="muted">{count(problems.length)}</span>}>
      <ul class="checks">
        {problems.slice(0, 50).map((problem) => (
          <li key={`${problem.code}${problem.message}${problem.at?.line ?? ''}`}>
            <i class={`state state-${problem.severity === 'warning' ? 'warning' : 'error'}`} />
            <div>
              <p>
                <Text>{problem.message}</Text>
              </p>
              {problem.at && (
                <p class="muted mono">
                  <Text>{`${problem.at.file}:${problem.at.line}:${problem.at.column}`}</Text>
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
      {problems.length > 50 && <p class="more">and {count(problems.length - 50)} more</p>}
    </Card>
  )
}

/** How data gets here, with this host's name in it. */
function SetUp() {
  const host = location.hostname
  return (
    <Card title="Bring data in">
      <div class="guides">
        <div>
          <h3>Docker on this host</h3>
          <p>Watched from the start. The manager needs to read the engine's socket:</p>
          <Command>sudo usermod -aG docker quaywatch</Command>
        </div>
        <div>
          <h3>Kubernetes API server</h3>
          <p>Writes the audit policy, the webhook file and its certificates:</p>
          <Command>{`quaywatch kube setup --address ${host} --out kube`}</Command>
        </div>
        <div>
          <h3>An audit log you already have</h3>
          <p>Goes the same way as live events:</p>
          <Command>quaywatch import kube-audit audit.log</Command>
        </div>
        <div>
          <h3>Try it</h3>
          <p>An alert should appear on Events within a second:</p>
          <Command>docker run --rm busybox true</Command>
        </div>
      </div>
    </Card>
  )
}
