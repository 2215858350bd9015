import { visible } from '../../../src/api/visible-text.ts'
import { useHealth } from '../data/ask.ts'
import { ago, full } from '../data/time.ts'
import { Advice, Failed } from './notice.tsx'
import { Text } from './text.tsx'

const names: ReadonlyMap<string, string> = new Map([
  ['docker-listener', 'Docker'],
  ['kube-audit', 'Kubernetes audit'],
  ['localfile', 'Log file'],
  ['self', 'Quaywatch itself'],
  ['demo', 'Demonstration'],
])

export function sourceName(type: string): string {
  return names.get(type) ?? visible(type, 60)
}

/** Where events come from, when the last one came, and what to do when none does. */
export function SourceStates() {
  const { data, problem } = useHealth()
  if (problem && !data) return <Failed problem={problem} />
  if (!data) return null
  if (data.sources.length === 0) return <p class="muted">No source is configured.</p>
  return (
    <ul class="sources">
      {data.sources.map((source) => (
        <li key={source.name}>
          <i class={`state state-${source.state}`} />
          <div>
            <b>{sourceName(source.type)}</b>{' '}
            <span class="muted">{source.state === 'running' ? '' : `(${source.state}) `}</span>
            <Text>{source.detail}</Text>
            <div
              class="muted"
              title={source.lastEventAtMs === undefined ? undefined : full(source.lastEventAtMs)}
            >
              {source.lastEventAtMs === undefined
                ? 'no event yet'
                : `last event ${ago(source.lastEventAtMs)}`}
            </div>
            {source.advice !== undefined && <Advice>{source.advice}</Advice>}
          </div>
        </li>
      ))}
    </ul>
  )
}
