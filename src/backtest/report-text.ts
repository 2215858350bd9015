import type { BacktestReport, Difference, ReportedRule } from './report.ts'

const sampleLength = 100

/** The report for people, one line each; control characters are the printer's business. */
export function reportLines(report: BacktestReport): readonly string[] {
  const { alerts, events, against } = report
  const than = against === 'stored' ? 'what was stored' : 'the configured rules'
  const lines = [
    ...(report.complete ? [] : ['STOPPED EARLY: what follows holds for the part that was done.', '']),
    `${events} events from ${report.from} to ${report.to}, compared with ${than}`,
    `${alerts.before} alerts before, ${alerts.after} after, ${alerts.unchanged} of them the same`,
    ...report.notes.map((note) => `note: ${note}`),
  ]
  if (report.draft.length > 0) lines.push('', 'Rules of the draft')
  for (const { alerts: count, ...rule } of report.draft)
    lines.push(`  ${count === 0 ? 'no alerts' : countText(count)}  ${ruleText(rule)}`)
  lines.push(...section('Would fire newly', report.fired))
  lines.push(...section('Would change', report.changed))
  lines.push(...section('Would stop', report.stopped))
  if (report.uncounted > 0) lines.push('', `${report.uncounted} more differences of other pairs of rules`)
  const differences = report.fired.length + report.changed.length + report.stopped.length
  if (differences === 0) lines.push('', 'No difference.')
  return lines
}

function section(title: string, differences: readonly Difference[]): string[] {
  if (differences.length === 0) return []
  const lines = ['', title]
  for (const { before, after, count, samples } of differences) {
    const rules = [before, after].flatMap((rule) => (rule ? [ruleText(rule)] : []))
    lines.push(`  ${countText(count)}  ${rules.join('  ->  ')}`)
    for (const { at, eventId, description } of samples)
      lines.push(`      ${at}  ${cut(description)}  (event ${eventId})`)
  }
  return lines
}

function countText(count: number): string {
  return count === 1 ? '1 alert' : `${count} alerts`
}

function ruleText({ id, level, description }: ReportedRule): string {
  return `${id} (level ${level}) ${cut(description)}`.trimEnd()
}

function cut(text: string): string {
  return text.length <= sampleLength ? text : `${text.slice(0, sampleLength)}…`
}
