import { open } from 'node:fs/promises'
import path from 'node:path'

import { toByteString, type ByteString } from '../../event/byte-string.ts'
import { ListedFacts, type NamedValue } from '../../event/listed-facts.ts'
import type { SourceFacts } from '../../event/raw-event.ts'
import { JsonLeaf, type Members } from './json-members.ts'

/** Which container wrote a log file: from its path, and for Docker from the `config.v2.json` beside it. */
export interface ContainerInfo {
  /** What rules see as location: `docker:web`, `pod:shop/web-0/nginx`. */
  readonly location: ByteString
  /** `container` and what is known of it, for JSON lines; one per stream, as the stream is part of it. */
  readonly members: Readonly<Record<'stdout' | 'stderr', Members>>
  /** The same as fields, for lines that are no JSON or bring a `container` of their own. */
  readonly facts: Readonly<Record<'stdout' | 'stderr', SourceFacts>>
}

interface Facts {
  readonly runtime: 'docker' | 'cri'
  readonly id?: string
  readonly name?: string
  readonly image?: string
  readonly image_id?: string
  readonly compose?: { readonly project?: string; readonly service?: string }
  readonly pod?: { readonly name: string; readonly namespace: string; readonly uid?: string }
  readonly labels?: Readonly<Record<string, string>>
}

const longestConfigBytes = 1024 * 1024
const longestTextBytes = 512
const longestLabelsBytes = 2048
const hexId = '[0-9a-f]{64}'
const dockerPath = new RegExp(`/(${hexId})/\\1-json\\.log(?:\\.\\d+)?$`)
const podPath = /\/pods\/([a-z\d.-]{1,253})_([a-z\d.-]{1,253})_([a-f\d-]{8,64})\/([a-z\d.-]{1,253})\/\d+\.log/
const linkPath = new RegExp(
  `/containers/([a-z\\d.-]{1,253})_([a-z\\d.-]{1,253})_([a-z\\d.-]{1,253})-(${hexId})\\.log$`,
)

/**
 * A name in the location must not make a container's output look like another source's: existing rules test for `k8s` and
 * `Wazuh-Docker` anywhere in it.
 */
const reserved = /k8s|wazuh/i

/** `undefined`: no container's log file, as far as the path tells. */
export async function containerOf(file: ByteString): Promise<ContainerInfo | undefined> {
  const facts = podFacts(file) ?? (await dockerFacts(file))
  return facts && describe(facts)
}

function podFacts(file: ByteString): Facts | undefined {
  const [, namespace, name, uid, container] = podPath.exec(file) ?? []
  if (namespace !== undefined && name !== undefined && uid !== undefined && container !== undefined)
    return { runtime: 'cri', name: container, pod: { name, namespace, uid } }
  const [, pod, space, linked, id] = linkPath.exec(file) ?? []
  if (pod === undefined || space === undefined || linked === undefined || id === undefined) return undefined
  return { runtime: 'cri', id, name: linked, pod: { name: pod, namespace: space } }
}

async function dockerFacts(file: ByteString): Promise<Facts | undefined> {
  const id = dockerPath.exec(file)?.[1]
  if (id === undefined) return undefined
  const config = await readConfig(path.posix.join(path.posix.dirname(file), 'config.v2.json'))
  return { runtime: 'docker', id, ...(config === undefined ? {} : dockerConfigFacts(config)) }
}

/** The members we use of Docker's `config.v2.json`; whatever is missing or of another type is left out. */
export function dockerConfigFacts(config: unknown): Omit<Facts, 'runtime'> {
  const inner = member(config, 'Config')
  const allLabels = labelsOf(member(inner, 'Labels'))
  const podName = allLabels['io.kubernetes.pod.name']
  const namespace = allLabels['io.kubernetes.pod.namespace']
  const uid = allLabels['io.kubernetes.pod.uid']
  const name = allLabels['io.kubernetes.container.name'] ?? textOf(member(config, 'Name'))?.replace(/^\//, '')
  const image = textOf(member(inner, 'Image'))
  const imageId = textOf(member(config, 'Image'))
  const project = allLabels['com.docker.compose.project']
  const service = allLabels['com.docker.compose.service']
  return {
    ...(name === undefined ? {} : { name }),
    ...(image === undefined ? {} : { image }),
    ...(imageId === undefined ? {} : { image_id: imageId }),
    ...(project === undefined ? {} : { compose: { project, ...(service === undefined ? {} : { service }) } }),
    ...(podName === undefined || namespace === undefined
      ? {}
      : { pod: { name: podName, namespace, ...(uid === undefined ? {} : { uid }) } }),
    ...(Object.keys(allLabels).length === 0 ? {} : { labels: shortened(allLabels) }),
  }
}

function describe(found: Facts): ContainerInfo {
  const members = (stream: 'stdout' | 'stderr'): Members => ({
    container: new JsonLeaf(toByteString(JSON.stringify({ ...found, stream }))),
  })
  // Made once per file and stream, shared by all of its events.
  const facts = (stream: 'stdout' | 'stderr'): SourceFacts =>
    new ListedFacts(flattened('container', { ...found, stream }))
  return {
    location: toByteString(locationOf(found)),
    members: { stdout: members('stdout'), stderr: members('stderr') },
    facts: { stdout: facts('stdout'), stderr: facts('stderr') },
  }
}

function flattened(name: string, value: unknown): NamedValue[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => flattened(`${name}.${key}`, inner))
  return [[toByteString(name), toByteString(String(value))]]
}

function locationOf({ id = '', name, pod }: Facts): string {
  const short = id.slice(0, 12)
  if (pod) {
    const full = `${pod.namespace}/${pod.name}/${name}`
    return `pod:${reserved.test(full) ? (pod.uid ?? short) : full}`
  }
  return `docker:${name === undefined || reserved.test(name) ? short : name}`
}

async function readConfig(file: ByteString): Promise<unknown> {
  try {
    const handle = await open(Buffer.from(file, 'latin1'))
    try {
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(longestConfigBytes),
        0,
        longestConfigBytes,
        0,
      )
      return JSON.parse(buffer.toString('utf8', 0, bytesRead))
    } finally {
      await handle.close()
    }
  } catch {
    return undefined // no such file, not readable or not JSON: the id from the path has to do
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, longestTextBytes) : undefined
}

function labelsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  const found = Object.entries(value).map(([name, text]) => [name.slice(0, longestTextBytes), textOf(text)])
  return Object.fromEntries(found.filter(([, text]) => text !== undefined))
}

/** As many labels as fit, in their order. */
function shortened(labels: Readonly<Record<string, string>>): Record<string, string> {
  const kept: [string, string][] = []
  let length = 0
  for (const [name, value] of Object.entries(labels)) {
    length += name.length + value.length
    if (length > longestLabelsBytes) continue
    kept.push([name, value])
  }
  return Object.fromEntries(kept)
}

/** A path below `/var/log/pods` or `/var/log/containers`, where lines have the form of a Kubernetes runtime. */
export function isPodLog(file: ByteString): boolean {
  return podPath.test(file) || linkPath.test(file)
}
