import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import { printable } from '../../telemetry/printable.ts'
import { withStore } from '../store-access.ts'
import { postAudit, type Webhook } from './post-audit.ts'

/** How long an alert may take to be found. */
const longestMs = 10_000

function testEvent(auditID: string, nowMs: number): string {
  const time = new Date(nowMs).toISOString()
  const event = {
    level: 'Metadata',
    auditID,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/quaywatch-check/pods',
    verb: 'create',
    user: { username: 'quaywatch-check', groups: ['system:authenticated'] },
    sourceIPs: ['127.0.0.1'],
    userAgent: 'quaywatch kube setup --check',
    objectRef: {
      resource: 'pods',
      namespace: 'quaywatch-check',
      name: 'nothing-was-created',
      apiVersion: 'v1',
    },
    responseStatus: { metadata: {}, code: 201 },
    requestReceivedTimestamp: time,
    stageTimestamp: time,
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason': 'test of the audit webhook',
    },
  }
  return JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: [event] })
}

async function alertOf(home: string, auditID: string): Promise<string | undefined> {
  const query = { kind: 'match', field: 'data.auditID', value: auditID, phrase: false } as const
  for (const deadline = Date.now() + longestMs; Date.now() < deadline; await sleep(250)) {
    const request = { dataset: 'alerts', query, limit: 1, order: 'newest' } as const
    const { hits } = await withStore(home, (store) => store.search(request, new AbortController().signal))
    if (hits[0]) return hits[0].document
  }
  return undefined
}

/** Posts a harmless event the way an API server would and follows it to its alert. Resolves with the exit code. */
export async function check(webhook: Webhook, print: (line: string) => void): Promise<number> {
  const auditID = randomUUID()
  try {
    const { status, text } = await postAudit(webhook, testEvent(auditID, Date.now()), {
      // Not a sender that could fall silent.
      'x-quaywatch-import': 'yes',
    })
    if (status !== 200) {
      print(`✖ ${webhook.host}:${webhook.port} answered ${status}: ${printable(text.trim())}`)
      return 1
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    print(`✖ ${webhook.host}:${webhook.port} did not take the event: ${printable(reason)}`)
    print('  Does the manager run, and does its certificate cover this address? quaywatch certs show')
    return 1
  }
  print(`✔ ${webhook.host}:${webhook.port} took a test event as cluster ${webhook.cluster}, it is durable`)
  const alert = await alertOf(webhook.home, auditID)
  if (alert === undefined) {
    print(
      '✖ no alert came of it: is a rule of your own before 401901? quaywatch search --dataset events says more',
    )
    return 1
  }
  const { rule } = JSON.parse(alert)
  print(`✔ it became an alert: rule ${rule.id}, ${printable(rule.description)}`)
  return 0
}
