import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

/** `--home`, else `$QUAYWATCH_HOME`, else `/var/lib/quaywatch` for root and `$XDG_STATE_HOME/quaywatch` for others. */
export function homeFolder(given: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  const chosen = given ?? (env['QUAYWATCH_HOME'] || undefined)
  if (chosen !== undefined) return path.resolve(chosen)
  if (process.getuid?.() === 0) return '/var/lib/quaywatch'
  return path.join(env['XDG_STATE_HOME'] || path.join(homedir(), '.local', 'state'), 'quaywatch')
}

const folders = [
  { name: '', mode: 0o750 },
  { name: 'etc/rules', mode: 0o750 },
  { name: 'etc/decoders', mode: 0o750 },
  { name: 'etc/lists', mode: 0o750 },
  { name: 'etc/certs', mode: 0o700 },
  { name: 'logs/alerts', mode: 0o750 },
  { name: 'logs/archives', mode: 0o750 },
  { name: 'data', mode: 0o700 },
  { name: 'run', mode: 0o700 },
]

/** Makes what is missing of the layout; touches nothing that is there. */
export function prepareHome(home: string): void {
  for (const { name, mode } of folders) mkdirSync(path.join(home, name), { recursive: true, mode })
}

/** The configuration in force: `--config FILE`, else `HOME/etc/ossec.conf` when there, else none. */
export function configurationFile(home: string, given: string | undefined): string | undefined {
  if (given !== undefined) return path.resolve(given)
  const own = path.join(home, 'etc', 'ossec.conf')
  return existsSync(own) ? own : undefined
}
