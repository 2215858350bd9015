import { commandTraits } from './command.ts'
import type { Facts } from './facts.ts'
import { type Tree, at, isTree, list, text, texts, tree } from './tree.ts'

/** What a pod, or the pods of a workload, may do to their node. */
export interface PodFindings {
  readonly risks: ReadonlySet<string>
  readonly images: readonly string[]
  readonly hostPaths: readonly string[]
  /** `DaemonSet`, `Pod`, …: of the object itself, or of the owner that made the pod. */
  readonly kind: string
  /** Name of that owner, without the part a ReplicaSet or Job adds. */
  readonly owner: string
  /** Image of each container, as far as the body tells. */
  readonly containers: ReadonlyMap<string, string>
  readonly serviceAccount: string
}

const dangerousCapabilities = new Set([
  'ALL',
  'SYS_ADMIN',
  'SYS_PTRACE',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_BOOT',
  'DAC_READ_SEARCH',
  'DAC_OVERRIDE',
  'NET_ADMIN',
  'BPF',
  'PERFMON',
  'SYSLOG',
  'MKNOD',
])

const sensitiveFolders = [
  '/etc',
  '/root',
  '/home',
  '/boot',
  '/dev',
  '/proc',
  '/sys',
  '/usr',
  '/bin',
  '/sbin',
  '/lib/modules',
  '/lib/systemd',
  '/lib64',
  '/run',
  '/var/run',
  '/var/lib/kubelet',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/etcd',
  '/var/lib/rancher',
  '/var/lib/k0s',
  '/var/lib/minikube',
  '/var/lib/cloud',
  '/var/snap/microk8s',
  '/var/spool',
  '/var/log',
  '/opt/cni',
  '/opt/bin',
  '/windows',
]
/** Log shippers mount these, often without asking for read-only. */
const logFolder = /^\/var\/(?:log|lib\/docker\/containers)(?:\/|$)/
const runtimeSocket =
  /(?:docker|containerd|crio|podman|cri-dockerd)\.sock$|^\/pipe\/(?:docker_engine|containerd-containerd|cri-dockerd)$/

/** `/var//lib/./kubelet/..` is `/var/lib`, `C:\\Windows` is `/windows`. */
function normalised(path: string): string {
  const isWindows = /^(?:[A-Za-z]:|\\)/.test(path)
  const plain = isWindows
    ? path
        .replace(/^[A-Za-z]:/, '')
        .replaceAll('\\', '/')
        .toLowerCase()
    : path
  const parts: string[] = []
  for (const part of plain.split('/').slice(0, 256)) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** Also the parents of sensitive folders: `/var` contains `/var/lib/kubelet`. */
function isSensitive(path: string): boolean {
  return (
    path === '/' ||
    sensitiveFolders.some(
      (folder) => path === folder || path.startsWith(`${folder}/`) || folder.startsWith(`${path}/`),
    )
  )
}

/** The pod template of any workload, in whole objects and in fragments of patches. */
function podSpec(body: Tree): Tree {
  // Until Kubernetes 1.21 a debug container came in an object of its own.
  if (body['kind'] === 'EphemeralContainers') return body
  if (isTree(body['template'])) return at(body, 'template', 'spec')
  const spec = tree(body['spec'])
  if (isTree(spec['jobTemplate'])) return at(spec, 'jobTemplate', 'spec', 'template', 'spec')
  return isTree(spec['template']) ? at(spec, 'template', 'spec') : spec
}

function podMetadata(body: Tree): Tree {
  const spec = tree(body['spec'])
  if (isTree(spec['jobTemplate'])) return at(spec, 'jobTemplate', 'spec', 'template', 'metadata')
  return isTree(spec['template']) ? at(spec, 'template', 'metadata') : tree(body['metadata'])
}

function containersOf(spec: Tree): readonly Tree[] {
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((name) =>
    list(spec[name]).filter(isTree),
  )
}

/** What a container runs: at its start, beside it, and as probes. */
function commandLines(container: Tree): readonly string[] {
  const words = [...texts(container['command']), ...texts(container['args'])]
  const hooks = ['postStart', 'preStop'].map((name) => at(container, 'lifecycle', name))
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].map((name) => tree(container[name]))
  return [words, ...[...hooks, ...probes].map((action) => texts(at(action, 'exec')['command']))]
    .map((line) => line.join(' '))
    .filter((line) => line !== '')
}

const mostContainers = 100
const attackImage =
  /(?:^|[/-])(?:peirates|kube-?hunter|deepce|cdk|kubesploit|kubeletmein|bustakube|badpods|hacker-container|kali-rolling|kali-linux\S*|metasploit-framework|parrotsec|botb|stratus-red-team)(?:[:@]|$)/
const controlPlaneLabel = /^node-role\.kubernetes\.io\/(?:control-plane|master)$/
const controlPlaneNode = /(?:^|[-.])(?:control-?plane|master)(?:[-.]?\d+)?(?:[-.]|$)/i
/** Said of commands in pods only when they are typed into a running one: start scripts do the same. */
const harmlessInPods = new Set(['credentials', 'fetch', 'tracks', 'host-device', 'connect'])

class PodReader {
  readonly risks = new Set<string>()
  readonly images = new Set<string>()
  readonly hostPaths = new Set<string>()
  readonly capabilities = new Set<string>()
  readonly privileged = new Set<string>()
  readonly commands: string[] = []
  readonly containers = new Map<string, string>()
  serviceAccount = ''
  nodeName = ''
  selector = ''

  read(body: Tree): void {
    const spec = podSpec(body)
    const containers = containersOf(spec)
    this.#pod(spec)
    // A fragment without containers that pins pods to nodes: `kubectl patch` to send a workload away.
    const selector = tree(spec['nodeSelector'])
    if (containers.length === 0 && Object.keys(selector).length > 0) this.selector = JSON.stringify(selector)
    this.#confinement(tree(spec['securityContext']))
    this.#annotations(at(podMetadata(body), 'annotations'))
    for (const container of containers) this.#container(container)
    this.#volumes(spec, containers)
  }

  #pod(spec: Tree): void {
    if (spec['hostPID'] === true) this.risks.add('host-pid')
    if (spec['hostIPC'] === true) this.risks.add('host-ipc')
    if (spec['hostNetwork'] === true) this.risks.add('host-network')
    this.serviceAccount =
      text(spec['serviceAccountName']) || text(spec['serviceAccount']) || this.serviceAccount
    this.nodeName = text(spec['nodeName']) || this.nodeName
    if (/^system-(?:node|cluster)-critical$/.test(text(spec['priorityClassName'])))
      this.risks.add('system-priority')
    const tolerates = list(spec['tolerations']).some((one) => controlPlaneLabel.test(text(tree(one)['key'])))
    const isPlaced = tolerates && text(spec['nodeName']) !== ''
    if (isPlaced || this.#isForControlPlane(spec)) this.risks.add('control-plane')
    else if (tolerates) this.risks.add('tolerates-control-plane')
  }

  #isForControlPlane(spec: Tree): boolean {
    if (Object.keys(tree(spec['nodeSelector'])).some((key) => controlPlaneLabel.test(key))) return true
    if (controlPlaneNode.test(text(spec['nodeName']))) return true
    const required = at(spec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution')
    return list(required['nodeSelectorTerms'])
      .flatMap((term) => list(tree(term)['matchExpressions']).map(tree))
      .some(
        ({ key, operator }) => controlPlaneLabel.test(text(key)) && /^(?:Exists|In)$/.test(text(operator)),
      )
  }

  #confinement(context: Tree): void {
    const isOff = (profile: string) => at(context, profile)['type'] === 'Unconfined'
    if (isOff('seccompProfile') || isOff('appArmorProfile')) this.risks.add('unconfined')
    if (at(context, 'seLinuxOptions')['type'] === 'spc_t') this.risks.add('unconfined')
    if (context['runAsUser'] === 0) this.risks.add('root')
    if (at(context, 'windowsOptions')['hostProcess'] === true) this.risks.add('privileged')
  }

  #annotations(annotations: Tree): void {
    for (const [key, value] of Object.entries(annotations)) {
      const isProfile =
        key.startsWith('container.apparmor.security') ||
        key.startsWith('seccomp.security.alpha') ||
        key.startsWith('container.seccomp.security.alpha')
      if (isProfile && value === 'unconfined') this.risks.add('unconfined')
    }
  }

  #container(container: Tree): void {
    const context = tree(container['securityContext'])
    const image = text(container['image'])
    if (image !== '') this.images.add(image)
    if (this.containers.size < mostContainers) this.containers.set(text(container['name']), image)
    if (context['privileged'] === true) {
      this.risks.add('privileged')
      this.privileged.add(text(container['name']))
    }
    this.#confinement(context)
    if (context['procMount'] === 'Unmasked') this.risks.add('unconfined')
    for (const capability of texts(at(context, 'capabilities')['add'])) {
      const name = capability.toUpperCase().replace(/^CAP_/, '')
      this.capabilities.add(name)
      if (dangerousCapabilities.has(name)) this.risks.add('capability')
    }
    if (
      list(container['ports']).some(
        (port) => typeof tree(port)['hostPort'] === 'number' && tree(port)['hostPort'] !== 0,
      )
    )
      this.risks.add('host-port')
    for (const line of commandLines(container)) {
      this.commands.push(line)
      for (const trait of commandTraits(line)) if (!harmlessInPods.has(trait)) this.risks.add(trait)
    }
    if (commandTraits(image).includes('miner')) this.risks.add('miner')
    if (attackImage.test(image)) this.risks.add('scan')
    this.#environment(container)
  }

  #environment(container: Tree): void {
    const secretName = /PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY|PRIVATE_KEY|ACCESS_KEY/i
    const secretValue = /^(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|xox[abpr]-|-----BEGIN [A-Z ]*PRIVATE KEY)/
    for (const variable of list(container['env'])) {
      const { name, value } = tree(variable)
      if (typeof value !== 'string' || value === '') continue
      if (secretName.test(text(name)) || secretValue.test(value)) this.risks.add('secret-in-env')
    }
  }

  #volumes(spec: Tree, containers: readonly Tree[]): void {
    for (const volume of list(spec['volumes'])) {
      const { hostPath, name } = tree(volume)
      const written = text(tree(hostPath)['path'])
      if (written === '') continue
      const path = normalised(written)
      this.hostPaths.add(path)
      this.risks.add('hostpath')
      if (isSensitive(path)) this.risks.add('sensitive-hostpath')
      if (runtimeSocket.test(path)) this.risks.add('runtime-socket')
      const mounts = containers.flatMap((container) => list(container['volumeMounts']).map(tree))
      // In the fragment of a patch the mounts may be missing: unknown counts as writable.
      const ours = mounts.filter((mount) => mount['name'] === name)
      if (ours.length === 0 || ours.some((mount) => mount['readOnly'] !== true)) {
        this.risks.add('writable-hostpath')
        if (isSensitive(path) && !logFolder.test(path)) this.risks.add('writable-sensitive-hostpath')
      }
    }
  }
}

/** The violated controls that pod security admission names, which it does at every audit level. */
const violations: readonly (readonly [pattern: RegExp, risk: string])[] = [
  [/\bprivileged \(/, 'privileged'],
  [/hostPID=true/, 'host-pid'],
  [/hostIPC=true/, 'host-ipc'],
  [/hostNetwork=true/, 'host-network'],
  [/\bhostPath volumes? \(|volume type "hostPath"/, 'hostpath'],
  [/\bhostPort\b/, 'host-port'],
  [/must not include "?[^)]{0,200}\b(?:SYS_|DAC_|NET_ADMIN|BPF|ALL)/, 'capability'],
  [/must not set [^)]{0,200}type to "?Unconfined|procMount/, 'unconfined'],
]

function violationRisks(violation: string): readonly string[] {
  return violations.flatMap(([pattern, risk]) => (pattern.test(violation) ? [risk] : []))
}

/** What makes a pod able to leave its container at once when three come together. */
const breakout = [
  'privileged',
  'host-pid',
  'host-network',
  'host-ipc',
  'sensitive-hostpath',
  'runtime-socket',
  'host-escape',
]

/** A node agent looks at its node from every node: host namespaces and read-only mounts, no more. */
function isNodeAgent(kind: string, risks: ReadonlySet<string>): boolean {
  const harmless = new Set([
    'host-network',
    'host-pid',
    'host-port',
    'hostpath',
    'writable-hostpath',
    'sensitive-hostpath',
    'control-plane',
    'tolerates-control-plane',
    'system-priority',
    'root',
  ])
  return kind === 'DaemonSet' && risks.size > 0 && [...risks].every((risk) => harmless.has(risk))
}

const workloadKinds: ReadonlyMap<string, string> = new Map(
  [
    ['pods', 'Pod'],
    ['deployments', 'Deployment'],
    ['daemonsets', 'DaemonSet'],
    ['statefulsets', 'StatefulSet'],
    ['replicasets', 'ReplicaSet'],
    ['replicationcontrollers', 'ReplicationController'],
    ['jobs', 'Job'],
    ['cronjobs', 'CronJob'],
    ['podtemplates', 'PodTemplate'],
  ].flatMap(([resource = '', kind = '']) => [
    [resource, kind],
    [`${resource}/ephemeralcontainers`, kind],
  ]),
)

/** Of `pods`, and of the subresource in which containers are added. */
export function workloadKind(resource: string): string | undefined {
  return workloadKinds.get(resource)
}

function ownerOf(bodies: readonly Tree[]): { kind: string; name: string } | undefined {
  for (const body of bodies) {
    const owner = list(tree(body['metadata'])['ownerReferences'])
      .map(tree)
      .find((one) => one['controller'] === true)
    if (owner) return { kind: text(owner['kind']), name: text(owner['name']) }
  }
  return undefined
}

/** Facts of a pod or workload. `violation` is the annotation of pod security admission. */
export function podFacts(
  bodies: readonly Tree[],
  known: { readonly kind: string; readonly name: string; readonly violation: string },
  facts: Facts,
): PodFindings {
  const reader = new PodReader()
  for (const body of bodies) reader.read(body)
  const { risks } = reader
  for (const risk of violationRisks(known.violation)) risks.add(risk)
  const owner = ownerOf(bodies) ?? known
  const isAgent = isNodeAgent(owner.kind, risks)
  if (!isAgent && breakout.filter((risk) => risks.has(risk)).length >= 3) risks.add('breakout')
  if (risks.size > 0) facts.set('pod.pattern', isAgent ? 'node-agent' : 'other')
  facts.set('pod.kind', owner.kind)
  facts.words('pod.risks', risks)
  facts.set('pod.privileged', risks.has('privileged'))
  facts.words('pod.privileged_containers', reader.privileged)
  facts.words('pod.host_paths', reader.hostPaths)
  facts.words('pod.capabilities', reader.capabilities)
  facts.words('pod.images', reader.images)
  facts.set('pod.host_network', risks.has('host-network'))
  facts.set('pod.host_pid', risks.has('host-pid'))
  facts.set('pod.host_ipc', risks.has('host-ipc'))
  facts.set('pod.service_account', reader.serviceAccount)
  facts.set('pod.node', reader.nodeName)
  facts.set('pod.selector', reader.selector)
  facts.set('pod.command', [...new Set(reader.commands)].join(' ; '))
  return {
    risks,
    images: [...reader.images],
    hostPaths: [...reader.hostPaths],
    kind: owner.kind,
    owner: owner.name,
    containers: reader.containers,
    serviceAccount: reader.serviceAccount,
  }
}
