import { bandOf } from '../data/severity.ts'

/** Number and word: never the colour alone. */
export function Level({ level, long = false }: { readonly level: number; readonly long?: boolean }) {
  const band = bandOf(level)
  return (
    <span class={`level level-${band}`} title={`Level ${level}, ${band}`}>
      <b>{level}</b> {long ? band : <span class="level-word">{band}</span>}
    </span>
  )
}
