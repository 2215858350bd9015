import { useEffect, useMemo, useState } from 'preact/hooks'
import { visible } from '../../../../src/api/visible-text.ts'
import { address, change } from '../../data/address.ts'
import { call, me, Problem, queryString, useResource } from '../../data/client.ts'
import type { Draft } from '../../data/draft.ts'
import { differenceOf, draft, isChanged } from '../../data/draft.ts'
import { plural } from '../../data/text.ts'
import { ago, full } from '../../data/time.ts'
import { CodeEditor } from '../../parts/code-editor.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Menu } from '../../parts/menu.tsx'
import { Failed } from '../../parts/notice.tsx'
import { Text } from '../../parts/text.tsx'

interface Opened {
  readonly name: string
  readonly text: string
  readonly version: string
  readonly canBeChanged: boolean
  readonly versions: readonly { readonly id: string; readonly atMs: number; readonly by: string }[]
}

interface FileProblem {
  readonly severity: string
  readonly message: string
  readonly at?: { readonly file: string; readonly line: number }
}

/** Text of one file: what is wrong with it, what changes, its earlier versions. */
export function RuleFileEditor({ name, onSaved }: { readonly name: string; readonly onSaved: () => void }) {
  const earlier = address.value.params.get('version') ?? undefined
  const { data, problem } = useResource<Opened>({
    path: `/rules/files/text${queryString({ name, version: earlier })}`,
  })
  const [isReady, setReady] = useState(false)
  const mine = draft.value?.name === name ? draft.value : undefined
  useEffect(() => {
    if (!data) return
    const base = { name, saved: data.text, version: data.version === '' ? undefined : data.version }
    if (data.canBeChanged && earlier !== undefined) draft.value = { ...base, saved: '', text: data.text }
    else if (data.canBeChanged && !isChanged(mine)) draft.value = { ...base, text: data.text }
    setReady(true)
  }, [data])
  const isNew = problem?.status === 404 && mine !== undefined
  if (problem && !isNew) return <Failed problem={problem} />
  if (!isReady && !isNew) return <p class="muted pad">Opening…</p>
  return <OpenFile name={name} opened={data} mine={mine} onSaved={onSaved} />
}

interface Checked {
  readonly problems: readonly FileProblem[]
  /** Of what was saved. */
  readonly version?: string
}

type Work = Promise<Checked>
type Done = (answer: Checked) => void

interface OpenProps {
  readonly name: string
  readonly opened: Opened | undefined
  readonly mine: Draft | undefined
  readonly onSaved: () => void
}

function OpenFile({ name, opened, mine, onSaved }: OpenProps) {
  const isAdmin = me.value?.role === 'admin'
  const isReadOnly = !isAdmin || !(opened?.canBeChanged ?? mine !== undefined)
  const text = mine?.text ?? opened?.text ?? ''
  const [problems, setProblems] = useState<readonly FileProblem[] | undefined>(undefined)
  const [failure, setFailure] = useState<Problem | undefined>(undefined)
  const [isAsking, setAsking] = useState(false)
  const asked = Number(address.value.params.get('line') ?? 0)
  const [line, setLine] = useState(asked > 0 ? { number: asked } : undefined)
  const marks = useMemo(
    () =>
      (problems ?? []).flatMap(({ at, severity, message }) =>
        at?.file === name
          ? [{ line: at.line, severity: severity === 'warning' ? 'warning' : 'error', message } as const]
          : [],
      ),
    [problems],
  )

  async function finish(work: Work, done: Done | undefined): Promise<void> {
    setFailure(undefined)
    try {
      const answer = await work
      setProblems(answer.problems)
      done?.(answer)
    } catch (error) {
      const found = error instanceof Problem ? error : new Problem(0, {})
      setFailure(found)
      if (found.problems) setProblems(found.problems)
    }
  }

  function run(work: Work, done?: Done): void {
    finish(work, done).catch(() => setFailure(new Problem(0, {})))
  }

  function save(): void {
    setAsking(false)
    const body = { name, text, ...(mine?.version === undefined ? {} : { version: mine.version }) }
    run(call({ path: '/rules/files', method: 'PUT', body }), ({ version }) => {
      const now = draft.peek()
      const wasTypedOn = now?.name === name && now.text !== text
      // What came after the save began is a change of what is saved now.
      draft.value = wasTypedOn ? { ...now, saved: text, version } : undefined
      change({ version: undefined }, 'replace')
      onSaved()
    })
  }

  return (
    <div class="file">
      <FileHead
        name={name}
        opened={opened}
        mine={mine}
        isReadOnly={isReadOnly}
        run={run}
        onSave={() => setAsking(true)}
      />
      {failure && <Failed problem={failure} />}
      {isAsking && mine && <Confirm mine={mine} onSave={save} onCancel={() => setAsking(false)} />}
      <CodeEditor
        name={name}
        text={text}
        isReadOnly={isReadOnly}
        problems={marks}
        line={line}
        onChange={(next) => {
          if (draft.peek()?.name === name)
            draft.value = { ...(draft.peek() ?? { name, saved: '', version: undefined }), text: next }
        }}
      />
      {problems && <Problems problems={problems} onLine={(number) => setLine({ number })} />}
    </div>
  )
}

interface HeadProps extends Omit<OpenProps, 'onSaved'> {
  readonly isReadOnly: boolean
  readonly run: (work: Work, done?: Done) => void
  readonly onSave: () => void
}

function FileHead({ name, opened, mine, isReadOnly, run, onSave }: HeadProps) {
  const isAdmin = me.value?.role === 'admin'
  const body = { name, text: mine?.text ?? '' }
  return (
    <header class="file-head">
      <h2 class="mono">
        <Text>{name}</Text>
      </h2>
      {isReadOnly && (
        <span class="badge">
          {isAdmin ? 'of the ruleset, read only' : 'changing it needs the role admin'}
        </span>
      )}
      {isChanged(mine) && <span class="badge badge-warning">not saved</span>}
      <span class="space" />
      {(opened?.versions.length ?? 0) > 0 && <Versions name={name} versions={opened?.versions ?? []} />}
      {!isReadOnly && (
        <>
          <button
            type="button"
            class="button"
            onClick={() => run(call({ path: '/rules/files/check', body }))}
          >
            <Icon name="check" /> Check
          </button>
          <button type="button" class="button primary" disabled={!isChanged(mine)} onClick={onSave}>
            Save…
          </button>
          {opened && <Remove name={name} run={run} />}
        </>
      )}
    </header>
  )
}

function Remove({ name, run }: { readonly name: string; readonly run: HeadProps['run'] }) {
  return (
    <Menu label="Remove" icon="trash">
      <p class="muted">
        An earlier version can be had back for as long as there are fewer than twenty newer ones.
      </p>
      <button
        type="button"
        class="button danger"
        onClick={() =>
          run(call({ path: `/rules/files${queryString({ name })}`, method: 'DELETE' }), () => {
            draft.value = undefined
            change({ file: undefined, version: undefined })
          })
        }
      >
        Remove {visible(name, 120)}
      </button>
    </Menu>
  )
}

function Versions({ name, versions }: Pick<Opened, 'name' | 'versions'>) {
  return (
    <Menu label="Earlier" icon="clock">
      {versions.map(({ id, atMs, by }) => (
        <button
          key={id}
          type="button"
          class="menu-item"
          title={full(atMs)}
          onClick={() => change({ file: name, version: id })}
        >
          {ago(atMs)}, before {visible(by, 60)} changed it
        </button>
      ))}
    </Menu>
  )
}

/** What will be different, before it is. */
function Confirm({
  mine,
  onSave,
  onCancel,
}: {
  readonly mine: Draft
  readonly onSave: () => void
  readonly onCancel: () => void
}) {
  const { line, removed, added } = differenceOf(mine.saved, mine.text)
  return (
    <section class="confirm" aria-label="Changes">
      <p>
        From line {line}: {plural(removed.length, 'line')} removed, {plural(added.length, 'line')} added. The
        rules are in force at once.
      </p>
      <pre class="difference">
        {removed.slice(0, 200).map((text, index) => (
          <span key={`-${index}`} class="line-removed">
            - <Text>{text}</Text>
            {'\n'}
          </span>
        ))}
        {added.slice(0, 200).map((text, index) => (
          <span key={`+${index}`} class="line-added">
            + <Text>{text}</Text>
            {'\n'}
          </span>
        ))}
      </pre>
      <button type="button" class="button primary" onClick={onSave}>
        Save and use
      </button>
      <button type="button" class="button" onClick={onCancel}>
        Back
      </button>
      <button type="button" class="link" onClick={() => change({ view: 'test' })}>
        Test it on lines first
      </button>
      <button type="button" class="link" onClick={() => change({ view: 'back-test' })}>
        Try it on stored events first
      </button>
    </section>
  )
}

function Problems({
  problems,
  onLine,
}: {
  readonly problems: readonly FileProblem[]
  readonly onLine: (line: number) => void
}) {
  if (problems.length === 0) {
    return (
      <p class="file-problems" role="status">
        <Icon name="check" /> Nothing is wrong with it.
      </p>
    )
  }
  return (
    <ul class="file-problems" role="status">
      {problems.slice(0, 100).map((problem) => (
        <li key={`${problem.at?.line ?? ''}${problem.message}`}>
          <i class={`state state-${problem.severity === 'warning' ? 'warning' : 'error'}`} />
          {problem.at ? (
            <button type="button" class="link" onClick={() => onLine(problem.at?.line ?? 1)}>
              line {problem.at.line}
            </button>
          ) : (
            <span />
          )}
          <Text>{problem.message}</Text>
        </li>
      ))}
    </ul>
  )
}
