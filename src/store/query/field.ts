/** Members a document may have at its top (spec/rules.md §6.3); any other first part of a path is looked for below `data`. */
const topLevel: ReadonlySet<string> = new Set([
  '@timestamp',
  'agent',
  'agentless',
  'cluster',
  'data',
  'decoder',
  'full_log',
  'id',
  'input',
  'location',
  'manager',
  'predecoder',
  'previous_log',
  'previous_output',
  'rule',
  'syscheck',
  'timestamp',
])

/** The path in the document that a field name of a query means: `docker.Type` is `data.docker.Type`. */
export function documentPath(field: string): string {
  const [first = ''] = field.split('.', 1)
  return topLevel.has(first) ? field : `data.${field}`
}

export function isTime(path: string): boolean {
  return path === 'timestamp' || path === '@timestamp'
}
