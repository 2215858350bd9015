import type { Evaluation } from '../evaluation.ts'

const crawlers = ['66.249.', '72.14.', '209.85.', '65.55.', '207.46.', '74.6.', '72.30.', '67.195.']

/** `<compiled_rule>` (spec/rules.md §3.8). */
export const builtinPredicates: Readonly<Record<string, (evaluation: Evaluation) => boolean>> = {
  comp_srcuser_dstuser: ({ event: { fields } }) => {
    const source = fields.fixed('srcuser')
    const target = fields.fixed('dstuser')
    return source === undefined || target === undefined || source === target
  },
  check_id_size: ({ event: { fields } }) => (fields.fixed('id')?.length ?? 0) >= 10,
  comp_mswin_targetuser_calleruser_diff: ({ event: { log } }) => windowsUsersDiffer(log),
  is_simple_http_request: ({ event: { fields } }) => fields.fixed('url')?.includes('?') === false,
  is_valid_crawler: ({ event: { log } }) => crawlers.some((prefix) => log.startsWith(prefix)),
}

/** Compared byte by byte after the colons, up to a tab that stands in both. */
function windowsUsersDiffer(log: string): boolean {
  const target = afterLabel(log, 'Target Account Name')
  const caller = afterLabel(log, 'Caller User Name')
  if (target === undefined || caller === undefined) return false
  for (let at = 0; at < target.length; at++) {
    if (target[at] !== caller[at]) return true
    if (target[at] === '\t') return false
  }
  return false
}

function afterLabel(log: string, label: string): string | undefined {
  const at = log.indexOf(label)
  const colon = at === -1 ? -1 : log.indexOf(':', at)
  return colon === -1 ? undefined : log.slice(colon + 1)
}
