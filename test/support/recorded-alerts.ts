// Alert and archive documents made from recorded events, for tests of what shows them. The rules are stand-ins: a few lines that give
// level, id and words, not the engine.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fieldText } from '../../src/api/document-field.ts'
import type { Stored } from './fill-store.ts'

interface StandIn {
  readonly id: number
  readonly level: number
  readonly description: string
  readonly groups: readonly string[]
  readonly mitre?: readonly [id: string, tactic: string, technique: string]
}

const folder = path.join(import.meta.dirname, '..', '..', '..', 'test', 'data', 'dashboard')

function lines(file: string): unknown[] {
  return readFileSync(path.join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
}

const docker: Readonly<Record<string, readonly [id: number, level: number, words: string]>> = {
  create: [87901, 3, 'created'],
  start: [87903, 3, 'started'],
  stop: [87904, 3, 'stopped'],
  die: [87924, 5, 'ended'],
  kill: [87906, 4, 'received a kill signal'],
  destroy: [87902, 4, 'was removed'],
  pause: [87914, 3, 'paused'],
  unpause: [87915, 3, 'runs again'],
  oom: [87927, 10, 'ran out of memory'],
  pull: [87932, 3, 'was pulled'],
  delete: [87931, 4, 'was deleted'],
  mount: [87941, 3, 'was mounted'],
  connect: [87951, 3, 'was connected'],
}

function dockerRule(event: unknown): StandIn | undefined {
  const action = fieldText(event, 'docker.Action') ?? ''
  const name = fieldText(event, 'docker.Actor.Attributes.name') ?? 'without name'
  const kind = fieldText(event, 'docker.Type') ?? 'container'
  if (action.startsWith('exec_start') && !action.includes('healthcheck')) {
    const mitre = ['T1609', 'Execution', 'Container Administration Command'] as const
    return {
      id: 87908,
      level: 7,
      description: `Docker: command run in container ${name}`,
      groups: ['docker'],
      mitre,
    }
  }
  const found = docker[action]
  if (!found) return undefined
  const [id, level, words] = found
  return { id, level, description: `Docker: ${kind} ${name} ${words}`, groups: ['docker', `docker_${kind}`] }
}

function kubeRule(event: unknown): StandIn | undefined {
  const get = (field: string) => fieldText(event, field) ?? ''
  const [user, verb, resource, sub] = [
    'user.username',
    'verb',
    'objectRef.resource',
    'objectRef.subresource',
  ].map(get)
  const groups = ['k8s_audit']
  if (sub === 'exec' || sub === 'attach') {
    const mitre = ['T1609', 'Execution', 'Container Administration Command'] as const
    return {
      id: 401030,
      level: 10,
      description: `Kubernetes: ${user} opened a shell in pod ${get('objectRef.name')}`,
      groups,
      mitre,
    }
  }
  const reads = ['get', 'list', 'watch'].includes(verb ?? '')
  if (/^(cluster)?role(binding)?s$/.test(resource ?? '') && !reads) {
    const mitre = ['T1098.006', 'Persistence', 'Additional Container Cluster Roles'] as const
    return {
      id: 401020,
      level: 12,
      description: `Kubernetes: ${user} changed access rights (${resource} ${get('objectRef.name')})`,
      groups,
      mitre,
    }
  }
  if (resource === 'secrets' && reads) {
    const mitre = ['T1552.007', 'Credential Access', 'Container API'] as const
    return {
      id: 401040,
      level: 9,
      description: `Kubernetes: ${user} read secrets in ${get('objectRef.namespace')}`,
      groups,
      mitre,
    }
  }
  if (JSON.stringify(event).includes('"privileged":true')) {
    const mitre = ['T1611', 'Privilege Escalation', 'Escape to Host'] as const
    return {
      id: 401010,
      level: 15,
      description: `Kubernetes: ${user} created a privileged container`,
      groups: ['k8s_audit', 'kube_workload'],
      mitre,
    }
  }
  return kubeRequestRule(get, groups)
}

function kubeRequestRule(get: (field: string) => string, groups: readonly string[]): StandIn | undefined {
  const [user, verb, resource] = [get('user.username'), get('verb'), get('objectRef.resource')]
  if (get('responseStatus.code') === '403') {
    return {
      id: 401050,
      level: 5,
      description: `Kubernetes: ${user} was refused ${verb} on ${resource}`,
      groups,
    }
  }
  if (verb === 'create' || verb === 'delete') {
    return {
      id: verb === 'create' ? 401001 : 401002,
      level: 4,
      description: `Kubernetes: ${user} ${verb}s ${resource}`,
      groups,
    }
  }
  return undefined
}

export function documentOf(at: number, data: unknown, location: string, rule: StandIn | undefined): Stored {
  const [id, tactic, technique] = rule?.mitre ?? []
  const document = {
    timestamp: new Date(at).toISOString().replace('Z', '+0000'),
    ...(rule
      ? {
          rule: {
            level: rule.level,
            description: rule.description,
            id: String(rule.id),
            firedtimes: 1,
            mail: false,
            groups: rule.groups,
            ...(id === undefined ? {} : { mitre: { id: [id], tactic: [tactic], technique: [technique] } }),
          },
        }
      : {}),
    agent: { id: '000', name: 'quay-1' },
    manager: { name: 'quay-1' },
    id: `${Math.floor(at / 1000)}.${at % 1000}`,
    decoder: { name: 'json' },
    data,
    location,
  }
  const view = rule && {
    id: rule.id,
    level: rule.level,
    description: rule.description,
    groups: rule.groups,
    mitreIds: id === undefined ? [] : [id],
    mitreTactics: tactic === undefined ? [] : [tactic],
    mitreTechniques: technique === undefined ? [] : [technique],
  }
  const isAlert = rule !== undefined && rule.level >= 3
  return { at, document: JSON.stringify(document), rule: view, isAlert, location }
}

export function dockerDocument(at: number, event: unknown): Stored {
  return documentOf(at, event, 'Wazuh-Docker', dockerRule(event))
}

/** Recorded events over the last hours, busier towards the end, oldest first. */
export function recorded(nowMs: number, hours = 24): Stored[] {
  const all = [
    ...lines('docker-events.jsonl').map((event) => ({ event, isDocker: true })),
    ...lines('kube-audit.jsonl').map((event) => ({ event, isDocker: false })),
  ]
  const rounds = 4
  const count = all.length * rounds
  return Array.from({ length: count }, (_, index) => {
    // A fixed stride that visits every event once per round, in no visible order.
    const { event, isDocker } = all[(index * 37) % all.length] ?? { event: {}, isDocker: true }
    const share = (index / count) ** 0.7
    const wave = Math.sin(index / 9) * 0.012
    const at = Math.round(nowMs - hours * 3_600_000 * Math.min(1, Math.max(0.0002, 1 - share + wave)))
    return isDocker ? dockerDocument(at, event) : documentOf(at, event, 'k8s', kubeRule(event))
  }).sort((a, b) => a.at - b.at)
}
