import { LongText, Text } from './text.tsx'
import { ValueButtons } from './value-buttons.tsx'

const mostChildren = 500
const deepest = 40

/** A document as a tree; every leaf can be filtered by, unless it is plain: not a stored event. */
export function Tree({ value, isPlain = false }: { readonly value: unknown; readonly isPlain?: boolean }) {
  return (
    <div class={isPlain ? 'tree tree-plain' : 'tree'}>
      <Children value={value} path="" depth={0} />
    </div>
  )
}

interface NodeProps {
  readonly value: unknown
  readonly path: string
  readonly depth: number
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

function Children({ value, path, depth }: NodeProps) {
  const entries = entriesOf(value)
  return (
    <ul>
      {entries.slice(0, mostChildren).map(([key, child]) => (
        // Elements of a list have no path of their own: the field is the list.
        <Node
          key={key}
          name={key}
          value={child}
          path={Array.isArray(value) ? path : path === '' ? key : `${path}.${key}`}
          depth={depth}
        />
      ))}
      {entries.length > mostChildren && <li class="muted">… and {entries.length - mostChildren} more</li>}
    </ul>
  )
}

function Node({ name, value, path, depth }: NodeProps & { readonly name: string }) {
  const isTree = typeof value === 'object' && value !== null
  if (isTree && depth < deepest) {
    return (
      <li>
        <details open={depth < 3}>
          <summary>
            <Text limit={200}>{name}</Text>
            <span class="muted">
              {' '}
              {Array.isArray(value) ? `[${value.length}]` : `{${Object.keys(value).length}}`}
            </span>
          </summary>
          <Children value={value} path={path} depth={depth + 1} />
        </details>
      </li>
    )
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return (
    <li class="leaf">
      <span class="leaf-name">
        <Text limit={200}>{name}</Text>
      </span>
      <span class={`leaf-value leaf-${typeof value}`}>
        <LongText limit={300}>{text}</LongText>
      </span>
      <ValueButtons field={path} value={text} />
    </li>
  )
}
