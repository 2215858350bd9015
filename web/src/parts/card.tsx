import type { ComponentChildren } from 'preact'
import { visible } from '../../../src/api/visible-text.ts'
import type { Problem } from '../data/client.ts'
import { Failed } from './notice.tsx'

interface Props {
  readonly title: string
  readonly children: ComponentChildren
  /** A word or link at the right of the title. */
  readonly aside?: ComponentChildren
  readonly problem?: Problem | undefined
  /** `wide`: the whole width; `half`, `third`. */
  readonly span?: 'wide' | 'half' | 'third'
}

/** One panel of a page. */
export function Card({ title, children, aside, problem, span = 'wide' }: Props) {
  return (
    <section class={`card card-${span}`} aria-label={visible(title, 200)}>
      <header>
        <h2>{visible(title, 200)}</h2>
        {aside !== undefined && <span class="card-aside">{aside}</span>}
      </header>
      {problem ? <Failed problem={problem} /> : children}
    </section>
  )
}

/** In a panel that has nothing: one quiet line, which says whether that is known yet. */
export function Quiet({ isReady, children }: { readonly isReady: boolean; readonly children: string }) {
  return <p class="quiet">{isReady ? children : 'Loading…'}</p>
}
