import { spawn } from 'node:child_process'

export interface CommandLimits {
  readonly timeoutMs: number
  /** Output beyond that is not read. */
  readonly outputBytes: number
}

export interface CommandRun {
  /** What it printed, as bytes. */
  readonly output: Buffer
  readonly ending: 'ended' | 'timeout' | 'too-much-output' | 'stopped' | 'not-started'
}

/**
 * Runs a line of the configuration through the shell (spec/configuration.md §3.3: exit status and errors do not count). Whatever it started is killed with it
 * when it takes too long, prints too much or `signal` aborts. Never rejects.
 */
export function runCommand(line: string, limits: CommandLimits, signal: AbortSignal): Promise<CommandRun> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', line], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
    const chunks: Buffer[] = []
    let bytes = 0
    let ending: CommandRun['ending'] = 'ended'
    const end = (why: CommandRun['ending']): void => {
      if (ending === 'ended') ending = why
      killGroup(child.pid)
      child.stdout.destroy()
    }
    const timer = setTimeout(() => end('timeout'), limits.timeoutMs)
    const stop = (): void => end('stopped')
    signal.addEventListener('abort', stop, { once: true })
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, limits.outputBytes - bytes))
      bytes += chunk.length
      if (bytes > limits.outputBytes) end('too-much-output')
    })
    child.once('error', () => (ending = 'not-started'))
    child.once('close', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      resolve({ output: Buffer.concat(chunks), ending })
    })
    if (signal.aborted) stop()
  })
}

/** The command is the leader of a group of its own, so that what it started ends with it. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}
