import { bandOf } from '../data/severity.ts'

/** Number and word: never the colour alone. Without a rule that spoke there is no level. */
export function Level({ level, long = false }: { readonly level: number; readonly long?: boolean }) {
  if (level === 0) {
    return (
      <span class="level level-none" title="No rule raised an alert">
        –
      </span>
    )
  }
  const band = bandOf(level)
  return (
    <span class={`level level-${band}`} title={`Level ${level}, ${band}`}>
      <b>{level}</b> {long ? band : <span class="level-word">{band}</span>}
    </span>
  )
}
