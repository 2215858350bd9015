import { useMemo, useState } from 'preact/hooks'
import type { Rule, RuleDetail } from '../data/answers.ts'
import { address, change, hrefOf } from '../data/address.ts'
import { useCounts } from '../data/ask.ts'
import { call, me, Problem, useResource } from '../data/client.ts'
import { dedent, plural, shortCount } from '../data/text.ts'
import { Icon } from '../parts/icon.tsx'
import { Link } from '../parts/link.tsx'
import { Advice, Empty, Failed } from '../parts/notice.tsx'
import { Level } from '../parts/severity.tsx'
import { Line, LongText, Text } from '../parts/text.tsx'
import { Tree } from '../parts/tree.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'

const views = [
  ['browse', 'Browse'],
  ['test', 'Test'],
] as const

export function RulesPage() {
  const view = address.value.params.get('view') === 'test' ? 'test' : 'browse'
  return (
    <div class="rules-page">
      <div class="segments" role="group" aria-label="View">
        {views.map(([id, name]) => (
          <button
            key={id}
            type="button"
            aria-pressed={view === id}
            onClick={() => change({ view: id === 'browse' ? undefined : id })}
          >
            {name}
          </button>
        ))}
      </div>
      {view === 'test' ? <TestView /> : <BrowseView />}
    </div>
  )
}

function matches(rule: Rule, words: readonly string[]): boolean {
  const text = `${rule.id} level:${rule.level} ${rule.description} ${rule.groups.join(' ')} ${rule.mitreIds.join(' ')} ${rule.file}`
  const lower = text.toLowerCase()
  return words.every((word) => lower.includes(word))
}

function BrowseView() {
  const { data, problem } = useResource<{ rules: readonly Rule[] }>({ path: '/rules' })
  const hits = useCounts({ rules: { kind: 'terms', field: 'rule.id', size: 1000 } }, { ds: 'alerts', f: [] })
  const [search, setSearch] = useState('')
  const [onlyFired, setOnlyFired] = useState(false)
  const fired = useMemo(
    () => new Map(hits.of('rules').buckets.map((bucket) => [String(bucket.key), bucket.count])),
    [hits.isReady],
  )
  const shown = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean)
    const found = (data?.rules ?? []).filter(
      (rule) => matches(rule, words) && (!onlyFired || fired.has(String(rule.id))),
    )
    return found.toSorted((a, b) => a.id - b.id)
  }, [data, search, onlyFired, fired])
  const open = address.value.params.get('rule')
  const selected = shown.findIndex((rule) => String(rule.id) === open)
  if (problem) {
    return (
      <Empty title={problem.message}>
        {problem.advice !== undefined && <Advice>{problem.advice}</Advice>}
      </Empty>
    )
  }
  return (
    <div class="rules-browse">
      <div class="rules-list">
        <div class="rules-tools">
          <input
            type="search"
            placeholder="Find: id, words, group, technique, file"
            aria-label="Find a rule"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
          <label class="check">
            <input
              type="checkbox"
              checked={onlyFired}
              onChange={(event) => setOnlyFired(event.currentTarget.checked)}
            />
            With alerts in the chosen time
          </label>
          <span class="muted">{data ? plural(shown.length, 'rule') : ''}</span>
        </div>
        <VirtualList
          rows={shown}
          rowHeight={34}
          label="Rules"
          selected={selected}
          keyOf={(rule) => String(rule.id)}
          render={(rule) => (
            <>
              <span class="mono">{rule.id}</span>
              <Level level={rule.level} />
              <Line>{rule.description}</Line>
              <span class="muted">
                <Line>{rule.groups.join(', ')}</Line>
              </span>
              <span class="num">
                {fired.has(String(rule.id)) ? shortCount(fired.get(String(rule.id)) ?? 0) : ''}
              </span>
            </>
          )}
          onSelect={(index) =>
            change({ rule: String(shown[index]?.id ?? '') }, open === null ? 'push' : 'replace')
          }
          onEnd={() => undefined}
          onScroll={() => undefined}
        />
      </div>
      {open !== null && <RulePanel id={open} />}
    </div>
  )
}

function RulePanel({ id }: { readonly id: string }) {
  const { data, problem } = useResource<RuleDetail>({ path: `/rules/${encodeURIComponent(id)}` })
  return (
    <aside class="panel" aria-label="Rule">
      <header class="panel-head">
        {data ? <Level level={data.level} long /> : <span />}
        <h2>
          Rule {id}
          {data && (
            <>
              : <Text>{data.description}</Text>
            </>
          )}
        </h2>
        <button
          type="button"
          class="icon-button"
          aria-label="Close"
          onClick={() => change({ rule: undefined })}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="panel-body">
        {problem && <Failed problem={problem} />}
        {data && (
          <>
            <p class="muted">
              <Text>{data.file}</Text>, line {data.line} · {data.origin}
            </p>
            <pre class="message rule-xml">
              <LongText limit={20_000} lines>
                {dedent(data.xml)}
              </LongText>
            </pre>
            <Relatives title="Follows from" ids={data.parents} />
            <Relatives title="Leads to" ids={data.children} />
            <p>
              <Link href={hrefOf('events', { q: undefined, f: [`rule.id:${data.id}`] })}>Its alerts</Link>
            </p>
          </>
        )}
      </div>
    </aside>
  )
}

function Relatives({ title, ids }: { readonly title: string; readonly ids: readonly number[] }) {
  if (ids.length === 0) return null
  return (
    <section>
      <h3>{title}</h3>
      <p class="pivots">
        {ids.slice(0, 40).map((id) => (
          <Link key={id} href={hrefOf('rules', { rule: String(id) })}>
            {id}
          </Link>
        ))}
        {ids.length > 40 && <span class="muted">and {ids.length - 40} more</span>}
      </p>
    </section>
  )
}

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

/** What the rules make of lines that somebody pastes. */
function TestView() {
  const [text, setText] = useState('')
  const [location, setLocation] = useState('Wazuh-Docker')
  const [results, setResults] = useState<readonly TestResult[] | undefined>(undefined)
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const [isBusy, setBusy] = useState(false)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const mayTest = me.value?.role !== 'viewer'

  function run(): void {
    setBusy(true)
    setProblem(undefined)
    call<{ results: readonly TestResult[] }>({ path: '/rules/test', body: { lines, location } })
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
