import { visible } from '../../../src/api/visible-text.ts'
import type { Hit, RuleDetail } from '../data/answers.ts'
import { address, dataset, hrefOf, range } from '../data/address.ts'
import type { Counts } from '../data/ask.ts'
import { useCounts, useNewest } from '../data/ask.ts'
import { useResource } from '../data/client.ts'
import type { EntityKind } from '../data/entity.ts'
import { entityKinds, filtersOf, meanings } from '../data/entity.ts'
import { factsOf, labelOf } from '../data/event.ts'
import { filterText, hrefWithin } from '../data/filter.ts'
import { setRange } from '../data/span.ts'
import { count, dedent, plural } from '../data/text.ts'
import { ago, full } from '../data/time.ts'
import { BarList } from '../parts/bar-list.tsx'
import { Card, Quiet } from '../parts/card.tsx'
import { EventTable } from '../parts/event-table.tsx'
import { intervalFor, TimeChart } from '../parts/histogram.tsx'
import type { LanePlan } from '../parts/lanes.tsx'
import { dockerPlan, kubernetesPlan, Lanes } from '../parts/lanes.tsx'
import { ContainerSetUp } from '../parts/inventory.tsx'
import { Link } from '../parts/link.tsx'
import { Empty } from '../parts/notice.tsx'
import { Level } from '../parts/severity.tsx'
import { SourceStates } from '../parts/source-states.tsx'
import { LongText, Text } from '../parts/text.tsx'

/** Everything about one container, image, object, user, address, host or rule. */
export function EntityPage() {
  const { params } = address.value
  const kind = entityKinds.find((one) => one === params.get('kind'))
  const id = params.get('id') ?? ''
  if (!kind || id === '') return <Empty title="This address names nothing" />
  return <Entity key={`${kind} ${id}`} kind={kind} id={id} />
}

interface Props {
  readonly kind: EntityKind
  readonly id: string
}

const laneKinds: Readonly<Partial<Record<EntityKind, LanePlan>>> = {
  container: dockerPlan,
  network: dockerPlan,
  volume: dockerPlan,
  object: kubernetesPlan,
}

function Entity({ kind, id }: Props) {
  const f = filtersOf(kind, id)
  const { word, related } = meanings[kind]
  const { fromMs, toMs } = range.value
  const intervalMs = intervalFor(fromMs, toMs)
  const counts = useCounts(
    {
      time: { kind: 'histogram', intervalMs, by: 'level' },
      rules: { kind: 'terms', field: 'rule.description', size: 8 },
      ...Object.fromEntries(related.map((field) => [field, { kind: 'terms', field, size: 30 } as const])),
    },
    { f, ds: 'events' },
  )
  const newest = useNewest(12, { f, ds: dataset.value })
  const plan = laneKinds[kind]
  return (
    <div class="board">
      <Head kind={kind} id={id} counts={counts} f={f} newest={newest.hits[0]} />
      {kind === 'rule' && <RuleText id={id} />}
      {kind === 'container' && <ContainerSetUp name={id} />}
      {counts.isReady && counts.of('time').buckets.length === 0 && <Nothing word={word} f={f} />}
      <Card title="All events over time, by level" problem={counts.problem}>
        <TimeChart
          label={`Events of this ${word} over time`}
          result={counts.of('time')}
          intervalMs={intervalMs}
        />
      </Card>
      {plan && <Timeline kind={kind} id={id} plan={plan} />}
      <Card title="What happened" span="half" problem={counts.problem}>
        <BarList
          field="rule.description"
          result={counts.of('rules')}
          isReady={counts.isReady}
          byLevel
          within={f}
          empty="No rule spoke in this time."
        />
      </Card>
      <Card
        title={dataset.value === 'alerts' ? 'Newest alerts' : 'Newest events'}
        span="half"
        problem={newest.problem}
        aside={
          newest.total && (
            <Link href={hrefWithin(dataset.value, undefined, f)}>All {count(newest.total.value)}</Link>
          )
        }
      >
        <EventTable hits={newest.hits} isReady={newest.isReady} empty="None in this time." />
      </Card>
      {related.map((field) => (
        <Card key={field} title={labelOf(field)} span="third" problem={counts.problem}>
          <BarList field={field} result={counts.of(field)} isReady={counts.isReady} within={f} />
        </Card>
      ))}
    </div>
  )
}

interface HeadProps extends Props {
  readonly counts: Counts
  readonly f: readonly string[]
  readonly newest: Hit | undefined
}

/** When it was seen first and last does not depend on the chosen time. */
function useEver(f: readonly string[]) {
  const { of, isReady } = useCounts(
    { extent: { kind: 'extent', field: 'timestamp' } },
    { f, ds: 'events', from: '1970-01-01', to: String(range.value.toMs) },
  )
  const [first, last] = of('extent').buckets.map(({ key }) => Number(key))
  return { first, last, isReady }
}

/** Why the page is empty: it was at another time, or never, or nothing arrives. */
function Nothing({ word, f }: { readonly word: string; readonly f: readonly string[] }) {
  const { last, isReady } = useEver(f)
  const aroundMs = 43_200_000
  return (
    <Card title={`Nothing about this ${word} in this time`}>
      {last === undefined ? (
        <Quiet isReady={isReady}>No event that is stored names it.</Quiet>
      ) : (
        <p>
          It was seen last {full(last)}.{' '}
          <button
            type="button"
            class="link"
            onClick={() =>
              setRange(new Date(last - aroundMs).toISOString(), new Date(last + aroundMs).toISOString())
            }
          >
            Look at that time
          </button>
        </p>
      )}
      <SourceStates />
    </Card>
  )
}

function Head({ kind, id, counts, f, newest }: HeadProps) {
  const { first, last } = useEver(f)
  const time = counts.of('time').buckets
  const events = time.reduce((sum, bucket) => sum + bucket.count, 0)
  const highest = Math.max(0, ...time.map((bucket) => bucket.maxLevel ?? 0))
  const facts = newest ? factsOf(newest).filter(({ field }) => describing[kind]?.includes(field)) : []
  return (
    <section class="card card-wide entity-head" aria-label="About">
      <p class="muted">{meanings[kind].word}</p>
      <h2>
        <Text limit={300}>{id}</Text>
      </h2>
      <dl class="entity-facts">
        <Fact label="Highest level">
          <Level level={highest} long />
        </Fact>
        <Fact label="Events in this time">{counts.isReady ? count(events) : '…'}</Fact>
        <Fact label="First seen">{first === undefined ? '–' : <Moment atMs={first} />}</Fact>
        <Fact label="Last seen">{last === undefined ? '–' : <Moment atMs={last} />}</Fact>
        {facts.map(({ label, field, value }) => (
          <Fact key={field} label={label}>
            {field === 'data.docker.Actor.ID' ? (
              <span class="mono" title={visible(value)}>
                <Text>{value.replace('sha256:', '').slice(0, 12)}</Text>
              </span>
            ) : (
              <LongText limit={120}>{value}</LongText>
            )}
          </Fact>
        ))}
      </dl>
      <nav class="pivots" aria-label="From here">
        <Link href={hrefOf('events', { ds: undefined, q: undefined, f })}>Its alerts</Link>
        <Link href={hrefOf('events', { ds: 'events', q: undefined, f })}>All its events</Link>
      </nav>
    </section>
  )
}

/** Of the newest event, what describes the thing rather than the event. */
const describing: Readonly<Partial<Record<EntityKind, readonly string[]>>> = {
  container: ['data.docker.Actor.Attributes.image', 'data.docker.Actor.ID', 'agent.name'],
  object: ['data.objectRef.namespace', 'data.objectRef.resource', 'data.kube.cluster'],
  user: ['data.kube.cluster'],
}

function Fact({ label, children }: { readonly label: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Moment({ atMs }: { readonly atMs: number }) {
  return <span title={full(atMs)}>{ago(atMs)}</span>
}

const mostInTimeline = 500

/** A container's networks and volumes name it by its id, so that comes first. */
function Timeline({ kind, id, plan }: Props & { readonly plan: LanePlan }) {
  const f = filtersOf(kind, id)
  const field = 'data.docker.Actor.ID'
  const ids = useCounts({ ids: { kind: 'terms', field, size: 5 } }, { f, ds: 'events' }).of('ids').buckets
  const own = useNewest(mostInTimeline, { f, ds: 'events' })
  const attached = useNewest(100, {
    ds: 'events',
    f: (ids.length > 0 && kind === 'container' ? ids.map(({ key }) => String(key)) : ['-']).map((value) =>
      filterText({ field: 'data.docker.Actor.Attributes.container', kind: 'is', value }),
    ),
  })
  const hits = [...own.hits, ...(kind === 'container' ? attached.hits : [])].sort(
    (a, b) => b.receivedAtMs - a.receivedAtMs,
  )
  const total = own.total?.value ?? 0
  if (own.isReady && hits.length === 0) return null
  return (
    <Card
      title={`Timeline of ${visible(id, 80)}`}
      problem={own.problem}
      aside={
        <span class="muted">
          {total > mostInTimeline
            ? `newest ${count(mostInTimeline)} of ${count(total)} events`
            : plural(total, 'event')}
        </span>
      }
    >
      <Lanes hits={hits} plan={plan} />
    </Card>
  )
}

function RuleText({ id }: { readonly id: string }) {
  const { data } = useResource<RuleDetail>({ path: `/rules/${encodeURIComponent(id)}` })
  if (!data) return null
  return (
    <Card
      title={data.description}
      aside={<Link href={hrefOf('rules', { rule: id })}>{visible(`${data.file}, line ${data.line}`)}</Link>}
    >
      <pre class="message rule-xml" tabIndex={0} role="region" aria-label="Text of the rule">
        <LongText limit={4000} lines>
          {dedent(data.xml)}
        </LongText>
      </pre>
    </Card>
  )
}
