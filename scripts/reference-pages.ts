// The pages of docs/reference, made from the declarations themselves.
import { sourceTypes } from '../src/components.ts'
import type { Option } from '../src/config/option.ts'
import { sections } from '../src/configuration.ts'

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

/** File name in `docs/reference` to content. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([['configuration.md', configurationPage()]])
}
