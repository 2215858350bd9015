import type { ComponentChildren } from 'preact'
import { visible } from '../../../src/api/visible-text.ts'
import type { Problem } from '../data/client.ts'
import { Copy } from './copy.tsx'
import { Icon } from './icon.tsx'
import { Text } from './text.tsx'

/** Something failed: what, and what to do next. */
export function Failed({ problem }: { readonly problem: Problem }) {
  return (
    <div class="notice notice-bad" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{visible(problem.message, 600)}</strong>
        {problem.advice && <p>{visible(problem.advice, 600)}</p>}
      </div>
    </div>
  )
}

interface EmptyProps {
  readonly title: string
  readonly children?: ComponentChildren
}

/** Nothing to show, and why. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  )
}

/** A command to copy. */
export function Command({ children }: { readonly children: string }) {
  return (
    <span class="command">
      <code>
        <Text limit={2000}>{children}</Text>
      </code>
      <Copy text={children} />
    </span>
  )
}

const commandInAdvice = /^(?:Run|Use): (.+)$/

/** Advice of the server; a command in it can be copied. */
export function Advice({ children }: { readonly children: string }) {
  const [, command] = commandInAdvice.exec(children) ?? []
  return command === undefined ? (
    <p class="advice">
      <Text limit={2000}>{children}</Text>
    </p>
  ) : (
    <Command>{command}</Command>
  )
}
