// What exists on the watched container engines now, whether or not something happened to it in the chosen time.
import { useState } from 'preact/hooks'
import type { EngineInventory, InventoryContainer, InventoryImage } from '../../../src/event/inventory.ts'
import { visible } from '../../../src/api/visible-text.ts'
import { refreshed } from '../data/address.ts'
import { useResource } from '../data/client.ts'
import { entityHref } from '../data/entity.ts'
import { count, plural, size } from '../data/text.ts'
import { ago, full } from '../data/time.ts'
import { Card, Quiet } from './card.tsx'
import { Link } from './link.tsx'
import { Failed } from './notice.tsx'
import { Table } from './table.tsx'
import { Line, Text } from './text.tsx'

type Engine = Omit<EngineInventory, 'containers' | 'images' | 'volumes' | 'networks'> & {
  readonly running: number
  readonly containers: number
  readonly images: number
}

const most = 500
const shownFirst = 12

/** Containers that exist, running ones first; those that endanger their host are marked. */
export function LiveContainers() {
  const [isWhole, setWhole] = useState(false)
  const engines = useResource<{ engines: readonly Engine[] }>({
    path: '/docker/engines',
    version: refreshed.value,
  })
  const { data, problem } = useResource<{ containers: readonly InventoryContainer[]; total: number }>({
    path: `/docker/containers?limit=${most}`,
    version: refreshed.value,
  })
  if (engines.problem && !engines.data) return <Failed problem={engines.problem} />
  if (!engines.data || engines.data.engines.length === 0) return null
  const ordered = [...(data?.containers ?? [])].sort(
    (a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1),
  )
  const shown = isWhole ? ordered : ordered.slice(0, shownFirst)
  return (
    <Card title="On this host now" problem={problem} aside={<EngineWords engines={engines.data.engines} />}>
      {ordered.length === 0 ? (
        <Quiet isReady={data !== undefined}>There is no container.</Quiet>
      ) : (
        <Table
          label="Containers that exist"
          heads={['Name', 'Image', 'State', 'Since', 'Ports', 'Watch out for', 'Last event']}
        >
          {shown.map((one) => (
            <tr key={one.id} class={one.state === 'running' ? '' : 'is-off'}>
              <th scope="row">
                <Link href={entityHref('container', one.name)}>
                  <Line>{one.name}</Line>
                </Link>
              </th>
              <td>
                <Link href={entityHref('image', one.image)}>
                  <Line>{one.image}</Line>
                </Link>
              </td>
              <td>
                <StateWords container={one} />
              </td>
              <td>
                <Since
                  atMs={one.state === 'running' ? one.startedAtMs : (one.endedAtMs ?? one.createdAtMs)}
                />
              </td>
              <td>
                <Line>{one.ports.join(', ')}</Line>
              </td>
              <td>
                <Risks risks={one.risks} />
              </td>
              <td title={one.lastActivityAtMs === undefined ? undefined : full(one.lastActivityAtMs)}>
                <Line>{lastOf(one)}</Line>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {shown.length < (data?.total ?? 0) && !isWhole && (
        <button type="button" class="link" onClick={() => setWhole(true)}>
          Show {count(ordered.length - shown.length)} more
        </button>
      )}
    </Card>
  )
}

function rank({ state, risks }: InventoryContainer): number {
  return (state === 'running' ? 0 : 2) + (risks.length > 0 ? 0 : 1)
}

function lastOf({ lastAction, lastActivityAtMs }: InventoryContainer): string {
  if (lastAction === undefined || lastActivityAtMs === undefined) return ''
  return `${lastAction.split(':')[0] ?? ''}, ${ago(lastActivityAtMs)}`
}

function EngineWords({ engines }: { readonly engines: readonly Engine[] }) {
  return (
    <span class="muted">
      {engines.map((one) => (
        <span key={one.engine} title={visible(one.address)} class="engine">
          <i class={`state state-${one.connected ? 'running' : 'stopped'}`} /> {one.running} of{' '}
          {plural(one.containers, 'container')} running, {plural(one.images, 'image')}, engine{' '}
          {visible(one.version, 40)}
          {!one.connected && ', not connected: as last seen'}
        </span>
      ))}
    </span>
  )
}

function StateWords({ container }: { readonly container: InventoryContainer }) {
  const { state, health, exitCode } = container
  const isBad = health === 'unhealthy' || (exitCode !== undefined && exitCode !== 0) || state === 'dead'
  const words = [
    state,
    health === '' ? undefined : health,
    exitCode === undefined ? undefined : `code ${exitCode}`,
  ]
  return (
    <span class={isBad ? 'is-bad' : ''}>
      <Line>{words.filter((word) => word !== undefined).join(', ')}</Line>
    </span>
  )
}

function Since({ atMs }: { readonly atMs: number | undefined }) {
  return atMs === undefined ? <>–</> : <span title={full(atMs)}>{ago(atMs).replace(' ago', '')}</span>
}

function Risks({ risks, most = 4 }: { readonly risks: readonly string[]; readonly most?: number }) {
  return (
    <span class="risks">
      {risks.slice(0, most).map((risk) => (
        <span key={risk} class="badge badge-warning">
          <Text limit={40}>{risk}</Text>
        </span>
      ))}
      {risks.length > most && (
        <span class="muted" title={visible(risks.slice(most).join(', '))}>
          and {risks.length - most} more
        </span>
      )}
    </span>
  )
}

/** Images on the host: which version of what, from where, and who uses it. */
export function Images() {
  const [isWhole, setWhole] = useState(false)
  const { data, problem } = useResource<{ images: readonly InventoryImage[]; total: number }>({
    path: `/docker/images?limit=${most}`,
    version: refreshed.value,
  })
  if (problem && !data) return <Failed problem={problem} />
  if (!data || data.total === 0) return null
  const ordered = [...data.images].sort(
    (a, b) => b.running - a.running || b.containers.length - a.containers.length,
  )
  const shown = isWhole ? ordered : ordered.slice(0, shownFirst)
  return (
    <Card
      title="Images on this host"
      problem={problem}
      aside={<span class="muted">{count(data.total)}</span>}
    >
      <Table
        label="Images"
        heads={['Name', 'Version', 'Digest', 'Built', 'First seen', 'Size', 'Used by', 'Watch out for']}
        numbers={['Size']}
      >
        {shown.map((one) => (
          <tr key={one.id}>
            <th scope="row">
              {one.names[0] === undefined ? (
                <span class="muted">without a name</span>
              ) : (
                <Link href={entityHref('image', one.names[0])}>
                  <Line>{one.names.join(', ')}</Line>
                </Link>
              )}
            </th>
            <td title={visible([one.revision, one.source].filter(Boolean).join(' '))}>
              <Line>{one.version === '' ? '–' : one.version}</Line>
            </td>
            <td class="mono" title={visible(one.digests[0] ?? one.id)}>
              <Text>{(one.digests[0]?.split('@')[1] ?? one.id).replace('sha256:', '').slice(0, 12)}</Text>
            </td>
            <td>
              <Since atMs={one.createdAtMs} />
            </td>
            <td>{one.wasThere ? <span class="muted">before</span> : <Since atMs={one.firstSeenAtMs} />}</td>
            <td class="num">{size(one.sizeBytes)}</td>
            <td>
              {one.containers.length === 0 ? (
                <span class="muted">nobody</span>
              ) : (
                <Line>{one.containers.join(', ')}</Line>
              )}
            </td>
            <td>
              <Risks risks={warningsOf(one)} />
            </td>
          </tr>
        ))}
      </Table>
      {shown.length < ordered.length && (
        <button type="button" class="link" onClick={() => setWhole(true)}>
          Show {count(ordered.length - shown.length)} more
        </button>
      )}
    </Card>
  )
}

function warningsOf(image: InventoryImage): readonly string[] {
  return [
    ...(image.latest ? ['tag latest'] : []),
    ...(image.digests.length === 0 ? ['no digest of a registry'] : []),
    ...(image.names.length === 0 ? ['lost its name'] : []),
  ]
}

/** Of one container, on its own page: how it is set up. */
export function ContainerSetUp({ name }: { readonly name: string }) {
  const { data } = useResource<{ containers: readonly InventoryContainer[] }>({
    path: `/docker/containers?q=${encodeURIComponent(name.slice(0, 200))}&limit=50`,
    version: refreshed.value,
  })
  const found = data?.containers.find((one) => one.name === name)
  if (!found) return null
  const facts = [
    ['Image', `${found.image} (${found.imageId.replace('sha256:', '').slice(0, 12)})`],
    ['Runs as', found.user === '' ? 'the user of its image' : found.user],
    ['Command', found.command],
    ['Restarts', found.restartPolicy],
    ['Ports', found.ports.join(', ')],
    ['Mounts', found.mounts.join(', ')],
    ['Networks', found.networks.map((one) => `${one.name} ${one.address}`.trim()).join(', ')],
    ['Compose', [found.project, found.service].filter(Boolean).join(' / ')],
  ] as const
  return (
    <Card title="How it is set up now" aside={<StateWords container={found} />}>
      <dl class="facts set-up">
        {found.risks.length > 0 && (
          <div class="fact">
            <dt>Watch out for</dt>
            <dd>
              <Risks risks={found.risks} most={40} />
            </dd>
          </div>
        )}
        {facts
          .filter(([, value]) => value !== '')
          .map(([label, value]) => (
            <div key={label} class="fact">
              <dt>{label}</dt>
              <dd>
                <Text limit={600}>{value}</Text>
              </dd>
            </div>
          ))}
      </dl>
    </Card>
  )
}
