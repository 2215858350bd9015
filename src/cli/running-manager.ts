import { readFileSync } from 'node:fs'

import { runFilePath, type RunFile } from '../run-file.ts'

/** What `HOME/run.json` says, when that process is still there. */
export function runningManager(home: string): RunFile | undefined {
  const found = readRunFile(home)
  return found && isAlive(found.pid) ? found : undefined
}

function readRunFile(home: string): RunFile | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(runFilePath(home), 'utf8'))
    return isRunFile(content) ? content : undefined
  } catch {
    return undefined // none was written, or it is not ours: nothing runs that we know of
  }
}

function isRunFile(value: unknown): value is RunFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'ports' in value
  )
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Not allowed to signal it means that it is there and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
