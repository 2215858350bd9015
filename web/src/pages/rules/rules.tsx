import type { ComponentType } from 'preact'
import { address, change } from '../../data/address.ts'
import { me } from '../../data/client.ts'
import { draft, isChanged } from '../../data/draft.ts'
import { BackTestView } from './back-test.tsx'
import { BrowseView } from './browse.tsx'
import { CoverageView } from './coverage.tsx'
import { FilesView } from './files.tsx'
import { TestView } from './test.tsx'

interface View {
  readonly id: string
  readonly name: string
  readonly view: ComponentType
  readonly isForViewers: boolean
}

const first: View = { id: 'browse', name: 'Browse', view: BrowseView, isForViewers: true }
const views: readonly View[] = [
  first,
  { id: 'test', name: 'Test', view: TestView, isForViewers: true },
  { id: 'files', name: 'Files', view: FilesView, isForViewers: true },
  { id: 'back-test', name: 'Back-test', view: BackTestView, isForViewers: false },
  { id: 'coverage', name: 'Coverage', view: CoverageView, isForViewers: true },
]

export function RulesPage() {
  const shown = views.filter((one) => one.isForViewers || me.value?.role !== 'viewer')
  const current = shown.find((one) => one.id === address.value.params.get('view')) ?? first
  const View = current.view
  return (
    <div class="rules-page">
      <div class="rules-top">
        <div class="segments" role="group" aria-label="View">
          {shown.map(({ id, name }) => (
            <button
              key={id}
              type="button"
              aria-pressed={id === current.id}
              onClick={() => change({ view: id === first.id ? undefined : id })}
            >
              {name}
            </button>
          ))}
        </div>
        {isChanged(draft.value) && current.id !== 'files' && (
          <button
            type="button"
            class="link"
            onClick={() => change({ view: 'files', file: draft.value?.name })}
          >
            {draft.value?.name} is not saved
          </button>
        )}
      </div>
      <View />
    </div>
  )
}
