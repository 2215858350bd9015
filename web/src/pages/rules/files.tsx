import { useState } from 'preact/hooks'
import { address, change } from '../../data/address.ts'
import { me, useResource } from '../../data/client.ts'
import { draft, isChanged } from '../../data/draft.ts'
import { Empty } from '../../parts/notice.tsx'
import { Line } from '../../parts/text.tsx'
import { RuleFileEditor } from './file-editor.tsx'

interface RuleFile {
  readonly name: string
  readonly kind: 'rules' | 'decoders' | 'lists'
  readonly isLocal: boolean
}

const kinds = [
  ['rules', 'Rules'],
  ['decoders', 'Decoders'],
  ['lists', 'Lists'],
] as const

/** Files of rules, decoders and lists: read, and in the home directory changed. */
export function FilesView() {
  const [version, setVersion] = useState(0)
  const { data, problem } = useResource<{ files: readonly RuleFile[] }>({ path: '/rules/files', version })
  const chosen = address.value.params.get('file') ?? data?.files.find((file) => file.isLocal)?.name
  if (problem) return <Empty title={problem.message} />
  return (
    <div class="rules-browse files">
      <nav class="file-list" aria-label="Files">
        <NewFile />
        {kinds.map(([kind, title]) => (
          <section key={kind}>
            <h2>{title}</h2>
            <FileNames files={data?.files.filter((file) => file.kind === kind) ?? []} chosen={chosen} />
          </section>
        ))}
      </nav>
      {chosen === undefined ? (
        <Empty title="No file of your own yet">
          <p>
            Rules of your own go into files below etc/rules. They can change rules of the ruleset without
            touching its files.
          </p>
        </Empty>
      ) : (
        <RuleFileEditor
          key={`${chosen} ${version} ${address.value.params.get('version') ?? ''}`}
          name={chosen}
          onSaved={() => setVersion((before) => before + 1)}
        />
      )}
    </div>
  )
}

function FileNames({
  files,
  chosen,
}: {
  readonly files: readonly RuleFile[]
  readonly chosen: string | undefined
}) {
  const own = files.filter((file) => file.isLocal)
  const shipped = files.filter((file) => !file.isLocal)
  const item = (file: RuleFile) => (
    <li key={file.name}>
      <button
        type="button"
        class="menu-item"
        aria-pressed={file.name === chosen}
        onClick={() => change({ file: file.name, version: undefined, line: undefined })}
      >
        <Line>{file.name.split('/').slice(2).join('/')}</Line>
        {draft.value?.name === file.name && isChanged(draft.value) && (
          <i class="dot fill-medium" title="Not saved" />
        )}
      </button>
    </li>
  )
  return (
    <>
      <ul>{own.map(item)}</ul>
      {shipped.length > 0 && (
        <details open={shipped.some((file) => file.name === chosen)}>
          <summary>Of the ruleset ({shipped.length})</summary>
          <ul>{shipped.map(item)}</ul>
        </details>
      )}
    </>
  )
}

function NewFile() {
  const [name, setName] = useState('')
  if (me.value?.role !== 'admin') return null
  const isList = !name.endsWith('.xml')
  const path = name.includes('/') ? name : `etc/${isList ? 'lists' : 'rules'}/${name}`
  return (
    <form
      class="menu-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() === '') return
        draft.value = {
          name: path,
          text: isList ? '' : '<group name="local,">\n\n</group>\n',
          saved: '',
          version: undefined,
        }
        setName('')
        change({ file: path, version: undefined })
      }}
    >
      <input
        placeholder="New: my_rules.xml"
        aria-label="Name of a new file: name.xml for rules, etc/decoders/name.xml, or name for a list"
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
    </form>
  )
}
