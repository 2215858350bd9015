/** Bands of rule levels, used on every page. Level and word are always printed with the colour. */
export const bands = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Band = (typeof bands)[number]

export function bandOf(level: number): Band {
  if (level >= 15) return 'critical'
  if (level >= 12) return 'high'
  if (level >= 7) return 'medium'
  return level >= 4 ? 'low' : 'info'
}

/** What asks for the events of a band, in the language of the query box. */
export const bandQueries: Readonly<Record<Band, string>> = {
  info: 'rule.level <= 3',
  low: 'rule.level >= 4 and rule.level <= 6',
  medium: 'rule.level >= 7 and rule.level <= 11',
  high: 'rule.level >= 12 and rule.level <= 14',
  critical: 'rule.level >= 15',
}
