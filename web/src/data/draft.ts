import { signal } from '@preact/signals'

/** A file that is being changed and is not saved yet. It outlives the page it is edited on, until the window is closed. */
export interface Draft {
  readonly name: string
  readonly text: string
  /** What it was when it was opened. */
  readonly saved: string
  /** Of the text it was opened with; absent for a new file. */
  readonly version: string | undefined
}

export const draft = signal<Draft | undefined>(undefined)

export function isChanged(one: Draft | undefined): one is Draft {
  return one !== undefined && one.text !== one.saved
}

addEventListener('beforeunload', (event) => {
  if (isChanged(draft.peek())) event.preventDefault()
})

const usualFile = 'etc/rules/local_rules.xml'

/** A rule of the ruleset is changed by one of the same id in a file of one's own. */
export function overwritten(
  xml: string,
  present: string | undefined,
): { readonly name: string; readonly text: string } {
  const rule = xml.replace(/^(\s*<rule\b)(?![^>]*\boverwrite=)/, '$1 overwrite="yes"')
  const added = `<group name="local,">\n  ${rule.trim()}\n</group>\n`
  return {
    name: usualFile,
    text: present === undefined || present === '' ? added : `${present.trimEnd()}\n\n${added}`,
  }
}

export interface Difference {
  /** First line that differs, from 1. */
  readonly line: number
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** What lies between the lines that are equal at the beginning and at the end. */
export function differenceOf(before: string, after: string): Difference {
  const [old, next] = [before.split('\n'), after.split('\n')]
  const most = Math.min(old.length, next.length)
  let head = 0
  while (head < most && old[head] === next[head]) head += 1
  let tail = 0
  while (tail < most - head && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail += 1
  return {
    line: head + 1,
    removed: old.slice(head, old.length - tail),
    added: next.slice(head, next.length - tail),
  }
}
