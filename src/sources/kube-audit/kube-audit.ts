import { randomUUID } from 'node:crypto'

import { type Read, option, size, text, yesNo } from '../../config/option.ts'
import { bind, port } from '../../config/sections/own.ts'
import { pythonJson } from '../../event/python-json.ts'
import { RawEvent } from '../../event/raw-event.ts'
import { kubeAuditTelemetry } from '../../telemetry/kube-audit.ts'
import { checkPort } from '../port-check.ts'
import { sourceType, type SourceContext } from '../source-type.ts'
import type { Source, SourceStatus } from '../source.ts'
import { ClusterHealth, type HealthEvent } from './cluster-health.ts'
import { Deliveries } from './deliveries.ts'
import type { AuthMethod } from './peer.ts'
import { Receiver, type ReceiverOptions } from './receiver.ts'
import { type WrittenServer, scrapeOptions } from './scrape-options.ts'
import { type ScrapeParts, scrape } from './scraper.ts'

const name = 'kube-audit'
const methods: readonly AuthMethod[] = ['mtls', 'token', 'none']
const tickMs = 5_000
/** Evaluated while others are on their way to the disk. */
const mostBatches = 4

function readMethods(content: string): Read<readonly AuthMethod[]> {
  const words = content.split(',').map((word) => word.trim())
  const value = methods.filter((method) => words.includes(method))
  const isNone = value.includes('none')
  return value.length === words.length && !(isNone && value.length > 1)
    ? { value }
    : { wrong: 'must be mtls, token, or both with a comma between, or none' }
}

function healthEvent(event: HealthEvent, receivedAtMs: number): RawEvent {
  const tree = { integration: 'quaywatch', quaywatch: event }
  const id = `k8s-health:${randomUUID()}`
  return new RawEvent({ id, source: name, location: 'k8s', receivedAtMs, text: pythonJson(tree), tree })
}

interface WebhookOptions extends ReceiverOptions {
  readonly apiServers: readonly WrittenServer[]
  readonly apiServerCa: string | undefined
  readonly apiServerToken: string | undefined
  readonly apiServerInterval: number
}

/** Runs beside the receiver; ends with the signal. */
async function compareCounters(
  options: WebhookOptions,
  parts: ScrapeParts,
  signal: AbortSignal,
): Promise<void> {
  const { apiServers, apiServerCa, apiServerToken, apiServerInterval, cluster = 'default' } = options
  if (apiServers.length === 0) return
  const servers = apiServers.map(({ url, cluster: own = cluster }) => ({ url, cluster: own }))
  const intervalMs = Math.max(1, apiServerInterval) * 1000
  await scrape({ servers, caFile: apiServerCa, tokenFile: apiServerToken, intervalMs }, parts, signal)
}

function webhook(options: WebhookOptions, context: SourceContext): Source {
  const { now, home } = context
  const telemetry = kubeAuditTelemetry(context.telemetry, now)
  const deliveries = new Deliveries()
  const tell = (event: HealthEvent) =>
    deliveries.add({ events: [healthEvent(event, now())], settled: () => undefined })
  const health = new ClusterHealth(tell, now)
  telemetry.watchSenders(() => health.senders)
  const listening = (bound: number) => context.listening('kube_audit', bound)
  const receiver = new Receiver(options, { home, now, telemetry, deliveries, health, listening })
  let state: SourceStatus['state'] = 'waiting'
  let detail = 'starting'
  let hasFailed = false

  async function* read(_from: string | undefined, signal: AbortSignal) {
    const ticking = setInterval(() => health.tick(), tickMs)
    ticking.unref()
    signal.addEventListener('abort', () => deliveries.close(), { once: true })
    if (signal.aborted) deliveries.close()
    const running = receiver.run(signal, (where, failed) => {
      state = failed ? 'waiting' : 'running'
      hasFailed = failed
      detail = failed ? `cannot listen on port ${options.port}: ${where}` : `listens on ${where}`
    })
    const comparing = compareCounters(options, { health, telemetry, tell }, signal)
    // A receiver that can never work ends the source with its reason.
    let failure: unknown
    running.catch((error: unknown) => {
      failure = error
      deliveries.close()
    })
    yield* deliveries.batches(name)
    clearInterval(ticking)
    state = 'stopped'
    if (failure !== undefined) throw failure
    await running
    await comparing
  }

  function status(): SourceStatus {
    const { lastAtMs, summaries: clusters } = health
    const shown = `${clusters.slice(0, 5).join(', ')}${clusters.length > 5 ? ', …' : ''}`
    const from = clusters.length === 0 ? ', no cluster has sent anything yet' : `, receives from ${shown}`
    return {
      state,
      detail: state === 'running' ? `${detail}${from}` : detail,
      ...(hasFailed ? { advice: 'free the port, or choose another: <kube_audit><port>' } : {}),
      ...(state === 'running' && clusters.length === 0
        ? { advice: "'quaywatch kube setup' writes what an API server needs" }
        : {}),
      ...(lastAtMs === undefined ? {} : { lastEventAtMs: lastAtMs, senders: health.senders }),
    }
  }
  return { name, mostUnsettled: mostBatches, read, status }
}

export const kubeAudit = sourceType({
  type: name,
  section: { element: 'kube_audit' },
  blocks: 'single',
  byDefault: true,
  summary: 'Receives the audit events of Kubernetes API servers over HTTPS (their audit webhook).',
  options: {
    isDisabled: yesNo('disabled', false, 'Do not listen.'),
    port: port('port', 8080, 'Port of the audit webhook (HTTPS).'),
    bind: bind('0.0.0.0'),
    auth: option<readonly AuthMethod[]>('auth', ['mtls', 'token'], 'How API servers prove who they are.', {
      accepts: 'mtls, token, both, or none',
      read: ({ content }) => readMethods(content),
    }),
    cluster: text(
      'cluster',
      undefined,
      'Name of the cluster. Without it: from the client certificate or token.',
    ),
    maxBodyBytes: size(
      'max_body',
      12 * 1024 ** 2,
      'Larger request bodies are refused; API servers send up to 10 MiB.',
    ),
    ...scrapeOptions,
  },
  examples: [
    '<kube_audit><port>8080</port><auth>mtls,token</auth></kube_audit>',
    '<kube_audit><api_server cluster="prod-eu">https://10.0.0.1:6443</api_server></kube_audit>',
  ],
  isDisabled: (options) => options.isDisabled,
  diagnose: async ({ bind, port }, { isRunning }) => [
    await checkPort({ service: 'kube_audit', bind, port, isRunning }),
  ],
  create: (options, context) => webhook(options, context),
})
