/** Spreadsheets run what begins like this as a formula. */
const formula = /^[=+\-@\t\r]/
const needsQuotes = /[",\r\n]/

/** One cell (RFC 4180). A value that a spreadsheet would run gets an apostrophe in front, as they show text. */
export function csvCell(value: string): string {
  const safe = formula.test(value) ? `'${value}` : value
  return needsQuotes.test(safe) || safe !== value ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function csvLine(values: readonly string[]): string {
  return `${values.map(csvCell).join(',')}\r\n`
}
