import type { ComponentChildren } from 'preact'
import { Fragment } from 'preact'
import { fieldText } from '../../../src/api/document-field.ts'
import type { Hit, RuleDetail } from '../data/answers.ts'
import { change, hrefOf, openTab } from '../data/address.ts'
import { queryString, useResource } from '../data/client.ts'
import { entitiesOf, factsOf, isDocker, isKubernetes, levelOf, ruleOf, sentenceOf } from '../data/event.ts'
import { entityHref, meanings } from '../data/entity.ts'
import { visible } from '../../../src/api/visible-text.ts'
import { dedent } from '../data/text.ts'
import { ago, clock, full } from '../data/time.ts'
import { Copy } from './copy.tsx'
import { Icon } from './icon.tsx'
import { Link } from './link.tsx'
import { MuteMenu, Notes } from './notes.tsx'
import { Failed } from './notice.tsx'
import { Level } from './severity.tsx'
import { Line, LongText, Text } from './text.tsx'
import { openBeside, Similar } from './similar.tsx'
import { Tree } from './tree.tsx'
import { ValueButtons } from './value-buttons.tsx'

const tabs = [
  ['summary', 'Summary'],
  ['tree', 'Fields'],
  ['json', 'JSON'],
  ['context', 'Around it'],
  ['why', 'Why'],
  ['similar', 'Similar'],
] as const

/** Everything about one event, beside the list. */
export function EventPanel({ hit, onClose }: { readonly hit: Hit; readonly onClose: () => void }) {
  const tab = tabs.find(([id]) => id === openTab.value)?.[0] ?? 'summary'
  return (
    <aside class="panel" aria-label="Event">
      <header class="panel-head">
        <Level level={levelOf(hit)} long />
        <h2>
          <Text>{sentenceOf(hit)}</Text>
        </h2>
        <button type="button" class="icon-button" aria-label="Close" title="Close (Esc)" onClick={onClose}>
          <Icon name="close" />
        </button>
        <p class="muted panel-time">
          {full(hit.receivedAtMs)} · {ago(hit.receivedAtMs)}
        </p>
      </header>
      <div class="tabs" role="tablist" aria-label="Views of the event">
        {tabs.map(([id, name]) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={tab === id}
            aria-controls="panel-body"
            tabIndex={tab === id ? 0 : -1}
            onClick={() => change({ tab: id === 'summary' ? undefined : id }, 'replace')}
            onKeyDown={(event) => moveTab(event, id)}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="panel-body" id="panel-body" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {/* What was asked and written about one event is not about the next. */}
        <Fragment key={hit.eventId}>
          {tab === 'summary' && <Summary hit={hit} />}
          {tab === 'tree' && <Tree value={hit.document} />}
          {tab === 'json' && <Json hit={hit} />}
          {tab === 'context' && <Around hit={hit} />}
          {tab === 'why' && <Why hit={hit} />}
          {tab === 'similar' && <Similar hit={hit} />}
        </Fragment>
      </div>
    </aside>
  )
}

function moveTab(event: KeyboardEvent, id: string): void {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
  if (by === 0) return
  event.preventDefault()
  event.stopPropagation()
  const index = tabs.findIndex(([one]) => one === id)
  const next = tabs[(index + by + tabs.length) % tabs.length]?.[0] ?? 'summary'
  change({ tab: next === 'summary' ? undefined : next }, 'replace')
  document.getElementById(`tab-${next}`)?.focus()
}

function Summary({ hit }: { readonly hit: Hit }) {
  const rule = ruleOf(hit)
  const log = fieldText(hit.document, 'full_log')
  const groups = fieldText(hit.document, 'rule.groups')
  const techniques = fieldText(hit.document, 'rule.mitre.technique')
  return (
    <>
      <dl class="facts">
        {factsOf(hit).map(({ label, field, value }) => (
          <FactRow key={field} label={label} field={field} value={value} />
        ))}
      </dl>
      {rule !== undefined && (
        <dl class="facts">
          <FactRow label="Rule" field="rule.id" value={rule} />
          {groups !== undefined && <FactRow label="Groups" field="rule.groups" value={groups} isList />}
          {techniques !== undefined && (
            <FactRow label="Technique" field="rule.mitre.technique" value={techniques} isList />
          )}
        </dl>
      )}
      {log !== undefined && (
        <section>
          <h3>Message</h3>
          <pre class="message">
            <LongText lines>{log}</LongText>
          </pre>
        </section>
      )}
      <div class="panel-actions">
        <Pivots hit={hit} />
        <MuteMenu hit={hit} />
      </div>
      <Notes hit={hit} />
      <p class="muted event-id">
        Event <Text limit={80}>{hit.eventId}</Text>
        <Copy text={location.href} label="Copy a link to this event" />
      </p>
    </>
  )
}

interface FactProps {
  readonly label: string
  readonly field: string
  readonly value: string
  /** More than one value: there is nothing single to filter by. */
  readonly isList?: boolean
}

function FactRow({ label, field, value, isList = false }: FactProps) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>
        <LongText limit={300}>{value}</LongText>
        {!(isList && value.includes(', ')) && <ValueButtons field={field} value={value} />}
      </dd>
    </div>
  )
}

/** From an event to what it is about: each on a page of its own. */
function Pivots({ hit }: { readonly hit: Hit }) {
  const about = entitiesOf(hit)
  if (about.length === 0) return null
  return (
    <nav class="pivots" aria-label="From here">
      {about.map(({ kind, id }) => (
        <Link key={kind} href={entityHref(kind, id)}>
          <span class="muted">{meanings[kind].word}</span> {visible(id, 60)}
        </Link>
      ))}
    </nav>
  )
}

function Json({ hit }: { readonly hit: Hit }) {
  const text = JSON.stringify(hit.document, undefined, 2)
  return (
    <div class="json">
      <Copy text={text} label="Copy the JSON" />
      <pre>
        <LongText limit={60_000} lines>
          {text}
        </LongText>
      </pre>
    </div>
  )
}

function Around({ hit }: { readonly hit: Hit }) {
  const scope = isDocker(hit) ? 'container' : isKubernetes(hit) ? 'user' : 'agent'
  const path = `/events/${encodeURIComponent(hit.eventId)}/context${queryString({ scope, before: 20, after: 20 })}`
  const { data, problem } = useResource<{
    scope: { field?: string; value?: string }
    before: readonly Hit[]
    after: readonly Hit[]
  }>({ path })
  if (problem) return <Failed problem={problem} />
  if (!data) return <p class="muted">Looking…</p>
  const rows = [...[...data.after].reverse(), hit, ...data.before]
  return (
    <>
      <p class="muted">
        {data.scope.value === undefined ? (
          'All events'
        ) : (
          <>
            Same {scope}:{' '}
            <b>
              <Text>{data.scope.value}</Text>
            </b>
          </>
        )}
        , newest first
      </p>
      <ol class="around">
        {rows.map((one) => (
          <li key={one.eventId} class={one.eventId === hit.eventId ? 'is-this' : ''}>
            <button type="button" onClick={() => openBeside({ event: one.eventId, tab: 'context' })}>
              <span class="mono">{clock(one.receivedAtMs)}</span>
              <Level level={levelOf(one)} />
              <Line>{sentenceOf(one)}</Line>
            </button>
          </li>
        ))}
      </ol>
    </>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section>
      <h3>{visible(title)}</h3>
      {children}
    </section>
  )
}

function Why({ hit }: { readonly hit: Hit }) {
  const rule = ruleOf(hit)
  const { data, problem } = useResource<RuleDetail>(
    rule === undefined ? undefined : { path: `/rules/${encodeURIComponent(rule)}` },
  )
  const previous = fieldText(hit.document, 'previous_output')
  if (rule === undefined) return <p class="muted">No rule matched this event. It is kept for context.</p>
  return (
    <>
      <p>
        Rule <b>{rule}</b>, level {levelOf(hit)}: <Text>{sentenceOf(hit)}</Text>
      </p>
      {problem && <p class="muted">{problem.message}</p>}
      {data && (
        <>
          <Section title={`${data.file}:${data.line}`}>
            <pre class="message">
              <LongText limit={20_000} lines>
                {dedent(data.xml)}
              </LongText>
            </pre>
          </Section>
          {data.parents.length > 0 && (
            <Section title="Follows from">
              <p class="pivots">
                {data.parents.map((id) => (
                  <Link key={id} href={hrefOf('rules', { rule: String(id) })}>
                    Rule {id}
                  </Link>
                ))}
              </p>
            </Section>
          )}
        </>
      )}
      {previous !== undefined && (
        <Section title="Events before it that counted">
          <pre class="message">
            <LongText lines>{previous}</LongText>
          </pre>
        </Section>
      )}
    </>
  )
}
