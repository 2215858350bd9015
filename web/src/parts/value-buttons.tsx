import { isActive, longestValue, toggle } from '../data/filter.ts'
import { valueData } from '../data/focused-value.ts'
import { visible } from '../../../src/api/visible-text.ts'
import { Icon } from './icon.tsx'

/** Include and exclude, the same everywhere a value is shown. */
export function ValueButtons({ field, value }: { readonly field: string; readonly value: string }) {
  if (value.length > longestValue) return null
  const include = { field, kind: 'is', value } as const
  const exclude = { field, kind: 'is-not', value } as const
  const name = visible(value, 60)
  return (
    <span class="value-buttons" {...valueData(field, value)}>
      <button
        type="button"
        class="icon-button"
        title="Only this"
        aria-label={`Only ${name}`}
        aria-pressed={isActive(include)}
        onClick={() => toggle(include)}
      >
        <Icon name="plus" />
      </button>
      <button
        type="button"
        class="icon-button"
        title="Without this"
        aria-label={`Without ${name}`}
        aria-pressed={isActive(exclude)}
        onClick={() => toggle(exclude)}
      >
        <Icon name="minus" />
      </button>
    </span>
  )
}
