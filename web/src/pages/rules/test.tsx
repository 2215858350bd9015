import { useState } from 'preact/hooks'
import { hrefOf } from '../../data/address.ts'
import { call, me, Problem } from '../../data/client.ts'
import { draft, isChanged } from '../../data/draft.ts'
import { plural } from '../../data/text.ts'
import { Icon } from '../../parts/icon.tsx'
import { Link } from '../../parts/link.tsx'
import { Failed } from '../../parts/notice.tsx'
import { Line, Text } from '../../parts/text.tsx'
import { Tree } from '../../parts/tree.tsx'

interface Trace {
  readonly ruleId: number
  readonly level: number
  readonly description: string
  readonly matched: boolean
  readonly reason?: string
  readonly children: readonly Trace[]
}

interface TestResult {
  readonly alert: boolean
  readonly output?: unknown
  readonly trace: readonly Trace[]
}

const example =
  '{"integration":"docker","docker":{"Type":"container","Action":"exec_start: sh","Actor":{"Attributes":{"name":"web"}}}}'

/** What the rules make of lines that somebody pastes. */
export function TestView() {
  const [text, setText] = useState('')
  const [location, setLocation] = useState('Wazuh-Docker')
  const [results, setResults] = useState<readonly TestResult[] | undefined>(undefined)
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const [isBusy, setBusy] = useState(false)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const mine = isChanged(draft.value) ? draft.value : undefined
  const [withDraft, setWithDraft] = useState(true)
  const mayTest = me.value?.role !== 'viewer'

  function run(): void {
    setBusy(true)
    setProblem(undefined)
    const tried = mine && withDraft ? { draft: { name: mine.name, text: mine.text } } : {}
    call<{ results: readonly TestResult[] }>({ path: '/rules/test', body: { lines, location, ...tried } })
      .then(
        (answer) => setResults(answer.results),
        (error: unknown) => setProblem(error instanceof Problem ? error : new Problem(0, {})),
      )
      .finally(() => setBusy(false))
  }

  return (
    <div class="rules-test">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          run()
        }}
      >
        <label>
          Log lines or events, one a line; counts and windows carry on from line to line
          <textarea
            placeholder={example}
            rows={8}
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <div class="rules-test-tools">
          <label>
            Location
            <input
              value={location}
              list="locations"
              onInput={(event) => setLocation(event.currentTarget.value)}
            />
            <datalist id="locations">
              <option value="Wazuh-Docker" />
              <option value="k8s" />
              <option value="/var/log/auth.log" />
            </datalist>
          </label>
          <button type="submit" class="button primary" disabled={isBusy || lines.length === 0 || !mayTest}>
            Test {lines.length > 1 ? plural(lines.length, 'line') : ''}
          </button>
          {mine && (
            <label class="check">
              <input
                type="checkbox"
                checked={withDraft}
                onChange={(event) => setWithDraft(event.currentTarget.checked)}
              />
              With {mine.name} as it is in the editor
            </label>
          )}
          {!mayTest && <span class="muted">Testing needs the role analyst.</span>}
        </div>
      </form>
      {problem && <Failed problem={problem} />}
      {results?.map((result, index) => (
        <ResultView key={`${index}${lines[index] ?? ''}`} result={result} line={lines[index] ?? ''} />
      ))}
    </div>
  )
}

function ResultView({ result, line }: { readonly result: TestResult; readonly line: string }) {
  return (
    <section class="card card-wide" aria-label="Result">
      <header>
        <h2>{result.alert ? 'Alert' : 'No alert'}</h2>
        <span class="card-aside muted">
          <Line>{line}</Line>
        </span>
      </header>
      <div class="result">
        <div>
          <h3>Rules tried</h3>
          {result.trace.length === 0 ? <p class="quiet">No trace.</p> : <TraceTree nodes={result.trace} />}
        </div>
        <div>
          <h3>Document</h3>
          <Tree value={result.output ?? {}} isPlain />
        </div>
      </div>
    </section>
  )
}

function TraceTree({ nodes }: { readonly nodes: readonly Trace[] }) {
  return (
    <ul class="trace">
      {nodes.map((node) => (
        <li key={node.ruleId} class={node.matched ? 'is-matched' : ''}>
          <Icon name={node.matched ? 'check' : 'close'} />
          <span>
            <Link href={hrefOf('rules', { rule: String(node.ruleId) })}>{node.ruleId}</Link>{' '}
            <Text limit={160}>{node.description}</Text>
            {node.reason !== undefined && (
              <span class="muted">
                {' '}
                <Text limit={300}>{node.reason}</Text>
              </span>
            )}
            {node.children.length > 0 && <TraceTree nodes={node.children} />}
          </span>
        </li>
      ))}
    </ul>
  )
}
