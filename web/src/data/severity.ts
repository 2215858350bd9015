/** Bands of rule levels, used on every page. Level and word are always printed with the colour. */
export const bands = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Band = (typeof bands)[number]

export function bandOf(level: number): Band {
  if (level >= 15) return 'critical'
  if (level >= 12) return 'high'
  if (level >= 7) return 'medium'
  return level >= 4 ? 'low' : 'info'
}
