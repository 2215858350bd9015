import { visible } from '../../../src/api/visible-text.ts'
import type { AggregationResult, Bucket } from '../data/answers.ts'
import { range } from '../data/address.ts'
import { useCounts } from '../data/ask.ts'
import { entityHref } from '../data/entity.ts'
import { hrefOfValues } from '../data/filter.ts'
import { count, shortCount } from '../data/text.ts'
import { ago, full } from '../data/time.ts'
import { BarList } from '../parts/bar-list.tsx'
import { Card, Quiet } from '../parts/card.tsx'
import { HeatTable } from '../parts/heat-table.tsx'
import { intervalFor, TimeChart } from '../parts/histogram.tsx'
import { Legend } from '../parts/legend.tsx'
import { Link } from '../parts/link.tsx'
import { NewestPanel } from '../parts/newest-panel.tsx'
import { Level } from '../parts/severity.tsx'
import { AuditFitness, auditOnly } from '../parts/audit-fitness.tsx'
import { SourceStates } from '../parts/source-states.tsx'
import { Table } from '../parts/table.tsx'
import { Line } from '../parts/text.tsx'

const verb = 'data.verb'
const user = 'data.user.username'
const namespace = 'data.objectRef.namespace'
const questions = {
  denied: 'data.responseStatus.code: (401 or 403)',
  hands: 'data.objectRef.subresource: (exec or attach or portforward or ephemeralcontainers)',
  secrets:
    '(data.objectRef.resource: secrets and data.verb: (get or list or watch)) or data.objectRef.subresource: token',
  rights:
    'data.objectRef.resource: (roles or clusterroles or rolebindings or clusterrolebindings) and data.verb: (create or update or patch or delete or escalate or bind)',
  risky: 'rule.groups: kube_workload',
} as const

/** Who did what to which object, and was it allowed? */
export function KubernetesPage() {
  const { fromMs, toMs } = range.value
  const intervalMs = intervalFor(fromMs, toMs)
  const counts = useCounts(
    {
      time: { kind: 'histogram', intervalMs, by: { field: verb, size: 6 } },
      verbs: { kind: 'terms', field: verb, size: 20 },
      namespaces: { kind: 'terms', field: namespace, size: 8, by: { field: verb, size: 12 } },
    },
    { f: auditOnly },
  )
  const { of, isReady } = counts
  const verbs = of('verbs').buckets.map((bucket) => String(bucket.key))
  return (
    <div class="board">
      <Card title="Requests over time" problem={counts.problem} aside={<Legend names={verbs.slice(0, 6)} />}>
        <TimeChart
          label="Kubernetes requests over time, by verb"
          result={of('time')}
          intervalMs={intervalMs}
          series={verbs.slice(0, 6)}
        />
      </Card>
      {isReady && verbs.length === 0 && (
        <Card title="No Kubernetes audit events in this time">
          <SourceStates />
        </Card>
      )}
      <NewestPanel
        title="Hands on pods"
        f={auditOnly}
        q={questions.hands}
        empty="Nobody opened a shell, attached to or forwarded a port of a pod."
      />
      <NewestPanel
        title="Access rights changed"
        f={auditOnly}
        q={questions.rights}
        empty="No role or binding was changed."
      />
      <NewestPanel
        title="Secrets and tokens"
        f={auditOnly}
        q={questions.secrets}
        empty="Nobody read a secret or asked for a token."
      />
      <NewestPanel
        title="Risky workloads"
        f={auditOnly}
        q={questions.risky}
        empty="No privileged or host-touching workload."
      />
      <Denied />
      <Identities />
      <NamespaceByVerb namespaces={of('namespaces')} verbs={verbs} />
      {verbs.length > 0 && <AuditFitness />}
    </div>
  )
}

function Denied() {
  const counts = useCounts(
    {
      users: { kind: 'terms', field: user, size: 8 },
      resources: { kind: 'terms', field: 'data.objectRef.resource', size: 8 },
    },
    { ds: 'events', f: auditOnly, q: questions.denied },
  )
  return (
    <>
      <Card title="Refused: who" span="half" problem={counts.problem}>
        <BarList
          field={user}
          result={counts.of('users')}
          isReady={counts.isReady}
          empty="No request was refused."
        />
      </Card>
      <Card title="Refused: what they wanted" span="half" problem={counts.problem}>
        <BarList
          field="data.objectRef.resource"
          result={counts.of('resources')}
          isReady={counts.isReady}
          empty="No request was refused."
        />
      </Card>
    </>
  )
}

function kindOf(name: string): string {
  if (name.startsWith('system:serviceaccount:')) return 'service account'
  if (name.startsWith('system:node:')) return 'node'
  if (name === 'system:anonymous') return 'not signed in'
  return name.startsWith('system:') ? 'system' : 'person'
}

/** The odd one out is at the top: people first, refused ones first among them. */
function Identities() {
  const users = { kind: 'terms', field: user, size: 200 } as const
  const all = useCounts(
    { users: { ...users, times: true, by: { field: namespace, size: 100 } } },
    { ds: 'events', f: auditOnly },
  )
  const denied = useCounts({ users }, { ds: 'events', f: auditOnly, q: questions.denied })
  const refused = new Map(denied.of('users').buckets.map((bucket) => [String(bucket.key), bucket.count]))
  const { buckets, other = 0 } = all.of('users')
  const ordered = [...buckets].sort(
    (a, b) =>
      (b.maxLevel ?? 0) - (a.maxLevel ?? 0) ||
      (refused.get(String(b.key)) ?? 0) - (refused.get(String(a.key)) ?? 0),
  )
  return (
    <Card
      title="Identities"
      problem={all.problem}
      aside={<span class="muted">{all.isReady ? count(buckets.length) : ''}</span>}
    >
      {ordered.length === 0 ? (
        <Quiet isReady={all.isReady}>Nobody made a request in this time.</Quiet>
      ) : (
        <Table
          label="Table of identities"
          heads={['Name', 'Kind', 'Namespaces', 'Last', 'Highest level', 'Requests', 'Refused', 'Share']}
          numbers={['Requests', 'Refused', 'Share']}
        >
          {ordered.slice(0, 20).map((bucket) => (
            <Identity key={bucket.key} bucket={bucket} refused={refused.get(String(bucket.key)) ?? 0} />
          ))}
        </Table>
      )}
      {(ordered.length > 20 || other > 0) && (
        <p class="more">and {count(Math.max(0, ordered.length - 20))} more identities</p>
      )}
    </Card>
  )
}

function Identity({ bucket, refused }: { readonly bucket: Bucket; readonly refused: number }) {
  const name = String(bucket.key)
  const { lastMs, split = {} } = bucket
  const namespaces = Object.entries(split)
    .sort(([, x], [, y]) => y - x)
    .map(([key]) => key)
  return (
    <tr>
      <th scope="row">
        <Link href={entityHref('user', name)}>
          <Line>{name}</Line>
        </Link>
      </th>
      <td class="nowrap">{kindOf(name)}</td>
      <td title={namespaces.map((one) => visible(one, 80)).join(', ')}>
        <Line>{namespaces.slice(0, 2).join(', ') + (namespaces.length > 2 ? ', …' : '')}</Line>
      </td>
      <td class="nowrap" title={lastMs === undefined ? undefined : full(lastMs)}>
        {lastMs !== undefined && ago(lastMs)}
      </td>
      <td>
        <Level level={bucket.maxLevel ?? 0} />
      </td>
      <td class="num">{shortCount(bucket.count)}</td>
      <td class={`num ${refused > 0 ? 'is-bad' : ''}`}>{shortCount(refused)}</td>
      <td class="num">{Math.round((refused / bucket.count) * 100)} %</td>
    </tr>
  )
}

function NamespaceByVerb({
  namespaces,
  verbs,
}: {
  readonly namespaces: AggregationResult
  readonly verbs: readonly string[]
}) {
  if (namespaces.buckets.length === 0) return null
  return (
    <Card title="Namespace and verb">
      <HeatTable
        label="Namespace and verb"
        hrefOf={(row, column) =>
          hrefOfValues([
            [namespace, row],
            [verb, column],
          ])
        }
        columns={verbs.slice(0, 12)}
        rows={namespaces.buckets.map(({ key, split = {} }) => ({
          name: String(key),
          counts: new Map(Object.entries(split)),
        }))}
      />
    </Card>
  )
}
