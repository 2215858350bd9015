import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { parseArgs } from 'node:util'

import type { HealthCheck } from '../api/api-options.ts'
import { type LoadedConfiguration, loadConfiguration } from '../configuration-file.ts'
import { formatProblem } from '../dialect/problem.ts'
import { homeFolder } from '../home.ts'
import { diskCheck } from '../manager-health.ts'
import type { RunFile } from '../run-file.ts'
import { printable } from '../telemetry/printable.ts'
import type { Command } from './command.ts'
import { runningManager } from './running-manager.ts'

const marks = { ok: '✔', warning: '!', error: '✖' } as const

function nodeCheck(): HealthCheck {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isOld = major < 20 || (major === 20 && minor < 19)
  const base = { id: 'node', title: 'Node.js', detail: process.version }
  return isOld
    ? { ...base, state: 'error', advice: 'install Node.js 20.19 or newer' }
    : { ...base, state: 'ok' }
}

function homeCheck(home: string): HealthCheck {
  const base = { id: 'home', title: 'Home directory' }
  if (!existsSync(home)) return { ...base, state: 'ok', detail: `${home} will be made at the first start` }
  try {
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    const advice = 'run as the user that owns it, or choose another with --home'
    return { ...base, state: 'error', detail: `${home} is not writable for this user`, advice }
  }
  const open = (statSync(home).mode & 0o007) !== 0
  return open
    ? {
        ...base,
        state: 'warning',
        detail: `${home} is open to every user of this machine`,
        advice: `chmod o-rwx ${home}`,
      }
    : { ...base, state: 'ok', detail: home }
}

function configurationCheck({ file, problems }: LoadedConfiguration): HealthCheck {
  const base = { id: 'configuration', title: 'Configuration' }
  const shown = file ?? 'no etc/ossec.conf: defaults'
  const worst = problems.some(({ severity }) => severity === 'fatal')
    ? 'error'
    : problems.length > 0
      ? 'warning'
      : 'ok'
  if (worst === 'ok') return { ...base, state: 'ok', detail: shown }
  const advice = problems.slice(0, 10).map(formatProblem).join('\n    ')
  return { ...base, state: worst, detail: `${shown}: ${problems.length} problems`, advice }
}

interface Wanted {
  readonly service: string
  readonly bind: string
  readonly port: number
}

async function portCheck(
  { service, bind, port }: Wanted,
  running: RunFile | undefined,
): Promise<HealthCheck> {
  const base = { id: `port-${service}`, title: `Port of ${service}` }
  if (running)
    return {
      ...base,
      state: 'ok',
      detail: `${running.ports[service] ?? port} (the manager runs, pid ${running.pid})`,
    }
  const failure = await bindFailure(bind, port)
  if (failure === undefined) return { ...base, state: 'ok', detail: `${bind}:${port} is free` }
  const advice =
    failure === 'EADDRINUSE'
      ? `find who uses it with 'ss -ltnp sport = :${port}', or set another <port>`
      : failure === 'EACCES'
        ? 'choose a port above 1023, or run as root'
        : `check <bind>: ${failure}`
  return { ...base, state: 'error', detail: `${bind}:${port} cannot be used`, advice }
}

function bindFailure(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

const dayMs = 86_400_000

/** A clock that is far off makes certificates invalid and time ranges empty. */
function clockCheck(nowMs: number, newestKnownMs: number): HealthCheck {
  const base = { id: 'clock', title: 'Clock' }
  const shown = new Date(nowMs).toISOString()
  return nowMs + dayMs < newestKnownMs
    ? {
        ...base,
        state: 'error',
        detail: `${shown} lies before this program was installed`,
        advice: 'set the clock; run NTP',
      }
    : { ...base, state: 'ok', detail: shown }
}

export async function diagnose(home: string, given: string | undefined): Promise<readonly HealthCheck[]> {
  const loaded = loadConfiguration(home, given)
  const running = runningManager(home)
  const { dashboard } = loaded.configuration
  return [
    nodeCheck(),
    homeCheck(home),
    configurationCheck(loaded),
    await portCheck({ service: 'dashboard', ...dashboard }, running),
    clockCheck(Date.now(), statSync(import.meta.filename).mtimeMs),
    ...(existsSync(home) ? [await diskCheck(home)] : []),
  ]
}

export const command: Command = {
  name: 'doctor',
  summary: 'Checks every prerequisite and source, says what is wrong and how to mend it.',
  usage:
    'quaywatch doctor [--home DIR] [--config FILE] [--json]\n\nExit code: 0 nothing is wrong, 1 something is.',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { home: { type: 'string' }, config: { type: 'string' }, json: { type: 'boolean' } },
    })
    const checks = await diagnose(homeFolder(values.home), values.config)
    for (const check of checks) {
      if (values.json) process.stdout.write(`${JSON.stringify(check)}\n`)
      else process.stdout.write(shownCheck(check))
    }
    return checks.some(({ state }) => state === 'error') ? 1 : 0
  },
}

function shownCheck({ state, title, detail, advice }: HealthCheck): string {
  const lines = (advice ?? '').split('\n').map(printable)
  return `${marks[state]} ${title}: ${printable(detail)}\n${advice === undefined ? '' : `  → ${lines.join('\n')}\n`}`
}
