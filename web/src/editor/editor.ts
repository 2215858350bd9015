// The only file that knows CodeMirror: a chunk of its own, loaded when somebody opens a file.
import { autocompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { xml } from '@codemirror/lang-xml'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import type { Diagnostic } from '@codemirror/lint'
import { lintGutter, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'

export interface Marked {
  readonly line: number
  readonly severity: 'error' | 'warning'
  readonly message: string
}

export interface Editor {
  mark(problems: readonly Marked[]): void
  goTo(line: number): void
  destroy(): void
}

const colours = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket], color: 'var(--accent)' },
  { tag: tags.attributeName, color: 'var(--medium-text)' },
  { tag: [tags.attributeValue, tags.string], color: 'var(--ok)' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--bad)' },
])

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--text)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft)',
  },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--text)', border: '1px solid var(--line)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent-soft)',
    color: 'var(--text)',
  },
})

const inRule =
  `if_sid if_group if_level if_matched_sid if_matched_group match regex field decoded_as category program_name hostname location srcip dstip srcport dstport user url id
  status action protocol data extra_data time weekday list check_diff if_fts same_field different_field same_srcip same_user not_same_field description group mitre options
  info`.split(/\s+/)
const elements = [
  { name: 'group', top: true, attributes: [{ name: 'name' }], children: ['rule'] },
  {
    name: 'rule',
    attributes: ['id', 'level', 'frequency', 'timeframe', 'ignore', 'overwrite', 'noalert', 'maxsize'].map(
      (name) => ({
        name,
      }),
    ),
    children: inRule,
  },
  ...inRule
    .filter((name) => name !== 'group')
    .map((name) => ({
      name,
      attributes: ['name', 'type', 'negate', 'lookup'].map((one) => ({ name: one })),
      children: name === 'mitre' ? ['id'] : [],
    })),
]

/** Shows a text to be edited. The shadow root is there because its style sheets need no exception in the policy. */
export function mountEditor(
  host: HTMLElement,
  text: string,
  options: { readonly isXml: boolean; readonly isReadOnly: boolean; readonly label: string },
  onChange: (text: string) => void,
): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  root.replaceChildren()
  const state = EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      history(),
      drawSelection(),
      highlightActiveLine(),
      bracketMatching(),
      indentOnInput(),
      lintGutter(),
      autocompletion(),
      keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
      syntaxHighlighting(colours),
      look,
      EditorView.contentAttributes.of({ 'aria-label': options.label, tabindex: '0' }),
      highlightSpecialChars(),
      EditorState.readOnly.of(options.isReadOnly),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString())
      }),
      ...(options.isXml ? [xml({ elements })] : []),
    ],
  })
  const view = new EditorView({ state, parent: root, root })
  return {
    mark: (problems) => {
      const { doc } = view.state
      const found = problems.map(({ line, severity, message }): Diagnostic => {
        const { from, to } = doc.line(Math.min(Math.max(1, line), doc.lines))
        return { from, to, severity, message }
      })
      view.dispatch(setDiagnostics(view.state, found))
    },
    goTo: (line) => {
      const { from } = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines))
      view.dispatch({
        selection: { anchor: from },
        effects: EditorView.scrollIntoView(from, { y: 'center' }),
      })
      view.focus()
    },
    destroy: () => view.destroy(),
  }
}
