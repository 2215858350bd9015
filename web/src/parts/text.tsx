import { useState } from 'preact/hooks'
import { cut, visible, visibleParts } from '../../../src/api/visible-text.ts'
import { count } from '../data/text.ts'

interface Props {
  readonly children: string
  /** Shown at once; the rest on request. */
  readonly limit?: number
  /** Line ends and tabs are wanted, as in a message. */
  readonly lines?: boolean
}

/** Any text from outside: hidden characters are shown, length is bounded. */
export function Text({ children, limit = 400, lines = false }: Props) {
  const { text } = cut(children, limit)
  const parts = visibleParts(text, lines)
  return (
    <bdi>
      {parts.map((part) =>
        part.isHidden ? (
          <span class="hidden-character" title="A character that is not visible">
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
      {text.length < children.length && '…'}
    </bdi>
  )
}

/** The same with a button for the rest. */
export function LongText({ children, limit = 2000, lines = false }: Props) {
  const [isWhole, setWhole] = useState(false)
  const most = isWhole ? 1_000_000 : limit
  const { left } = cut(children, most)
  return (
    <>
      <Text limit={most} lines={lines}>
        {children}
      </Text>
      {left > 0 && (
        <button type="button" class="link" onClick={() => setWhole(true)}>
          {isWhole ? `${count(left)} more characters are not shown` : `Show ${count(left)} more characters`}
        </button>
      )}
    </>
  )
}

/** One line, cut by the column; the title has more of it. */
export function Line({ children }: { readonly children: string }) {
  return (
    <span class="line" title={visible(children)}>
      <Text limit={300}>{children}</Text>
    </span>
  )
}
