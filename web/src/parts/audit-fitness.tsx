import { useSlowCounts } from '../data/ask.ts'
import { filterText, hrefWithin } from '../data/filter.ts'
import { plural } from '../data/text.ts'
import { Card, Quiet } from './card.tsx'
import { HeatTable } from './heat-table.tsx'
import { Command } from './notice.tsx'

const resource = 'data.objectRef.resource'
const level = 'data.level'
const levels = ['Metadata', 'Request', 'RequestResponse'] as const

/** Only the audit events of API servers. The store has columns for both; for `auditID` it would have to open every event. */
export const auditOnly = ['?data.stage', '?data.verb']
const objectsOnly = [...auditOnly, '!data.objectRef.subresource']
/** Of what rules look into. */
const kinds =
  'pods or deployments or daemonsets or statefulsets or jobs or cronjobs or roles or clusterroles or rolebindings or clusterrolebindings' +
  ' or networkpolicies or services or ingresses or namespaces or persistentvolumes or certificatesigningrequests' +
  ' or mutatingwebhookconfigurations or validatingwebhookconfigurations'
const changes = `data.verb: (create or update or patch) and data.responseStatus.code: 2* and ${resource}: (${kinds})`

/** How much the API server says about changes: rules that look into bodies are blind where it sends none. */
export function AuditFitness() {
  const counts = useSlowCounts(
    { seen: { kind: 'terms', field: resource, size: 20, by: { field: level, size: 4 } } },
    { ds: 'events', f: objectsOnly, q: changes },
  )
  const rows = counts.of('seen').buckets.map(({ key, split = {} }) => ({
    name: String(key),
    counts: new Map(Object.entries(split)),
  }))
  const bare = rows.filter((row) => !row.counts.has('Request') && !row.counts.has('RequestResponse')).length
  return (
    <Card
      title="What changes are told with"
      problem={counts.problem}
      aside={<span class="muted">audit level; from Request on with what was changed</span>}
    >
      {rows.length === 0 ? (
        <Quiet isReady={counts.isReady}>Nothing that rules look into was changed in this time.</Quiet>
      ) : (
        <HeatTable
          label="What changes are told with"
          columns={levels}
          isWide
          rows={rows}
          hrefOf={(row, column) =>
            hrefWithin('events', changes, [
              ...objectsOnly,
              filterText({ field: resource, kind: 'is', value: row }),
              filterText({ field: level, kind: 'is', value: column }),
            ])
          }
        />
      )}
      {bare > 0 && (
        <p class="more">
          What was changed was never told for {plural(bare, 'kind')} of object, so rules that look into it
          cannot fire. Which rules, and the lines of an audit policy that would let them:{' '}
          <Command>quaywatch rules coverage --kube</Command>
        </p>
      )}
    </Card>
  )
}
