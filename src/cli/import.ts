import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { isClusterName } from '../certs/certificate-folder.ts'
import { loadConfiguration } from '../configuration-file.ts'
import { formatProblem } from '../dialect/problem.ts'
import { homeFolder, prepareHome } from '../home.ts'
import { loadEngine } from '../load-engine.ts'
import { MemoryFiles } from '../memory-files.ts'
import { Masker } from '../mask/masker.ts'
import { startFileOutputs } from '../outputs/files/start.ts'
import { ingest } from '../pipeline/ingest.ts'
import { fileBodies } from '../sources/kube-audit/file-bodies.ts'
import { importFiles } from '../sources/kube-audit/import-files.ts'
import type { Store } from '../store/store.ts'
import { maskTelemetry } from '../telemetry/mask.ts'
import { pipelineTelemetry } from '../telemetry/pipeline.ts'
import { printable } from '../telemetry/printable.ts'
import { startTelemetry } from '../telemetry/start.ts'
import { textHelp } from '../text-help.ts'
import type { Command } from './command.ts'
import { postAudit } from './kube/post-audit.ts'
import { runningManager } from './running-manager.ts'

const usage = `quaywatch import kube-audit FILE… [options]

Reads exported Kubernetes audit logs (one event a line, or EventLists; .gz too) into the store and evaluates them. Events that are
stored already are left out, so an import that was interrupted is simply started again.
While a manager runs, the events go through its webhook and carry the time of now; otherwise the time they happened.

  --home DIR         where the manager keeps its data
  --config FILE      ossec.conf to use
  --ruleset DIR      rules to use instead of the built-in ones
  --cluster NAME     the cluster they come from (default: default)`

const say = (line: string) => process.stderr.write(`${line}\n`)
/** Alerts must have reached the files by then. */
const outputsMs = 30_000
/** Tells the webhook that old events are no delay. */
const importHeader = { 'x-quaywatch-import': 'yes' }

interface Arguments {
  readonly files: readonly string[]
  readonly home: string
  readonly config: string | undefined
  readonly ruleset: string | undefined
  readonly cluster: string
}

function showProgress(file: string, done: number, events: number): void {
  if (!process.stderr.isTTY) return
  const filled = Math.round(done * 30)
  process.stderr.write(
    `\r[${'#'.repeat(filled)}${'.'.repeat(30 - filled)}] ${printable(file)} ${events} events`,
  )
  if (done >= 1) process.stderr.write('\n')
}

/** A minute of waiting for one part. */
const mostTries = 30

async function throughManager({ files, home, cluster }: Arguments, port: number): Promise<number> {
  let failed = 0
  let sent = 0
  const to = { home, cluster, host: '127.0.0.1', port }
  for (const file of files) {
    for await (const { body, done } of fileBodies(file)) {
      for (const part of parts(body)) {
        const { status, text } = await postUntilTaken(to, part)
        if (status === 200) {
          sent += part
            .toString('latin1')
            .split('\n')
            .filter((line) => line.trim() !== '').length
          continue
        }
        failed += 1
        say(`${printable(file)}: the webhook answered ${status}: ${printable(text.trim())}`)
        if (status === 401 || status === 403) return 1
      }
      showProgress(file, done, sent)
    }
  }
  say(`${sent} lines sent through the running manager, which leaves out what it has already`)
  if (failed > 0) say(`${failed} parts were refused`)
  return failed === 0 ? 0 : 1
}

/** A manager that is busy, or whose disk is full for a moment, asks to come again. */
async function postUntilTaken(
  to: Parameters<typeof postAudit>[0],
  part: Buffer,
): ReturnType<typeof postAudit> {
  for (let tries = 1; ; tries++) {
    const answer = await postAudit(to, part, importHeader)
    if ((answer.status !== 503 && answer.status !== 429) || tries >= mostTries) return answer
    await sleep(2_000)
  }
}

/** Whole lines, each part within the limit of the webhook as far as lines allow. */
function* parts(body: Buffer): Generator<Buffer> {
  const most = 8 * 1024 ** 2
  for (let start = 0; start < body.length;) {
    const cut = body.length - start <= most ? body.length : body.lastIndexOf(0x0a, start + most) + 1
    const end = cut > start ? cut : body.length
    yield body.subarray(start, end)
    start = end
  }
}

async function alertsWritten(store: Store): Promise<boolean> {
  const newest = { dataset: 'alerts', query: { kind: 'all' }, limit: 1, order: 'newest' } as const
  const { hits } = await store.search(newest, new AbortController().signal)
  const wanted = hits[0]?.position ?? 0
  const saved = await store.followerState('file:alerts.json')
  const state: unknown = saved === undefined ? undefined : JSON.parse(saved)
  return (
    typeof state === 'object' && state !== null && 'position' in state && Number(state.position) >= wanted
  )
}

async function withoutManager(given: Arguments): Promise<number> {
  const { home, ruleset: rulesetFolder, cluster, files } = given
  prepareHome(home)
  const { configuration, problems } = loadConfiguration(home, given.config)
  const { ruleset, global, alerts } = configuration
  const memoryFiles = new MemoryFiles(home)
  const hostName = hostname().split('.')[0] ?? 'localhost'
  const loaded = loadEngine({
    home,
    rulesetFolder,
    ruleset,
    global,
    alerts,
    hostName,
    memory: memoryFiles.options(),
    earlierProblems: problems,
  })
  for (const problem of loaded.problems) say(formatProblem(problem))
  if (loaded.problems.some(({ severity }) => severity === 'fatal')) return 1
  const telemetry = startTelemetry({ level: 'warn', console: process.stderr })
  const { openStore } = await import('../store/open-store.ts')
  const store = await openStore({ folder: `${home}/data`, telemetry })
  const stop = new AbortController()
  const events = pipelineTelemetry(telemetry)
  const outputs = startFileOutputs({
    store,
    home,
    options: global,
    telemetry,
    now: Date.now,
    signal: stop.signal,
    help: textHelp(() => loaded.engine.rules),
  })
  let refused = 0
  const source = importFiles({
    files,
    cluster,
    now: Date.now,
    progress: showProgress,
    refused: (file, reason) => {
      refused += 1
      say(`${printable(file)}: ${printable(reason)}`)
    },
  })
  const { engine } = loaded
  engine.memory.numberFrom(store.head() + 1)
  const masker = new Masker(configuration.mask, maskTelemetry(telemetry))
  try {
    await ingest(
      source,
      { store, engine: () => engine, telemetry: events, now: Date.now, mask: (entry) => masker.mask(entry) },
      new AbortController().signal,
    )
    for (
      const deadline = Date.now() + outputsMs;
      Date.now() < deadline && global.jsonoutOutput;
      await sleep(50)
    )
      if (await alertsWritten(store)) break
    await memoryFiles.flush()
    const { events: stored, alerts: raised } = await store.stats()
    say(`the store now holds ${stored} events and ${raised} alerts`)
  } finally {
    stop.abort()
    await outputs
    await store.close()
    await telemetry.close()
  }
  return refused === 0 ? 0 : 1
}

export const command: Command = {
  name: 'import',
  summary: 'Reads exported Kubernetes audit logs into the store and evaluates them.',
  usage,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        home: { type: 'string' },
        config: { type: 'string' },
        ruleset: { type: 'string' },
        cluster: { type: 'string', default: 'default' },
      },
    })
    const [kind, ...files] = positionals
    const missing = files.filter((file) => !existsSync(file))
    if (kind !== 'kube-audit' || files.length === 0) {
      say(usage)
      return 2
    }
    if (missing.length > 0 || !isClusterName(values.cluster)) {
      say(
        missing.length > 0
          ? `not found: ${printable(missing.join(', '))}`
          : `${printable(values.cluster)} is no cluster name`,
      )
      return 2
    }
    const home = homeFolder(values.home)
    const given = { files, home, config: values.config, ruleset: values.ruleset, cluster: values.cluster }
    const running = runningManager(home)
    if (!running) return withoutManager(given)
    const port = running.ports['kube_audit']
    if (port !== undefined) return throughManager(given, port)
    say('a manager runs here, but its audit webhook does not listen: stop it, or enable <kube_audit>')
    return 1
  },
}
