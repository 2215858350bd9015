import { useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

export function Copy({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [isDone, setDone] = useState(false)
  function copy(): void {
    navigator.clipboard.writeText(text).then(
      () => {
        setDone(true)
        setTimeout(() => setDone(false), 1500)
      },
      () => setDone(false),
    )
  }
  return (
    <button
      type="button"
      class="icon-button"
      title={label}
      aria-label={isDone ? 'Copied' : label}
      onClick={copy}
    >
      <Icon name={isDone ? 'check' : 'copy'} />
    </button>
  )
}
