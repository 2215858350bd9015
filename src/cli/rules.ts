import path from 'node:path'
import { parseArgs } from 'node:util'

import { formatProblem, type Problem } from '../dialect/problem.ts'
import { fromByteString } from '../event/byte-string.ts'
import { homeFolder } from '../home.ts'
import { lintEngine } from '../lint-engine.ts'
import type { LoadedEngine } from '../load-engine.ts'
import { type Explanation, explainRule } from '../rules/explain.ts'
import type { Rule } from '../rules/rule.ts'
import { printable } from '../telemetry/printable.ts'
import { packageRoot } from '../version.ts'
import { backtest, backtestUsage } from './backtest.ts'
import type { Command } from './command.ts'
import { readEventFile } from './event-file.ts'
import { engineOptions, engineUsage, loadForCommand, readable, reportProblems } from './engine-arguments.ts'
import { coverageLines, readCoverage } from './kube/coverage.ts'

const usage = `quaywatch rules check [--strict] [--all] [--json] [options]
quaywatch rules list [--json] [options]
quaywatch rules show ID [--json] [options]
quaywatch rules explain ID --event FILE [--location L] [--json] [options]
quaywatch rules coverage --kube [--json] [--home DIR]
${backtestUsage.slice(0, backtestUsage.indexOf('\n\n'))}

check     every problem with file, line and column: what does not load, and rules that can never match
          exit code 0: nothing but warnings, 1: errors (with --strict also warnings); --all shows notes too
list      all rules: id, level, groups, description, where they are written
show      one rule: its conditions, parents and children
explain   why a rule does or does not fire for the event in FILE (- reads standard input; an alert document will do), and
          which parent would do
coverage  which Kubernetes rules can never fire because the audit policy does not send what they need, and the lines that
          would; exit code 1: there are some
${backtestUsage.slice(backtestUsage.indexOf('\n\n') + 2)}

${engineUsage}`

interface Flags {
  readonly json: boolean
  readonly strict: boolean
  readonly all: boolean
  readonly event: string | undefined
  readonly location: string | undefined
}

type Part = (loaded: LoadedEngine, words: readonly string[], flags: Flags) => number

const parts: Readonly<Record<string, Part>> = { check, list, show, explain }

async function run(args: readonly string[]): Promise<number> {
  if (args[0] === 'backtest') return backtest(args.slice(1))
  if (args[0] === 'coverage') return coverage(args.slice(1))
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...engineOptions,
      json: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      event: { type: 'string' },
      location: { type: 'string', short: 'l' },
    },
  })
  const [name = '', ...words] = positionals
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined
  if (!part)
    return refuse(
      name === ''
        ? 'say what: check, list, show, explain, backtest or coverage'
        : `there is no 'rules ${name}'`,
    )
  const loaded = loadForCommand(values)
  if (part !== check && !reportProblems(loaded)) return 1
  return part(loaded, words, { ...values, event: values.event, location: values.location })
}

/** Resolves with the exit code: 1 when rules can never fire. */
async function coverage(args: readonly string[]): Promise<number> {
  const flag = { type: 'boolean', default: false } as const
  const options = { kube: flag, json: flag, home: { type: 'string' } } as const
  const { values } = parseArgs({ args: [...args], options })
  if (!values.kube) return refuse("'rules coverage' needs --kube")
  const found = await readCoverage(homeFolder(values.home), path.join(packageRoot, 'ruleset', 'rules'))
  if (values.json) printJson(found)
  else coverageLines(found).forEach(print)
  return found.blind.length === 0 ? 0 : 1
}

function refuse(message: string): number {
  process.stderr.write(`quaywatch rules: ${message}\n\n${usage}\n`)
  return 2
}

/** For people: rules and events may hold what a terminal would act on. */
function print(text: string): void {
  process.stdout.write(`${printable(text)}\n`)
}

function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

function check(loaded: LoadedEngine, _words: readonly string[], { json, strict, all }: Flags): number {
  const isUsable = !loaded.problems.some(({ severity }) => severity === 'fatal')
  const problems = [...loaded.problems, ...(isUsable ? lintEngine(loaded) : [])]
  const count = (severity: Problem['severity']): number =>
    problems.filter((problem) => problem.severity === severity).length
  const bad = count('fatal') + count('error') + (strict ? count('warning') : 0)
  if (json) printJson({ ok: bad === 0, problems: problems.map(readable) })
  else {
    for (const problem of problems)
      if (all || problem.severity !== 'info') print(formatProblem(readable(problem)))
    const rules = isUsable ? `${loaded.engine.rules.size} rules` : 'the rules cannot be used'
    const notes = count('info') === 0 ? '' : `, ${count('info')} notes${all ? '' : ' (--all shows them)'}`
    print(`${rules}: ${count('fatal')} fatal, ${count('error')} errors, ${count('warning')} warnings${notes}`)
  }
  return bad === 0 ? 0 : 1
}

function list(loaded: LoadedEngine, _words: readonly string[], { json }: Flags): number {
  for (const rule of [...loaded.engine.rules.rules].sort((left, right) => left.id - right.id)) {
    const { level, at, text } = rule.body
    const description = fromByteString(rule.body.description.raw)
    if (json) printJson({ id: rule.id, level, groups: text.groups, description, at })
    else
      print(
        `${String(rule.id).padStart(6)}  ${String(level).padStart(2)}  ${description}  [${text.groups.join(', ')}]`,
      )
  }
  return 0
}

function show(loaded: LoadedEngine, [word]: readonly string[], { json }: Flags): number {
  const rule = loaded.engine.rules.rule(Number(word))
  if (!rule) return refuse(`there is no rule ${word ?? ''}`)
  const shown = describe(rule)
  if (json) printJson(shown)
  else {
    print(`rule ${shown.id}, level ${shown.level}: ${shown.description}`)
    print(`  ${shown.at.file}:${shown.at.line}, groups ${shown.groups.join(', ') || 'none'}`)
    for (const condition of shown.conditions) print(`  ${condition}`)
    print(`  parents: ${shown.parents.join(', ') || 'none'}`)
    print(`  children, as they are tried: ${shown.children.join(', ') || 'none'}`)
  }
  return 0
}

function describe({ id, body, nodes }: Rule) {
  const { correlation } = body
  const conditions = body.conditions.map(
    ({ element, expected }) => `<${element}> ${fromByteString(expected)}`,
  )
  if (correlation) {
    const { frequency, timeframeMs, same, different } = correlation
    const compared = [
      ...same.map(({ name }) => `same ${name}`),
      ...different.map(({ name }) => `different ${name}`),
    ]
    conditions.push([`${frequency} events within ${timeframeMs / 1000} s`, ...compared].join(', '))
  }
  return {
    id,
    level: body.level,
    description: fromByteString(body.description.raw),
    groups: body.text.groups,
    mitre: body.text.mitreIds,
    at: body.at,
    conditions,
    parents: [...new Set(nodes.flatMap(({ parent }) => parent?.rule.id ?? []))],
    children: [...new Set(nodes.flatMap(({ children }) => children.map((child) => child.rule.id)))],
  }
}

function explain(
  loaded: LoadedEngine,
  [word]: readonly string[],
  { event: file, location, json }: Flags,
): number {
  if (word === undefined || file === undefined) return refuse('explain needs a rule id and --event FILE')
  const event = loaded.engine.decoder.decode(readEventFile(file, location))
  if (!event) return refuse('the event is rejected: its location is not one')
  const explanation = explainRule(loaded.engine.rules, Number(word), event)
  if (!explanation) return refuse(`there is no rule ${word}`)
  if (json) printJson(explanation)
  else printExplanation(explanation)
  return explanation.fires ? 0 : 1
}

function printExplanation({ matchedRuleId, paths, reasons }: Explanation): void {
  print(matchedRuleId === null ? 'The event matches no rule.' : `The event matches rule ${matchedRuleId}.`)
  for (const reason of reasons) print(reason)
  for (const path of paths.slice(0, 5)) {
    print('')
    for (const [depth, step] of path.entries()) {
      print(
        `${'  '.repeat(depth)}${step.holds ? 'holds' : 'FAILS'}  rule ${step.ruleId} (level ${step.level}) ${step.description}`,
      )
      if (step.failed)
        print(
          `${'  '.repeat(depth)}       <${step.failed.element}> expected ${step.failed.expected}, actual ${step.failed.actual === null ? 'absent' : JSON.stringify(step.failed.actual)}`,
        )
    }
  }
}

export const command: Command = {
  name: 'rules',
  summary: 'Checks rule files, lists rules, explains why one fires or not, tries drafts on stored events.',
  usage,
  run,
}
