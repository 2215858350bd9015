const beyondPrintable = /[^\x20-\x7e]|["\\]/
const escapes = /[^\x20-\x7e]|["\\]/g

const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}

function escapeUnit(unit: string): string {
  return short[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function quote(text: string): string {
  return beyondPrintable.test(text) ? `"${text.replace(escapes, escapeUnit)}"` : `"${text}"`
}

/**
 * The text that Python's `json.dumps` prints for a value: `", "` and `": "` between parts, everything beyond ASCII escaped, keys in their
 * order. Published rules are written against that form. A `bigint` is printed as its digits, so that 64-bit integers stay exact.
 */
export function pythonJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null'
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? array(value) : object(value)
    default:
      return 'null'
  }
}

function array(values: readonly unknown[]): string {
  return `[${values.map(pythonJson).join(', ')}]`
}

function object(value: object): string {
  let text = ''
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) text += `${text === '' ? '' : ', '}${quote(key)}: ${pythonJson(member)}`
  }
  return `{${text}}`
}
