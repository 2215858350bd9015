import { parseArgs } from 'node:util'

import type { SourceHealth } from '../api/api-options.ts'
import { formatProblem, type Problem } from '../dialect/problem.ts'
import { homeFolder } from '../home.ts'
import { Manager, StartRefused } from '../manager.ts'
import { printable } from '../telemetry/printable.ts'
import { version } from '../version.ts'
import type { Command } from './command.ts'
import { youngGeneration } from './young-generation.ts'

const usage = `quaywatch manager [--home DIR] [--config FILE] [--ruleset DIR] [--demo]

  --home DIR      where everything is kept; default $QUAYWATCH_HOME, /var/lib/quaywatch for root,
                  $XDG_STATE_HOME/quaywatch for others
  --config FILE   an ossec.conf; default HOME/etc/ossec.conf when there, else defaults
  --ruleset DIR   a tree rules/ decoders/ lists/ used instead of the built-in ruleset
  --demo          replay recorded events, marked as such, instead of reading sources

SIGHUP reads rules, decoders and lists again. SIGTERM and SIGINT stop it cleanly.`

const shownProblems = 10
/** Whoever waited for the start asks first. */
const tidyAfterMs = 2000

export const command: Command = {
  name: 'manager',
  summary: 'Collects, evaluates, keeps and shows: everything on one machine.',
  usage,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        home: { type: 'string' },
        config: { type: 'string' },
        ruleset: { type: 'string' },
        demo: { type: 'boolean' },
      },
    })
    const stopping = signalled()
    let manager: Manager
    try {
      manager = await Manager.start({
        home: homeFolder(values.home),
        configFile: values.config,
        rulesetFolder: values.ruleset,
        demo: values.demo,
        loaded: youngGeneration.letGrow,
        console: process.stderr,
      })
    } catch (error) {
      if (!(error instanceof StartRefused)) throw error
      process.stderr.write(
        `${error.problems.map(formatProblem).map(printable).join('\n')}\nquaywatch: ${error.message}\n`,
      )
      return 1
    }
    process.on('SIGHUP', () => void reload(manager))
    process.stdout.write(await greeting(manager))
    setTimeout(youngGeneration.tidy, tidyAfterMs).unref()
    await stopping
    await manager.stop()
    return 0
  },
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once, as the terminal user expects. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve())
  })
}

async function reload(manager: Manager): Promise<void> {
  const problems = await manager.reload()
  process.stderr.write(problemLines(problems))
}

async function greeting(manager: Manager): Promise<string> {
  const { sources, rules } = manager.health()
  const link = await manager.signInLink()
  const rows = [
    ['Sign in', `${link}\n(once, within an hour; 'quaywatch manager' prints a new one at every start)`],
    ...sources.filter(({ type }) => type !== 'self').map(sourceRow),
    ['Rules', `${rules.size} loaded`],
    ['Home', manager.home],
  ]
  return `Quaywatch ${version} is running\n\n${rows.map(shownRow).join('')}\n${problemLines(manager.problems)}`
}

function sourceRow({ name, state, detail, advice }: SourceHealth): readonly string[] {
  const mark = state === 'running' ? '' : `${state}: `
  return [name, `${mark}${detail}${advice === undefined ? '' : `\n→ ${advice}`}`]
}

function shownRow([title = '', text = '']: readonly string[]): string {
  const [first = '', ...more] = text.split('\n')
  return `  ${title.padEnd(17)} ${[first, ...more.map((line) => ' '.repeat(20) + line)].map(printable).join('\n')}\n`
}

function problemLines(problems: readonly Problem[]): string {
  const serious = problems.filter(({ severity }) => severity !== 'info')
  if (serious.length === 0) return ''
  const rest = serious.length - shownProblems
  const lines = serious.slice(0, shownProblems).map((problem) => `  ${printable(formatProblem(problem))}\n`)
  return `${lines.join('')}${rest > 0 ? `  … and ${rest} more: quaywatch rules check\n` : ''}`
}
