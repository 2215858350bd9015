import { signal } from '@preact/signals'

const themes = ['system', 'light', 'dark'] as const
type Theme = (typeof themes)[number]

function stored(): Theme {
  try {
    return themes.find((one) => one === localStorage.getItem('quaywatch.theme')) ?? 'system'
  } catch {
    return 'system'
  }
}

const theme = signal<Theme>(stored())

export function applyTheme(): void {
  document.documentElement.dataset['theme'] = theme.value
}

function choose(next: Theme): void {
  theme.value = next
  applyTheme()
  try {
    localStorage.setItem('quaywatch.theme', next)
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}

export function ThemeSwitch() {
  return (
    <div class="segments" role="group" aria-label="Colours">
      {themes.map((one) => (
        <button key={one} type="button" aria-pressed={theme.value === one} onClick={() => choose(one)}>
          {one === 'system' ? 'System' : one === 'light' ? 'Light' : 'Dark'}
        </button>
      ))}
    </div>
  )
}
