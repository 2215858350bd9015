import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { IconName } from './icon.tsx'
import { Icon } from './icon.tsx'

interface Props {
  readonly label: string
  readonly icon: IconName
  readonly children: ComponentChildren
}

/** A button with a small window below it; a click elsewhere or Escape closes it. */
export function Menu({ label, icon, children }: Props) {
  const box = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const onPress = (event: Event) => {
      if (box.current && event.target instanceof Node && !box.current.contains(event.target))
        box.current.open = false
    }
    addEventListener('pointerdown', onPress)
    return () => removeEventListener('pointerdown', onPress)
  }, [])
  return (
    <details
      class="menu"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !box.current?.open) return
        event.stopPropagation()
        box.current.open = false
        box.current.querySelector('summary')?.focus()
      }}
    >
      <summary class="button" title={label}>
        <Icon name={icon} /> <span class="menu-label">{label}</span>
      </summary>
      <div class="popover-like">{children}</div>
    </details>
  )
}
