// A real manager in a process of its own, as a user starts it.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

export const projectRoot = path.join(import.meta.dirname, '..', '..', '..')
export const cliFile = path.join(projectRoot, 'dist', 'src', 'cli.js')

/** Removed when the test ends. */
export function temporaryFolder(test: TestContext, name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `quaywatch-${name}-`))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface ManagerProcess {
  readonly home: string
  readonly child: ChildProcess
  readonly ports: Readonly<Record<string, number>>
  /** Everything printed so far, both streams. */
  printed(): string
  /** Resolves with the exit code, or the signal's name. */
  end(signal: NodeJS.Signals): Promise<number | string>
}

/** Ports are chosen by the system; no Docker engine is looked for unless `sources` says so. */
export function configuration(sections = ''): string {
  const own =
    '<dashboard><port>0</port></dashboard><kube_audit><port>0</port><bind>127.0.0.1</bind></kube_audit>'
  return `<ossec_config>${own}${sections}</ossec_config>\n`
}

/** Nothing is expected to take that long on any machine: it ends what would hang. */
export const patienceMs = 120_000

export const withoutDocker = '<wodle name="docker-listener"><disabled>yes</disabled></wodle>'

/** Resolves when `/healthz` answers 200. Killed when the test ends before it. */
export async function startManager(
  test: TestContext,
  home: string,
  sections = withoutDocker,
  env: NodeJS.ProcessEnv = {},
): Promise<ManagerProcess> {
  const config = path.join(home, 'test.conf')
  writeFileSync(config, configuration(sections))
  const child = spawn(process.execPath, [cliFile, 'manager', '--home', home, '--config', config], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  test.after(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const ended = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? code ?? -1)),
  )
  let gone: number | string | undefined
  void ended.then((how) => (gone = how))
  for (const deadline = Date.now() + patienceMs; ;) {
    if (gone !== undefined || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`the manager did not become ready (${gone ?? 'timeout'}):\n${output}`)
    }
    const ports = portsOf(home, child.pid)
    const { dashboard, kube_audit: webhook } = ports ?? {}
    // A manager that waits for a source that takes long is ready before that listens.
    if (ports && dashboard !== undefined && webhook !== undefined && (await isReady(dashboard))) {
      return {
        home,
        child,
        ports,
        printed: () => output,
        end: (signal) => {
          child.kill(signal)
          return ended
        },
      }
    }
    await sleep(50)
  }
}

const isReady = async (dashboard: number): Promise<boolean> => (await statusOf(dashboard, '/healthz')) === 200

function portsOf(home: string, pid: number | undefined): Record<string, number> | undefined {
  try {
    const run: { pid: number; ports: Record<string, number> } = JSON.parse(
      readFileSync(path.join(home, 'run.json'), 'utf8'),
    )
    return run.pid === pid ? run.ports : undefined
  } catch {
    return undefined // not written yet
  }
}

/** HTTP status, or 0 when nothing answers. */
export function statusOf(port: number, target: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port, path: target, rejectUnauthorized: false, timeout: 20_000 },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      },
    )
    asked.on('error', () => resolve(0)).on('timeout', () => asked.destroy())
    asked.end()
  })
}

/** Runs one command of ours to its end. */
export function quaywatch(
  args: readonly string[],
  input = '',
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cliFile, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
    child.stdin.end(input)
  })
}

/** Polls until `found` gives something; fails with what it waited for. */
export async function eventually<T>(
  what: string,
  found: () => Promise<T | undefined> | T | undefined,
  limitMs = patienceMs,
): Promise<T> {
  for (const deadline = Date.now() + limitMs; ; await sleep(50)) {
    const value = await found()
    if (value !== undefined) return value
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${limitMs} ms`)
  }
}

/** Lines that are written to their end; none when there is no file yet. */
export function alertLines(home: string): readonly Record<string, unknown>[] {
  const file = path.join(home, 'logs', 'alerts', 'alerts.json')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line): Record<string, unknown> => JSON.parse(line))
}
