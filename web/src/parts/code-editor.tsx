import { useEffect, useRef, useState } from 'preact/hooks'
import type { Editor, Marked } from '../editor/editor.ts'

interface Props {
  /** Names what is edited; another one is another text with a history of its own. */
  readonly name: string
  /** At first; later the editor's own holds. */
  readonly text: string
  readonly isReadOnly: boolean
  readonly problems: readonly Marked[]
  /** To be shown; a new object shows it again. */
  readonly line: { readonly number: number } | undefined
  readonly onChange: (text: string) => void
}

/** A text with line numbers and colours. The program for it comes when it is needed; until then the text can be read. */
export function CodeEditor({ name, text, isReadOnly, problems, line, onChange }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const [editor, setEditor] = useState<Editor | undefined>(undefined)
  const change = useRef(onChange)
  change.current = onChange
  useEffect(() => {
    let made: Editor | undefined
    let isGone = false
    async function load(): Promise<void> {
      const { mountEditor } = await import('../editor/editor.ts')
      if (isGone || !host.current) return
      const options = { isXml: name.endsWith('.xml'), isReadOnly, label: `Text of ${name}` }
      made = mountEditor(host.current, text, options, (next) => change.current(next))
      setEditor(made)
    }
    // Without it the text stays readable.
    load().catch(() => undefined)
    return () => {
      isGone = true
      made?.destroy()
      setEditor(undefined)
    }
  }, [name, isReadOnly])
  useEffect(() => editor?.mark(problems), [editor, problems])
  useEffect(() => {
    if (line) editor?.goTo(line.number)
  }, [editor, line])
  return (
    <div class="code">
      <div class="code-host" ref={host} />
      {!editor && <pre class="code-waiting">{text}</pre>}
    </div>
  )
}
