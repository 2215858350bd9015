/** Keys are letters there, not commands. */
export function isTyping(event: KeyboardEvent): boolean {
  const { target } = event
  const inField =
    target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
  return inField || event.ctrlKey || event.metaKey || event.altKey
}
