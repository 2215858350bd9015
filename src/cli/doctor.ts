import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { certificateFacts, certificateFolder } from '../certs/certificate-folder.ts'
import { type LoadedConfiguration, loadConfiguration } from '../configuration-file.ts'
import { formatProblem } from '../dialect/problem.ts'
import { homeFolder } from '../home.ts'
import { loadEngine } from '../load-engine.ts'
import { certificateCheck, diskCheck } from '../manager-health.ts'
import { checkPort } from '../sources/port-check.ts'
import type { Finding as Check } from '../sources/source-type.ts'
import { printable } from '../telemetry/printable.ts'
import type { Command } from './command.ts'
import { runningManager } from './running-manager.ts'

const marks = { ok: '✔', warning: '!', error: '✖' } as const

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isOld = major < 20 || (major === 20 && minor < 19)
  const base = { title: 'Node.js', detail: process.version }
  return isOld
    ? { ...base, state: 'error', advice: 'install Node.js 20.19 or newer' }
    : { ...base, state: 'ok' }
}

function homeCheck(home: string): Check {
  const base = { title: 'Home directory' }
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

function configurationCheck({ file, problems }: LoadedConfiguration): Check {
  const base = { title: 'Configuration' }
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

const dayMs = 86_400_000

/** A clock that is far off makes certificates invalid and time ranges empty. */
function clockCheck(nowMs: number, newestKnownMs: number): Check {
  const base = { title: 'Clock' }
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

function certificateChecks(home: string, nowMs: number): readonly Check[] {
  const file = path.join(certificateFolder(home), 'server.pem')
  if (!existsSync(file))
    return [{ title: 'Server certificate', state: 'ok', detail: 'made at the first start' }]
  try {
    return [certificateCheck(certificateFacts(readFileSync(file, 'utf8')).notAfterMs, nowMs)]
  } catch (error) {
    const detail = `${file}: ${error instanceof Error ? error.message : String(error)}`
    return [{ title: 'Server certificate', state: 'error', detail, advice: 'quaywatch certs renew' }]
  }
}

function rulesCheck(home: string, { configuration }: LoadedConfiguration): Check {
  const { ruleset, global, alerts } = configuration
  const { problems } = loadEngine({ home, ruleset, global, alerts })
  const serious = problems.filter(({ severity }) => severity !== 'info')
  const title = 'Rules and decoders'
  if (serious.length === 0) return { title, state: 'ok', detail: 'load without problems' }
  const state = serious.some(({ severity }) => severity === 'fatal') ? 'error' : 'warning'
  return { title, state, detail: `${serious.length} problems`, advice: 'quaywatch rules check' }
}

export async function diagnose(home: string, given: string | undefined): Promise<readonly Check[]> {
  const loaded = loadConfiguration(home, given)
  const isRunning = runningManager(home) !== undefined
  const { dashboard, sources } = loaded.configuration
  const surroundings = { home, environment: process.env, isRunning }
  const findings = await Promise.all(sources.map((source) => source.diagnose(surroundings)))
  return [
    nodeCheck(),
    homeCheck(home),
    configurationCheck(loaded),
    rulesCheck(home, loaded),
    await checkPort({ service: 'dashboard', ...dashboard, isRunning }),
    ...findings.flat(),
    ...certificateChecks(home, Date.now()),
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

function shownCheck({ state, title, detail, advice }: Check): string {
  const lines = (advice ?? '').split('\n').map(printable)
  return `${marks[state]} ${title}: ${printable(detail)}\n${advice === undefined ? '' : `  → ${lines.join('\n')}\n`}`
}
