import type { Facts } from './facts.ts'
import { type Tree, at, list, text, texts, tree } from './tree.ts'

const isEmpty = (value: unknown): boolean => Object.keys(tree(value)).length === 0

function peerOpens(peer: Tree, opened: Set<string>): void {
  const { ipBlock, namespaceSelector, podSelector } = peer
  const { cidr, except } = tree(ipBlock)
  if ((cidr === '0.0.0.0/0' || cidr === '::/0') && list(except).length === 0) opened.add('any-address')
  if (
    namespaceSelector !== undefined &&
    isEmpty(namespaceSelector) &&
    (podSelector === undefined || isEmpty(podSelector))
  )
    opened.add('any-namespace')
}

/** What a network policy lets through without a limit. */
export function policyFacts(bodies: readonly Tree[], facts: Facts): void {
  const opened = new Set<string>()
  for (const body of bodies) {
    const spec = tree(body['spec'])
    for (const [direction, side] of [
      ['ingress', 'from'],
      ['egress', 'to'],
    ] as const) {
      for (const rule of list(spec[direction]).map(tree)) {
        if (isEmpty(rule)) opened.add(`all-${direction}`)
        for (const peer of list(rule[side])) peerOpens(tree(peer), opened)
      }
    }
  }
  facts.words('network.opened', opened)
}

const databasePorts = new Set([22, 2375, 2376, 2379, 3306, 5432, 6379, 9200, 10_250, 11_211, 27_017])

export function serviceFacts(bodies: readonly Tree[], facts: Facts): void {
  for (const body of bodies) {
    const spec = tree(body['spec'])
    facts.set('service.type', text(spec['type']))
    facts.words('service.external_ips', texts(spec['externalIPs']))
    facts.set(
      'service.sensitive_port',
      list(spec['ports']).some((port) => databasePorts.has(Number(tree(port)['port']))),
    )
    facts.set('service.ranges', texts(spec['loadBalancerSourceRanges']).join(' '))
  }
}

export function ingressFacts(bodies: readonly Tree[], facts: Facts): void {
  const problems = new Set<string>()
  for (const body of bodies) {
    const spec = tree(body['spec'])
    if (list(spec['tls']).length === 0) problems.add('no-tls')
    if (
      list(spec['rules']).some((rule) => text(tree(rule)['host']) === '' || text(tree(rule)['host']) === '*')
    )
      problems.add('any-host')
    if (Object.keys(at(body, 'metadata', 'annotations')).some((key) => key.endsWith('-snippet')))
      problems.add('snippet')
  }
  facts.words('ingress.problems', problems)
}
