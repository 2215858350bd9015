// Audit events as API servers write them, made from what a test is about.
import { at, text } from '../../src/decode/kube/tree.ts'

/** Without `request` and `response` the event is at level Metadata. */
export interface AuditParts {
  /** With the query; the path decides which object it is about. */
  readonly uri: string
  readonly verb: string
  /** Empty: not authenticated. */
  readonly user?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
  /** The identity that was taken. */
  readonly as?: string
  readonly asGroups?: readonly string[]
  readonly ip?: string
  readonly agent?: string
  readonly code?: number
  readonly message?: string
  readonly request?: unknown
  readonly response?: unknown
  readonly annotations?: Readonly<Record<string, string>>
  /** Of an object that is created: its path has none, the API server takes it from the body. */
  readonly name?: string
  readonly stage?: 'ResponseStarted' | 'ResponseComplete'
}

const path =
  /^\/(?:api\/(?<core>v1)|apis\/(?<group>[^/]+)\/(?<version>[^/]+))\/(?:namespaces\/(?<namespace>[^/]+)\/)?(?<resource>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?/

function objectRef({ uri, name, request }: AuditParts): object | undefined {
  const [plain = ''] = uri.split('?')
  const [, space] = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(plain) ?? []
  if (space !== undefined) return { resource: 'namespaces', namespace: space, name: space, apiVersion: 'v1' }
  const found = path.exec(plain)?.groups
  if (!found) return undefined
  const { core, group, version, namespace, resource, name: written, subresource } = found
  const body = text(at(request, 'metadata')['name'])
  const known = written ?? name ?? (body === '' ? undefined : body)
  return { resource, namespace, name: known, apiGroup: group, apiVersion: core ?? version, subresource }
}

function levelOf({ request, response }: AuditParts): string {
  if (response !== undefined) return 'RequestResponse'
  return request === undefined ? 'Metadata' : 'Request'
}

function userOf({ user = 'bob', groups = [], extra }: AuditParts): object {
  const all = user === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated'
  return user === '' ? {} : { username: user, groups: [...groups, all], extra }
}

function statusOf({ verb, code = verb === 'create' ? 201 : 200, message = 'forbidden' }: AuditParts) {
  if (code !== 401 && code !== 403) return { metadata: {}, code }
  return { metadata: {}, status: 'Failure', message, reason: 'Forbidden', code }
}

/** One line of an audit log. */
export function auditLine(parts: AuditParts, auditID: string, atMs: number): string {
  const { uri, verb, as: other, asGroups = [], ip = '10.20.0.9', request, response } = parts
  const time = new Date(atMs).toISOString()
  const responseStatus = statusOf(parts)
  const decision = 'status' in responseStatus ? 'forbid' : 'allow'
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: levelOf(parts),
    auditID,
    stage: parts.stage ?? 'ResponseComplete',
    requestURI: uri,
    verb,
    user: userOf(parts),
    impersonatedUser:
      other === undefined ? undefined : { username: other, groups: [...asGroups, 'system:authenticated'] },
    sourceIPs: [ip],
    userAgent: parts.agent ?? 'kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9',
    objectRef: objectRef(parts),
    responseStatus,
    requestObject: request,
    responseObject: response,
    requestReceivedTimestamp: time,
    stageTimestamp: time,
    annotations: {
      'authorization.k8s.io/decision': decision,
      'authorization.k8s.io/reason': '',
      ...parts.annotations,
    },
  })
}
