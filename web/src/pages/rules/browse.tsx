import { useMemo, useState } from 'preact/hooks'
import type { Bucket, Rule, RuleDetail } from '../../data/answers.ts'
import { address, change, hrefOf } from '../../data/address.ts'
import { useCounts, useNewest } from '../../data/ask.ts'
import { call, me, useResource } from '../../data/client.ts'
import { draft, overwritten } from '../../data/draft.ts'
import { entityHref } from '../../data/entity.ts'
import { filterText } from '../../data/filter.ts'
import { dedent, plural, shortCount } from '../../data/text.ts'
import { ago, full } from '../../data/time.ts'
import { EventTable } from '../../parts/event-table.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Link } from '../../parts/link.tsx'
import { Advice, Empty, Failed } from '../../parts/notice.tsx'
import { Level } from '../../parts/severity.tsx'
import { Line, LongText, Text } from '../../parts/text.tsx'
import { VirtualList } from '../../parts/virtual-list.tsx'

function matches(rule: Rule, words: readonly string[]): boolean {
  const text = `${rule.id} level:${rule.level} ${rule.description} ${rule.groups.join(' ')} ${rule.mitreIds.join(' ')} ${rule.file}`
  const lower = text.toLowerCase()
  return words.every((word) => lower.includes(word))
}

const choices = [
  ['all', 'All rules'],
  ['own', 'Of this manager'],
  ['spoke', 'With alerts in the chosen time'],
  ['silent', 'Without alerts in the chosen time'],
] as const
type Which = (typeof choices)[number][0]

function isShown(rule: Rule, which: Which, fired: ReadonlyMap<string, unknown>): boolean {
  if (which === 'own') return rule.origin === 'local'
  if (which === 'all') return true
  return rule.level > 0 && fired.has(String(rule.id)) === (which === 'spoke')
}

export function BrowseView() {
  const { data, problem } = useResource<{ rules: readonly Rule[] }>({ path: '/rules' })
  const hits = useCounts(
    { rules: { kind: 'terms', field: 'rule.id', size: 1000, times: true } },
    { ds: 'alerts', alone: true },
  )
  const search = address.value.params.get('find') ?? ''
  const [which, setWhich] = useState<Which>('all')
  const { buckets } = hits.of('rules')
  const fired = useMemo(() => new Map(buckets.map((bucket) => [String(bucket.key), bucket])), [buckets])
  const shown = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean)
    const found = (data?.rules ?? []).filter((rule) => matches(rule, words) && isShown(rule, which, fired))
    return found.toSorted((a, b) => a.id - b.id)
  }, [data, search, which, fired])
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
            onInput={(event) =>
              change({ find: event.currentTarget.value || undefined, rule: undefined }, 'replace')
            }
          />
          <select
            aria-label="Which rules"
            value={which}
            onChange={(event) =>
              setWhich(choices.find(([id]) => id === event.currentTarget.value)?.[0] ?? 'all')
            }
          >
            {choices.map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          <span class="muted">{data ? plural(shown.length, 'rule') : 'Loading…'}</span>
        </div>
        {hits.problem && <Failed problem={hits.problem} />}
        <div class="row-head" aria-hidden="true">
          {heads.map((head) => (
            <span key={head}>{head}</span>
          ))}
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
              {rule.level === 0 ? <span class="level level-none">0</span> : <Level level={rule.level} />}
              <Line>{rule.description}</Line>
              <span class="muted">
                <Line>{rule.groups.join(', ')}</Line>
              </span>
              <RuleHits bucket={fired.get(String(rule.id))} />
            </>
          )}
          onSelect={(index) =>
            change({ rule: String(shown[index]?.id ?? '') }, open === null ? 'push' : 'replace')
          }
          onEnd={() => undefined}
          onScroll={() => undefined}
        />
      </div>
      {open !== null && <RulePanel key={open} id={open} />}
    </div>
  )
}

/** Of the rows below. */
const heads = ['Id', 'Level', 'Says', 'Groups', 'Alerts, last'] as const

function RuleHits({ bucket }: { readonly bucket: Bucket | undefined }) {
  if (!bucket) return <span />
  const { lastMs = 0 } = bucket
  return (
    <span class="num" title={`last ${full(lastMs)}`}>
      {shortCount(bucket.count)} <span class="muted">{ago(lastMs)}</span>
    </span>
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
            <nav class="pivots" aria-label="From here">
              <Link href={entityHref('rule', id)}>About this rule</Link>
              <Link href={hrefOf('rules', { view: 'files', file: data.file, line: String(data.line) })}>
                Its file
              </Link>
              {me.value?.role === 'admin' && data.origin !== 'local' && (
                <button type="button" class="link" onClick={() => changeRule(data.xml)}>
                  Change it in a file of your own
                </button>
              )}
            </nav>
            <NewestAlerts id={id} />
          </>
        )}
      </div>
    </aside>
  )
}

/** The file is opened with the rule in it; nothing is saved yet. */
function changeRule(xml: string): void {
  const { name } = overwritten(xml, undefined)
  call<{ text: string; version: string }>({
    path: `/rules/files/text?name=${encodeURIComponent(name)}`,
  }).then(
    ({ text, version }) => edit(text, version),
    () => edit('', undefined),
  )
  function edit(saved: string, version: string | undefined): void {
    draft.value = { ...overwritten(dedent(xml), saved), saved, version }
    change({ view: 'files', file: name, rule: undefined, line: undefined })
  }
}

function NewestAlerts({ id }: { readonly id: string }) {
  const f = [filterText({ field: 'rule.id', kind: 'is', value: id })]
  const { hits, isReady } = useNewest(5, { f, ds: 'alerts', alone: true })
  return (
    <section>
      <h3>Newest alerts in the chosen time</h3>
      <EventTable hits={hits} isReady={isReady} empty="None." />
    </section>
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
