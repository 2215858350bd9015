#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'

import type { Command } from './cli/command.ts'
import { youngGeneration } from './cli/young-generation.ts'
import { printable } from './telemetry/printable.ts'
import { linearFallback } from './dialect/linear-fallback.ts'

// Regexes of rules fall back to V8's linear engine instead of backtracking without end. Must be set before the first regex is made.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
setFlagsFromString('--regexp-backtracks-before-fallback=5000')
linearFallback.isOn = true

/** Loaded when asked for: `logtest` must not wait for the web server to be read. */
const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  manager: () => import('./cli/manager.ts'),
  doctor: () => import('./cli/doctor.ts'),
  docker: () => import('./cli/docker.ts'),
  certs: () => import('./cli/certs.ts'),
  import: () => import('./cli/import.ts'),
  kube: () => import('./cli/kube.ts'),
  logtest: () => import('./cli/logtest.ts'),
  rules: () => import('./cli/rules.ts'),
  search: () => import('./cli/search.ts'),
  tail: () => import('./cli/tail.ts'),
  stats: () => import('./cli/stats.ts'),
  store: () => import('./cli/store.ts'),
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    await printCommands()
    return name === undefined ? 2 : 0
  }
  if (name === '--version' || name === '-V') {
    const { version } = await import('./version.ts')
    process.stdout.write(`quaywatch ${version}\n`)
    return 0
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!load) {
    process.stderr.write(`quaywatch: there is no command '${name}'; 'quaywatch help' lists them\n`)
    return 2
  }
  // Before their modules are read.
  if (name === 'manager' || name === 'logtest') youngGeneration.keepSmall()
  const { command } = await load()
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${command.summary}\n\n${command.usage}\n`)
    return 0
  }
  return command.run(args)
}

async function printCommands(): Promise<void> {
  process.stdout.write('Container security monitoring with Wazuh 4 rules.\n\n')
  for (const load of Object.values(commands)) {
    const { command } = await load()
    process.stdout.write(`  quaywatch ${command.name.padEnd(10)} ${command.summary}\n`)
  }
  process.stdout.write(`\n'quaywatch <command> --help' says more.\n`)
}

/** A reader that went away (`quaywatch search … | head`) is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

/** The stack is for mistakes of ours; what the world or the user did wrong is one sentence. */
function shownError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isUsage = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  const isOurs = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
  return isOurs && !isUsage ? (error.stack ?? error.message) : error.message
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const lines = shownError(error).split('\n').map(printable)
  process.stderr.write(`quaywatch: ${lines.join('\n')}\n`)
  process.exitCode = error instanceof TypeError && 'code' in error ? 2 : 1
}
