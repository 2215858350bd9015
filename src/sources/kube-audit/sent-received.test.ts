import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { type AuditCounters, CounterReader } from './audit-counters.ts'
import type { HealthEvent } from './cluster-health.ts'
import { SentReceived } from './sent-received.ts'

/** As API servers 1.20 to 1.34 write it. */
const page = `# HELP apiserver_audit_error_total [ALPHA] Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.
# TYPE apiserver_audit_error_total counter
apiserver_audit_error_total{plugin="buffered"} 12
apiserver_audit_error_total{plugin="webhook"} 400
# HELP apiserver_audit_event_total [ALPHA] Counter of audit events generated and sent to the audit backend.
# TYPE apiserver_audit_event_total counter
apiserver_audit_event_total 1.234567e+06
# HELP apiserver_audit_level_total [ALPHA] Counter of policy levels for audit events (1 per request).
# TYPE apiserver_audit_level_total counter
apiserver_audit_level_total{level="Metadata"} 9
# HELP apiserver_audit_requests_rejected_total [ALPHA] Counter of apiserver requests rejected due to an error in audit logging backend.
# TYPE apiserver_audit_requests_rejected_total counter
apiserver_audit_requests_rejected_total 0
apiserver_request_total{code="200"} 5
`

function read(text: string): AuditCounters | undefined {
  const reader = new CounterReader()
  for (const line of text.split('\n')) reader.line(line)
  return reader.counters
}

describe('CounterReader', () => {
  it('reads the audit counters of a metrics page', () =>
    assert.deepEqual(read(page), {
      events: 1_234_567,
      errors: new Map([
        ['buffered', 12],
        ['webhook', 400],
      ]),
      rejected: 0,
    }))
  it('a page of something else has none', () => assert.equal(read('up 1\n'), undefined))
})

const at = (events: number, errors: Readonly<Record<string, number>> = {}): AuditCounters => ({
  events,
  errors: new Map(Object.entries(errors)),
  rejected: 0,
})

/** Each look: counters of the servers a, b, …, and how many events came since the start. */
function looks(
  ...steps: readonly (readonly [servers: readonly AuditCounters[], received: number])[]
): readonly HealthEvent[] {
  const told: HealthEvent[] = []
  const compared = new SentReceived('prod', (event) => told.push(event))
  for (const [servers, received] of steps)
    compared.look(new Map(servers.map((counters, index) => [`server ${index}`, counters])), received)
  return told
}

describe('SentReceived', () => {
  it('what is still on its way at the second look is not missing', () =>
    assert.deepEqual(
      looks([[at(1_000)], 50], [[at(2_000)], 50], [[at(2_500)], 1_050], [[at(2_500)], 1_550]),
      [],
    ))
  it('what did not come two looks later is missing, and told once', () =>
    assert.deepEqual(
      looks([[at(1_000)], 0], [[at(2_000)], 0], [[at(2_100)], 900], [[at(2_200)], 900], [[at(2_300)], 1_000]),
      [{ kind: 'kube-missing', cluster: 'prod', count: 100, sent: 1_200, received: 900 }],
    ))
  it('a few events more or less are nothing', () =>
    assert.deepEqual(looks([[at(0)], 0], [[at(100)], 0], [[at(100)], 85], [[at(100)], 85]), []))
  it('errors of the webhook and its buffer are told at once, those of the log are not', () =>
    assert.deepEqual(
      looks([[at(10, { webhook: 3 })], 0], [[at(10, { webhook: 403, buffered: 2, log: 9 })], 10]),
      [{ kind: 'kube-not-sent', cluster: 'prod', count: 402 }],
    ))
  it('an API server that was started again counts from zero', () =>
    assert.deepEqual(
      looks(
        [[at(5_000, { webhook: 7 })], 0],
        [[at(100, { webhook: 1 })], 100],
        [[at(100, { webhook: 1 })], 100],
        [[at(100, { webhook: 1 })], 100],
      ),
      [{ kind: 'kube-not-sent', cluster: 'prod', count: 1 }],
    ))
  it('the API servers of a cluster count together', () =>
    assert.deepEqual(
      looks(
        [[at(0), at(0)], 0],
        [[at(500), at(500)], 0],
        [[at(500), at(500)], 1_000],
        [[at(500), at(500)], 1_000],
      ),
      [],
    ))
})
