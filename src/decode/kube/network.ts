import type { Facts } from './facts.ts'
import { type Tree, at, list, text, texts, tree } from './tree.ts'

const isEmpty = (value: unknown): boolean => Object.keys(tree(value)).length === 0

/** The whole internet, or a half of it; what is left out counts only when it is more than a few addresses. */
const everywhere = /^(?:(?:0\.0\.0\.0|128\.0\.0\.0)\/[01]|(?:::|8000::)\/[01])$/
const hardlyAny = /\/(?:3[0-2]|12[5-8])$/

function peerOpens(peer: Tree, direction: string, opened: Set<string>): void {
  const { ipBlock, namespaceSelector, podSelector } = peer
  const { cidr, except } = tree(ipBlock)
  if (everywhere.test(text(cidr)) && texts(except).every((block) => hardlyAny.test(block)))
    opened.add(`any-address-${direction}`)
  if (
    namespaceSelector !== undefined &&
    isEmpty(namespaceSelector) &&
    (podSelector === undefined || isEmpty(podSelector))
  )
    opened.add(`any-namespace-${direction}`)
}

/** Rules for a few ports open those; a range of a thousand is no limit. */
function isForFewPorts(rule: Tree): boolean {
  const ports = list(rule['ports']).map(tree)
  const isWide = ({ port, endPort }: Tree) =>
    port === undefined || (typeof port === 'number' && typeof endPort === 'number' && endPort - port >= 1000)
  return ports.length > 0 && !ports.some(isWide)
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
        if (isForFewPorts(rule)) continue
        for (const peer of list(rule[side])) peerOpens(tree(peer), direction, opened)
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
      list(spec['ports'])
        .map(tree)
        .some(
          ({ port, targetPort }) => databasePorts.has(Number(port)) || databasePorts.has(Number(targetPort)),
        ),
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
