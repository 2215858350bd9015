import { useRef, useState } from 'preact/hooks'

/** Something that can be done from everywhere. */
export interface Command {
  readonly name: string
  /** That do the same without the list. */
  readonly keys: string
  readonly run: () => void
}

export function openPalette(): void {
  const dialog = document.querySelector<HTMLDialogElement>('#palette')
  if (dialog && !dialog.open) dialog.showModal()
}

/** What can be done, found by a few letters of its name. */
export function Palette({ commands }: { readonly commands: readonly Command[] }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const wanted = text.trim().toLowerCase()
  const shown = commands.filter(({ name }) => name.toLowerCase().includes(wanted))

  function choose(command: Command | undefined): void {
    if (!command) return
    // First: closing gives the focus back to where it was, and the command may want it elsewhere.
    dialog.current?.close()
    command.run()
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') setActive(Math.min(active + 1, shown.length - 1))
    else if (event.key === 'ArrowUp') setActive(Math.max(active - 1, 0))
    else if (event.key === 'Enter') choose(shown[active])
    else return
    event.preventDefault()
  }

  return (
    <dialog
      id="palette"
      ref={dialog}
      class="dialog palette"
      aria-label="Commands"
      onClose={() => {
        setText('')
        setActive(0)
      }}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close()
      }}
    >
      <input
        type="text"
        value={text}
        placeholder="Go to, or do"
        aria-label="Command"
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-controls="palette-list"
        aria-activedescendant={shown.length > 0 ? `command-${active}` : undefined}
        aria-autocomplete="list"
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => {
          setText(event.currentTarget.value)
          setActive(0)
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" class="offers" role="listbox" aria-label="Commands">
        {shown.map((command, index) => (
          <li
            key={command.name}
            id={`command-${index}`}
            role="option"
            aria-selected={index === active}
            onClick={() => choose(command)}
          >
            <span>{command.name}</span>
            <kbd>{command.keys}</kbd>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p class="quiet">Nothing is called like that.</p>}
    </dialog>
  )
}
