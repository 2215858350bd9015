import type { ComponentChildren } from 'preact'
import { go } from '../data/address.ts'

interface Props {
  /** Absent: the same words, which lead nowhere. */
  readonly href: string | undefined
  readonly children?: ComponentChildren
  readonly class?: string
  readonly current?: boolean
  readonly label?: string
  readonly title?: string
  readonly style?: Readonly<Record<string, string>>
}

/** A link inside the dashboard: a real one, so that it can be opened in a new tab. */
export function Link({ href, children, class: name, current = false, label, title, style }: Props) {
  if (href === undefined) {
    return (
      <span class={name} title={title} style={style}>
        {children}
      </span>
    )
  }
  return (
    <a
      href={href}
      class={name}
      aria-current={current ? 'page' : undefined}
      aria-label={label}
      title={title}
      style={style}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        go(href)
      }}
    >
      {children}
    </a>
  )
}
