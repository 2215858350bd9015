type ParsedWeekdays = { readonly value: ReadonlySet<number> } | { readonly wrong: string }

const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const daysOf = new Map<string, readonly number[]>([
  ['weekdays', [1, 2, 3, 4, 5]],
  ['weekends', [0, 6]],
  ...names.flatMap((name, day): [string, number[]][] => [
    [name, [day]],
    [name.slice(0, 3), [day]],
  ]),
])

/** `mon, tuesday weekends` of a rule's `<weekday>` (spec/rules.md §3.3), 0 is Sunday. A leading `!` means all other days. */
export function parseWeekdays(text: string): ParsedWeekdays {
  const [, bang = '', list = ''] = /^ *(!?)([^]*)$/.exec(text) ?? []
  const days = new Set<number>()
  for (const word of list.split(/[ ,]+/).filter((one) => one !== '')) {
    const known = daysOf.get(word.toLowerCase())
    if (!known)
      return { wrong: `${JSON.stringify(word)} is not a day; write monday, mon, weekdays or weekends` }
    for (const day of known) days.add(day)
  }
  if (days.size === 0) return { wrong: 'names no day; write monday, mon, weekdays or weekends' }
  return { value: bang === '' ? days : new Set([...names.keys()].filter((day) => !days.has(day))) }
}
