import type { ComponentChildren, TargetedEvent } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

interface Props<T> {
  readonly rows: readonly T[]
  readonly rowHeight: number
  readonly label: string
  /** Index of the row that keys act on. */
  readonly selected: number
  keyOf(row: T): string
  render(row: T, index: number): ComponentChildren
  readonly onSelect: (index: number, isOpened: boolean) => void
  readonly onEnd: () => void
  readonly onScroll: (top: number) => void
}

const spare = 6

/** Rows of one height; only those in view are in the document. */
export function VirtualList<T>(props: Props<T>) {
  const { rows, rowHeight, selected } = props
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 800 })

  useLayoutEffect(() => {
    const element = box.current
    if (!element) return undefined
    const watch = new ResizeObserver(() => setView({ top: element.scrollTop, height: element.clientHeight }))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])

  useLayoutEffect(() => {
    const element = box.current
    if (!element || selected < 0) return
    const top = selected * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight
    }
  }, [selected])

  const first = Math.max(0, Math.floor(view.top / rowHeight) - spare)
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + spare)

  function onScroll(event: TargetedEvent<HTMLDivElement>): void {
    const { scrollTop, clientHeight } = event.currentTarget
    setView({ top: scrollTop, height: clientHeight })
    props.onScroll(scrollTop)
    if (scrollTop + clientHeight > rows.length * rowHeight - 2 * clientHeight) props.onEnd()
  }

  return (
    <div
      class="rows"
      ref={box}
      role="listbox"
      tabIndex={0}
      aria-label={props.label}
      aria-activedescendant={selected >= first && selected < last ? `row-${selected}` : undefined}
      onScroll={onScroll}
    >
      <div class="rows-all" role="presentation" style={{ height: `${rows.length * rowHeight}px` }}>
        {rows.slice(first, last).map((row, offset) => {
          const index = first + offset
          return (
            <div
              key={props.keyOf(row)}
              id={`row-${index}`}
              class="row"
              role="option"
              aria-selected={index === selected}
              aria-posinset={index + 1}
              aria-setsize={rows.length}
              style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
              onClick={() => props.onSelect(index, true)}
            >
              {props.render(row, index)}
            </div>
          )
        })}
      </div>
    </div>
  )
}
