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
  comp_mswin_targetuser_calleruser_diff: ({ event: { log } }) => {
    const target = windowsUser(log, 'Target Account Name')
    const caller = windowsUser(log, 'Caller User Name')
    return target !== undefined && caller !== undefined && target !== caller
  },
  is_simple_http_request: ({ event: { fields } }) => fields.fixed('url')?.includes('?') === false,
  is_valid_crawler: ({ event: { log } }) => crawlers.some((prefix) => log.startsWith(prefix)),
}

/** What follows the label and its colon, up to a tab or two spaces. */
function windowsUser(log: string, label: string): string | undefined {
  const at = log.indexOf(label)
  const colon = at === -1 ? -1 : log.indexOf(':', at)
  return colon === -1 ? undefined : log.slice(colon + 1).split(/\t| {2}/, 1)[0]
}
