import { useState } from 'preact/hooks'
import type { Bucket, Rule } from '../data/answers.ts'
import { useCounts } from '../data/ask.ts'
import { useResource } from '../data/client.ts'
import { hrefWith } from '../data/filter.ts'
import { bandOf, bands } from '../data/severity.ts'
import { count, plural, shortCount } from '../data/text.ts'
import { Icon } from '../parts/icon.tsx'
import { Failed } from '../parts/notice.tsx'
import { Link } from '../parts/link.tsx'

interface Catalogue {
  readonly version: string
  readonly tactics: Readonly<Record<string, string>>
  readonly techniques: Readonly<Record<string, readonly string[]>>
}

/** Techniques whose platforms include Containers. */
const containerTechniques = new Set(
  (
    'T1190 T1133 T1078 T1609 T1610 T1053.007 T1204.003 T1136.001 T1525 T1098 T1611 T1068 T1612 T1562.001 T1070 T1036.005 ' +
    'T1550.001 T1110 T1528 T1552.001 T1552.007 T1613 ' +
    'T1046 T1069 T1485 T1490 T1496 T1498 T1499'
  ).split(' '),
)

interface Cell {
  readonly id: string
  readonly name: string
  readonly alerts: number
  readonly maxLevel: number
  /** `undefined`: rules cannot be asked here. */
  readonly rules: number | undefined
}

/** What could they do, what do we see, what did happen? */
export function MitrePage() {
  const [isAll, setAll] = useState(false)
  const catalogue = useResource<Catalogue>({ path: '/mitre' })
  const rules = useResource<{ rules: readonly Rule[] }>({ path: '/rules' })
  const counts = useCounts({ ids: { kind: 'terms', field: 'rule.mitre.id', size: 1000 } }, { ds: 'alerts' })
  if (catalogue.problem) return <Failed problem={catalogue.problem} />
  if (!catalogue.data) return <p class="muted pad">Loading…</p>
  const { version, tactics, techniques } = catalogue.data
  const seen = new Map(counts.of('ids').buckets.map((bucket) => [String(bucket.key), bucket]))
  const covered = rules.data && coverage(rules.data.rules)
  const columns = Object.entries(tactics)
    .map(([tacticId, name]) => ({
      name,
      cells: Object.entries(techniques)
        .filter(
          ([id, [, ...of]]) =>
            of.includes(tacticId) && (isAll || containerTechniques.has(id) || seen.has(id)),
        )
        .map(([id, [technique = id]]) => cellOf(id, technique, seen.get(id), covered)),
    }))
    .filter((column) => column.cells.length > 0)
  const shown = columns.flatMap((column) => column.cells)
  const withAlerts = new Set(shown.filter((cell) => cell.alerts > 0).map((cell) => cell.id)).size
  return (
    <div class="mitre">
      {counts.problem && <Failed problem={counts.problem} />}
      <header class="mitre-head">
        <div class="mitre-said">
          <p>
            <b>{counts.isReady ? plural(withAlerts, 'technique') : '…'}</b> seen in this time.{' '}
            <span class="muted">
              {isAll ? 'Enterprise' : 'For containers'}, ATT&CK {version}
            </span>
          </p>
          <ul class="mitre-legend">
            {bands.map((band) => (
              <li key={band}>
                <i class={`cell-key cell-${band}`} /> {band}
              </li>
            ))}
            {covered && (
              <li>
                <i class="cell-key cell-quiet" /> a rule watches, quiet
              </li>
            )}
            <li>
              <i class="cell-key" /> {covered ? 'no rule' : 'quiet'}
            </li>
          </ul>
        </div>
        <label class="check">
          <input type="checkbox" checked={isAll} onChange={(event) => setAll(event.currentTarget.checked)} />
          All of Enterprise
        </label>
        <button
          type="button"
          class="button"
          title="A layer for the ATT&CK Navigator: alerts as score, rules as comment"
          onClick={() => saveLayer(version, shown)}
        >
          <Icon name="download" /> Navigator layer
        </button>
      </header>
      <div class="matrix" tabIndex={0} role="region" aria-label="Tactics and techniques">
        {columns.map((column) => (
          <section key={column.name} aria-label={column.name}>
            <h2>{column.name}</h2>
            <ul>
              {column.cells.map((cell) => (
                <li key={cell.id}>
                  <CellView cell={cell} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  )
}

const layerColours = {
  info: '#c9ced6',
  low: '#9ecae9',
  medium: '#ffd27f',
  high: '#ffa875',
  critical: '#ff8fb3',
} as const

/** The matrix as a layer of the ATT&CK Navigator (format 4.5). */
function saveLayer(version: string, cells: readonly Cell[]): void {
  const techniques = [...new Map(cells.map((cell) => [cell.id, cell])).values()]
    .filter((cell) => cell.alerts > 0 || (cell.rules ?? 0) > 0)
    .map((cell) => ({
      techniqueID: cell.id,
      score: cell.alerts,
      color: cell.alerts > 0 ? layerColours[bandOf(cell.maxLevel)] : '',
      comment: `${plural(cell.alerts, 'alert')}${cell.rules === undefined ? '' : `, ${plural(cell.rules, 'rule')}`}`,
      enabled: true,
    }))
  const layer = {
    name: 'Quaywatch',
    versions: { attack: version.split('.')[0] ?? version, navigator: '5.1.0', layer: '4.5' },
    domain: 'enterprise-attack',
    description: `Alerts and rules, ${new Date().toISOString()}`,
    techniques,
    gradient: {
      colors: ['#ffffff', '#ff8fb3'],
      minValue: 0,
      maxValue: Math.max(1, ...techniques.map(({ score }) => score)),
    },
  }
  const url = URL.createObjectURL(
    new Blob([JSON.stringify(layer, undefined, 1)], { type: 'application/json' }),
  )
  const link = document.createElement('a')
  link.href = url
  link.download = 'quaywatch-attack-layer.json'
  link.click()
  URL.revokeObjectURL(url)
}

/** Rules per technique; one for a sub-technique counts for its parent too. */
function coverage(rules: readonly Rule[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const rule of rules) {
    const ids = new Set(rule.mitreIds.flatMap((id) => [id, id.split('.')[0] ?? id]))
    for (const id of ids) found.set(id, (found.get(id) ?? 0) + 1)
  }
  return found
}

function cellOf(
  id: string,
  name: string,
  bucket: Bucket | undefined,
  covered: ReadonlyMap<string, number> | undefined,
): Cell {
  return {
    id,
    name,
    alerts: bucket?.count ?? 0,
    maxLevel: bucket?.maxLevel ?? 0,
    rules: covered && (covered.get(id) ?? 0),
  }
}

function CellView({ cell }: { readonly cell: Cell }) {
  const state = cell.alerts > 0 ? `cell-${bandOf(cell.maxLevel)}` : (cell.rules ?? 0) > 0 ? 'cell-quiet' : ''
  const watched =
    cell.rules === undefined ? '' : cell.rules === 0 ? ', no rule' : `, ${plural(cell.rules, 'rule')}`
  const label = `${cell.id} ${cell.name}: ${plural(cell.alerts, 'alert')}${watched}`
  const inner = (
    <>
      <span class="cell-id">{cell.id}</span>
      {cell.alerts > 0 && <b class="cell-count">{shortCount(cell.alerts)}</b>}
      <span class="cell-name">{cell.name}</span>
    </>
  )
  if (cell.alerts === 0) {
    return (
      <div class={`cell ${state}`} title={label}>
        {inner}
      </div>
    )
  }
  return (
    <Link
      class={`cell ${state}`}
      href={hrefWith({ field: 'rule.mitre.id', kind: 'is', value: cell.id }, { ds: 'alerts' })}
      title={`${label}, highest level ${count(cell.maxLevel)}`}
    >
      {inner}
    </Link>
  )
}
