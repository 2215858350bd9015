import { rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** `HOME/run.json`: what other programs need to find a running manager. */
export interface RunFile {
  readonly pid: number
  readonly version: string
  readonly startedAt: string
  /** Ports really bound, by service: `dashboard`, `kube_audit`. */
  readonly ports: Readonly<Record<string, number>>
}

export function runFilePath(home: string): string {
  return path.join(home, 'run.json')
}

/** Never half written: readers see the old file or the new one. */
export async function writeRunFile(home: string, content: RunFile): Promise<void> {
  const target = runFilePath(home)
  await writeFile(`${target}.new`, `${JSON.stringify(content)}\n`, { mode: 0o640 })
  await rename(`${target}.new`, target)
}
