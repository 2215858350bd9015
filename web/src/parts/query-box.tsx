import { useEffect, useRef, useState } from 'preact/hooks'
import { change, query } from '../data/address.ts'
import { call } from '../data/client.ts'
import { Icon } from './icon.tsx'

interface Mistake {
  readonly message: string
  readonly position: number
  readonly hint?: string
}

/** The question in words; what is wrong with it is said below, at the place. */
export function QueryBox() {
  const [text, setText] = useState(query.value)
  const [mistake, setMistake] = useState<Mistake | undefined>(undefined)
  const input = useRef<HTMLInputElement>(null)
  const present = query.value
  useEffect(() => {
    setText(present)
    setMistake(undefined)
  }, [present])

  async function submit(): Promise<void> {
    const { error } = await call<{ error?: Mistake }>({ path: '/query/parse', body: { q: text } })
    setMistake(error)
    if (error) input.current?.setSelectionRange(error.position, error.position)
    else change({ q: text.trim() === '' ? undefined : text.trim(), event: undefined })
  }

  return (
    <form
      class="query"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        submit().catch(() => setMistake({ message: 'The manager does not answer.', position: 0 }))
      }}
    >
      <Icon name="search" />
      <input
        ref={input}
        id="query"
        type="search"
        value={text}
        placeholder="Search: web, rule.level >= 7, data.docker.Action: exec*"
        aria-label="Search"
        aria-invalid={mistake !== undefined}
        aria-describedby={mistake ? 'query-mistake' : undefined}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => {
          setText(event.currentTarget.value)
          setMistake(undefined)
        }}
      />
      {!mistake && <kbd title="Press / to search">/</kbd>}
      {mistake && (
        <div id="query-mistake" class="query-mistake" role="alert">
          <code>
            {text.slice(Math.max(0, mistake.position - 24), mistake.position)}
            <mark>{text.slice(mistake.position, mistake.position + 1) || ' '}</mark>
            {text.slice(mistake.position + 1, mistake.position + 25)}
          </code>
          <span>
            {mistake.message} {mistake.hint}
          </span>
        </div>
      )}
    </form>
  )
}
