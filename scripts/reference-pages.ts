// The pages of docs/reference, made from the declarations themselves.
import path from 'node:path'

import { pino } from 'pino'
import { Registry } from 'prom-client'

import { sourceTypes } from '../src/components.ts'
import type { Option } from '../src/config/option.ts'
import { sections } from '../src/configuration.ts'
import { fromByteString } from '../src/event/byte-string.ts'
import { loadEngine } from '../src/load-engine.ts'
import { apiEvents } from '../src/telemetry/api.ts'
import { DockerTelemetry } from '../src/telemetry/docker.ts'
import { fileOutputTelemetry } from '../src/telemetry/file-outputs.ts'
import { fileTelemetry } from '../src/telemetry/file.ts'
import { kubeAuditTelemetry } from '../src/telemetry/kube-audit.ts'
import { pipelineTelemetry } from '../src/telemetry/pipeline.ts'
import { storeTelemetry } from '../src/telemetry/store.ts'
import { packageRoot } from '../src/version.ts'

type AnyOption = Omit<Option<unknown>, 'read'>

function shownDefault({ fallback, shownFallback, repeats }: AnyOption): string {
  if (shownFallback !== undefined) return `\`${shownFallback}\``
  if (repeats || fallback === undefined) return '–'
  if (typeof fallback === 'boolean') return fallback ? 'yes' : 'no'
  return `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``
}

const cell = (text: string) => text.replaceAll('|', '\\|')

function optionTable(options: Readonly<Record<string, AnyOption>>): string {
  const rows = Object.values(options).map(
    (option) =>
      `| \`<${option.element}>\`${option.repeats ? ' (repeatable)' : ''} | ${shownDefault(option)} | ${cell(option.accepts)} | ${cell(option.summary)} |`,
  )
  return ['| Option | Default | Accepts | Meaning |', '|---|---|---|---|', ...rows].join('\n')
}

const generated = 'Generated from the option tables; `npm run reference` writes it again.'

function configurationPage(): string {
  const own = Object.entries(sections).map(
    ([element, options]) => `## \`<${element}>\`\n\n${optionTable(options)}\n`,
  )
  const sources = sourceTypes.map(({ section, summary, options, examples, byDefault, blocks }) => {
    const name = section.name === undefined ? '' : ` name="${section.name}"`
    const when = byDefault ? 'Runs without being configured.' : 'Runs when configured.'
    const repeats = blocks === 'each' ? ' Every block is a source of its own.' : ''
    const shown = examples.map((example) => `\`\`\`xml\n${example}\n\`\`\``).join('\n\n')
    return `## \`<${section.element}${name}>\`\n\n${summary} ${when}${repeats}\n\n${optionTable(options)}\n\n${shown}\n`
  })
  return `# Configuration\n\n${generated}\n\nEverything stands inside \`<ossec_config>\`.\n\n${[...own, ...sources].join('\n')}`
}

function metricsPage(): string {
  const metrics = new Registry()
  const telemetry = { log: pino({ level: 'silent' }), metrics }
  for (const declare of [apiEvents, fileOutputTelemetry, fileTelemetry, pipelineTelemetry, storeTelemetry])
    declare(telemetry)
  void new DockerTelemetry(telemetry)
  kubeAuditTelemetry(telemetry, Date.now)
  const rows = metrics
    .getMetricsAsArray()
    .map(({ name, type, help }) => `| \`${name}\` | ${String(type)} | ${cell(help)} |`)
    .sort()
  return `# Metrics\n\nGenerated from the code that counts; \`npm run reference\` writes it again. \`/metrics\` also has the usual ones of the process (\`process_…\`, \`nodejs_…\`).\n\n| Name | Type | Meaning |\n|---|---|---|\n${rows.join('\n')}\n`
}

function rulesPage(): string {
  const { engine } = loadEngine({ home: path.join(packageRoot, 'no-such-home'), hostName: 'host' })
  const rows = [...engine.rules.rules]
    .filter(({ id }) => id >= 10)
    .sort((left, right) => left.id - right.id)
    .map(({ id, body: { level, description, text } }) => {
      const shown = cell(fromByteString(description.raw))
      return `| ${id} | ${level} | ${shown} | ${text.mitreIds.join(' ')} |`
    })
  return `# Built-in rules\n\nGenerated from \`ruleset/rules\`; \`npm run reference\` writes it again. Level 0 groups and silences.\n\n| Id | Level | Description | ATT&CK |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

/** File name in `docs/reference` to content. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    ['configuration.md', configurationPage()],
    ['metrics.md', metricsPage()],
    ['rules.md', rulesPage()],
  ])
}
