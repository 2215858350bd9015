import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { patienceMs } from './manager-process.ts'

export interface Printed {
  readonly code: number
  /** Output and errors, trimmed. */
  readonly out: string
}

/** A Docker engine of our own in a folder of its own, with an image made of busybox. */
export interface Engine {
  readonly host: string
  /** Runs the docker command against this engine without holding up this process; never rejects. */
  readonly docker: (...args: readonly string[]) => Promise<Printed>
  /** Everything it wrote so far. */
  log(): string
  stop(): Promise<void>
  /** Without a chance to say good-bye, and its runtime with it: a new one would wait for that in vain. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Stops it and removes everything. */
  remove(): Promise<void>
}

export const image = 'shop/web:1.4'

/** Why no engine can be started here; `undefined` when one can. */
export function engineMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'dockerd needs root'
  const missing = ['dockerd', 'docker', 'busybox'].filter((name) => spawnSync('which', [name]).status !== 0)
  return missing.length > 0
    ? `not installed: ${missing.join(', ')} (Debian: docker.io, busybox-static)`
    : undefined
}

/** Takes a few seconds. `more`: further options of dockerd. */
export async function startEngine(more: readonly string[] = []): Promise<Engine> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-dockerd-'))
  const host = `unix://${folder}/docker.sock`
  const docker: Engine['docker'] = (...args) =>
    new Promise((resolve) => {
      const child = execFile(
        'docker',
        ['-H', host, ...args],
        { timeout: patienceMs },
        (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : 1, out: (stdout + stderr).trim() })
        },
      )
      child.stdin?.end()
    })
  let running: ChildProcess | undefined
  const engine: Engine = {
    host,
    docker,
    log: () => readFileSync(path.join(folder, 'log'), 'utf8'),
    start: async () => {
      running = await launch(folder, more, async () => (await docker('version')).code === 0)
    },
    kill: async () => {
      if (running) await end(running, 'SIGKILL')
      running = undefined
      await endRuntime(path.join(folder, 'exec', 'containerd', 'containerd.pid'))
    },
    stop: async () => {
      if (running) await end(running)
      running = undefined
    },
    remove: async () => {
      if (running) await docker('rm', '-f', ...(await docker('ps', '-aq')).out.split(/\s+/))
      await engine.stop()
      spawnSync('sh', ['-c', `grep -o '${folder}[^ ]*' /proc/mounts | sort -r | xargs -r umount -l`])
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await engine.start()
  await importImage(folder, docker)
  return engine
}

async function launch(
  folder: string,
  more: readonly string[],
  answers: () => Promise<boolean>,
): Promise<ChildProcess> {
  const log = openSync(path.join(folder, 'log'), 'a')
  const places = [
    '--data-root',
    `${folder}/data`,
    '--exec-root',
    `${folder}/exec`,
    '--pidfile',
    `${folder}/pid`,
  ]
  // What a sandbox without bridges, iptables and overlay file systems can do.
  const plain = ['--storage-driver', 'vfs', '--iptables=false', '--ip6tables=false', '--bridge=none']
  const child = spawn('dockerd', ['-H', `unix://${folder}/docker.sock`, ...places, ...plain, ...more], {
    stdio: ['ignore', log, log],
  })
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    if (child.exitCode !== null) break
    if (existsSync(`${folder}/docker.sock`) && (await answers())) return child
    await wait(250)
  }
  child.kill('SIGKILL')
  throw new Error(`dockerd did not start:\n${readFileSync(path.join(folder, 'log'), 'utf8').slice(-2000)}`)
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await gone
  clearTimeout(timer)
}

async function endRuntime(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8'))
  const isAlive = (signal: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(pid, signal)
    } catch {
      return false
    }
  }
  for (const deadline = Date.now() + patienceMs; isAlive('SIGKILL') && Date.now() < deadline;) await wait(50)
  rmSync(pidFile, { force: true })
}

const applets = [
  'sh',
  'ash',
  'ls',
  'cat',
  'sleep',
  'echo',
  'true',
  'false',
  'id',
  'env',
  'kill',
  'test',
  'head',
]

async function importImage(folder: string, docker: Engine['docker']): Promise<void> {
  const root = path.join(folder, 'rootfs')
  for (const name of ['bin', 'etc', 'tmp']) mkdirSync(path.join(root, name), { recursive: true })
  copyFileSync(
    spawnSync('which', ['busybox'], { encoding: 'utf8' }).stdout.trim(),
    path.join(root, 'bin', 'busybox'),
  )
  for (const applet of applets) symlinkSync('busybox', path.join(root, 'bin', applet))
  writeFileSync(path.join(root, 'etc', 'passwd'), 'root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n')
  spawnSync('tar', ['-cf', path.join(folder, 'image.tar'), '-C', root, '.'])
  const { code, out } = await docker(
    'import',
    '-c',
    'CMD ["sleep","1000"]',
    path.join(folder, 'image.tar'),
    image,
  )
  if (code !== 0) throw new Error(`no image could be imported: ${out}`)
}
