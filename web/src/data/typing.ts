/** Keys are letters there, not commands. The editor lies in a shadow tree, so the target alone does not tell. */
export function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath()
  const inField =
    target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
  return inField || event.ctrlKey || event.metaKey || event.altKey
}

/** Ctrl-K or Cmd-K; the editor has a use of its own for one of them. */
export function isCommandKey(event: KeyboardEvent): boolean {
  return event.key === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.defaultPrevented
}
