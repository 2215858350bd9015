import { useEffect, useRef, useState } from 'preact/hooks'
import { visible } from '../../../src/api/visible-text.ts'
import { change, dataset, query, scopeWithin } from '../data/address.ts'
import type { Bucket } from '../data/answers.ts'
import { call, queryString } from '../data/client.ts'
import type { Place } from '../data/completion.ts'
import { fittingFields, history, placeOf, remember, writtenField, writtenValue } from '../data/completion.ts'
import { labelOf } from '../data/event.ts'
import { shortCount } from '../data/text.ts'
import { Icon } from './icon.tsx'
import { SavedMenu } from './saved-menu.tsx'

interface Mistake {
  readonly message: string
  readonly position: number
  readonly hint?: string
}

/** The question in words; what could come next is offered, what is wrong is said below, at the place. */
export function QueryBox() {
  const [text, setText] = useState(query.value)
  const [mistake, setMistake] = useState<Mistake | undefined>(undefined)
  const input = useRef<HTMLInputElement>(null)
  const offers = useOffers()
  const asked = useRef(new AbortController())
  const present = query.value
  useEffect(() => {
    setText(present)
    setMistake(undefined)
    // Whoever has gone on does not want what was sent before.
    return () => asked.current.abort()
  }, [present])

  async function submit(wanted: string, signal: AbortSignal): Promise<void> {
    offers.close()
    const { error } = await call<{ error?: Mistake }>({ path: '/query/parse', body: { q: wanted } }, signal)
    if (signal.aborted) return
    setMistake(error)
    if (error) return input.current?.setSelectionRange(error.position, error.position)
    remember(wanted.trim())
    change({ q: wanted.trim() === '' ? undefined : wanted.trim(), event: undefined })
  }

  function send(wanted: string): void {
    asked.current.abort()
    asked.current = new AbortController()
    const { signal } = asked.current
    submit(wanted, signal).catch(() => {
      if (!signal.aborted) setMistake({ message: 'The manager does not answer.', position: 0 })
    })
  }

  function write(next: string, caret: number): void {
    setText(next)
    setMistake(undefined)
    requestAnimationFrame(() => {
      // Whoever types on at once keeps the caret.
      if (input.current?.value !== next) return
      input.current.setSelectionRange(caret, caret)
      offers.ask(next, caret)
    })
  }

  function accept(offer: Offer): void {
    offers.close()
    if (!offer.place) {
      setText(offer.text)
      return send(offer.text)
    }
    // It may have been offered for what was there some letters ago.
    const { from, kind } = offer.place
    const present = placeOf(text, input.current?.selectionStart ?? text.length)
    if (present?.from === from && present.kind === kind) {
      const head = text.slice(0, from) + offer.text
      write(head + text.slice(present.to), head.length)
    }
    input.current?.focus()
  }

  function onKeyDown(event: KeyboardEvent): void {
    const { shown, active } = offers
    const chosen = shown[active]
    if (event.key === 'Escape' && shown.length > 0) offers.close()
    else if (event.key === 'ArrowDown' && shown.length === 0)
      offers.ask(text, input.current?.selectionStart ?? text.length)
    else if (event.key === 'ArrowDown') offers.move(1)
    else if (event.key === 'ArrowUp' && shown.length > 0) offers.move(-1)
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen && !event.shiftKey) accept(chosen)
    // The form has more than one field: browsers do not send it by themselves then.
    else if (event.key === 'Enter') send(text)
    else return
    event.preventDefault()
  }

  return (
    <form
      class="query"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        send(text)
      }}
    >
      <Icon name="search" />
      <input
        ref={input}
        id="query"
        type="text"
        value={text}
        placeholder="Search: web, rule.level >= 7, data.docker.Action: exec*"
        aria-label="Search"
        role="combobox"
        aria-expanded={offers.shown.length > 0}
        aria-controls="query-offers"
        aria-activedescendant={offers.active >= 0 ? `offer-${offers.active}` : undefined}
        aria-autocomplete="list"
        aria-invalid={mistake !== undefined}
        aria-describedby={mistake ? 'query-mistake' : undefined}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => {
          setText(event.currentTarget.value)
          setMistake(undefined)
          offers.ask(event.currentTarget.value, event.currentTarget.selectionStart ?? 0)
        }}
        onKeyDown={onKeyDown}
        onBlur={offers.close}
      />
      {!mistake && <kbd title="Press / to search">/</kbd>}
      <SavedMenu />
      {mistake && offers.shown.length === 0 && <Wrong text={text} mistake={mistake} />}
      <ul
        id="query-offers"
        class="offers"
        role="listbox"
        aria-label="Suggestions"
        hidden={offers.shown.length === 0}
      >
        {offers.shown.map((offer, index) => (
          <li
            key={offer.text}
            id={`offer-${index}`}
            role="option"
            aria-selected={index === offers.active}
            // The box must keep the focus until the press is over.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => accept(offer)}
          >
            <span class="line">{visible(offer.text, 120)}</span>
            <span class="muted">{offer.aside}</span>
          </li>
        ))}
      </ul>
    </form>
  )
}

function Wrong({ text, mistake }: { readonly text: string; readonly mistake: Mistake }) {
  return (
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
  )
}

interface Offer {
  /** Written into the box. */
  readonly text: string
  readonly aside: string
  /** What it replaces; without one it is a whole question. */
  readonly place: Place | undefined
}

const waitMs = 120
/** Events that arrive may bring new fields. */
const fieldsKnownMs = 60_000
let knownFields:
  | { readonly ds: string; readonly atMs: number; readonly fields: readonly string[] }
  | undefined

async function fieldsOf(ds: string): Promise<readonly string[]> {
  const atMs = performance.now()
  if (knownFields?.ds === ds && atMs - knownFields.atMs < fieldsKnownMs) return knownFields.fields
  const answer = await call<{ fields: readonly { field: string }[] }>({
    path: `/fields${queryString({ ds })}`,
  })
  knownFields = { ds, atMs, fields: answer.fields.map(({ field }) => field) }
  return knownFields.fields
}

async function offersFor(text: string, caret: number, signal: AbortSignal): Promise<readonly Offer[]> {
  if (text.trim() === '') {
    return history()
      .slice(0, 8)
      .map((one) => ({ text: one, aside: 'earlier', place: undefined }))
  }
  const place = placeOf(text, caret)
  if (!place) return []
  if (place.kind === 'field') {
    const fields = fittingFields(await fieldsOf(dataset.peek()), place.typed)
    return fields.map((field) => ({
      text: `${writtenField(field)}: `,
      aside: labelOf(field) === field ? '' : labelOf(field),
      place,
    }))
  }
  const { ds, f, from, to } = scopeWithin.peek()
  const path = `/values${queryString({ ds, f, from, to, field: place.field, prefix: place.typed.replaceAll('*', '') })}`
  const { values } = await call<{ values: readonly Bucket[] }>({ path }, signal)
  return values
    .slice(0, 12)
    .map(({ key, count }) => ({ text: `${writtenValue(String(key))} `, aside: shortCount(count), place }))
}

interface Offers {
  readonly shown: readonly Offer[]
  /** Index of the one that Enter takes; none: -1. */
  readonly active: number
}

/** Asks a moment after the last key; an answer that comes late is thrown away. */
function useOffers() {
  const [{ shown, active }, setOffers] = useState<Offers>({ shown: [], active: -1 })
  const running = useRef<{ timer?: ReturnType<typeof setTimeout>; cancel: AbortController }>({
    cancel: new AbortController(),
  })

  function stop(): void {
    clearTimeout(running.current.timer)
    running.current.cancel.abort()
  }

  function close(): void {
    stop()
    setOffers({ shown: [], active: -1 })
  }

  function ask(text: string, caret: number): void {
    stop()
    setOffers((before) => ({ ...before, active: -1 }))
    const cancel = new AbortController()
    const timer = setTimeout(() => {
      offersFor(text, caret, cancel.signal).then(
        (found) => {
          if (!cancel.signal.aborted) setOffers((before) => replaced(before, found))
        },
        () => undefined,
      )
    }, waitMs)
    running.current = { timer, cancel }
  }

  function move(by: number): void {
    const from = active < 0 && by < 0 ? 0 : active
    setOffers({ shown, active: (from + by + shown.length) % shown.length })
  }

  return { shown, active, ask, close, move }
}

/** Whoever has begun to walk through the offers stays where he is, if that is still offered. */
function replaced({ shown, active }: Offers, found: readonly Offer[]): Offers {
  return { shown: found, active: found.findIndex(({ text }) => text === shown[active]?.text) }
}
