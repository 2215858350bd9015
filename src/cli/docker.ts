import { readdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import type { EngineInventory } from '../event/inventory.ts'
import { homeFolder } from '../home.ts'
import { inventoryFileName, readInventoryFile } from '../sources/docker/inventory-file.ts'
import { printable } from '../telemetry/printable.ts'
import type { Command } from './command.ts'
import { print, reportProblems } from './search.ts'
import { NoStore } from './store-access.ts'
import { UsageProblem } from './time-argument.ts'

export const command: Command = {
  name: 'docker',
  summary: 'Shows what exists on the container engines that are watched.',
  usage: `Usage: quaywatch docker inventory [options]

  --home DIR         where the manager keeps its data
  --kind KIND        containers, images, volumes, networks or all (default: containers)
  --running          only containers that run
  --format FORMAT    table or ndjson (default: table)

As the manager saw it last, at most a few seconds ago while it runs.`,
  run: (args) => reportProblems('docker', () => docker(args)),
}

const kinds = ['containers', 'images', 'volumes', 'networks'] as const
type Kind = (typeof kinds)[number]

async function docker(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      home: { type: 'string' },
      kind: { type: 'string', default: 'containers' },
      running: { type: 'boolean', default: false },
      format: { type: 'string', default: 'table' },
    },
  })
  if (positionals.length !== 1 || positionals[0] !== 'inventory')
    throw new UsageProblem('say what to show: quaywatch docker inventory')
  const wanted = values.kind === 'all' ? kinds : kinds.filter((kind) => kind === values.kind)
  if (wanted.length === 0) throw new UsageProblem(`--kind must be one of ${kinds.join(', ')} or all`)
  if (!['table', 'ndjson'].includes(values.format)) throw new UsageProblem('--format must be table or ndjson')
  const engines = savedInventories(homeFolder(values.home)).map((engine) => ({
    ...engine,
    containers: engine.containers.filter(({ state }) => !values.running || state === 'running'),
  }))
  if (engines.length === 0)
    throw new NoStore('nothing is known yet: no manager of this home has read a container engine')
  for (const kind of wanted)
    await print(values.format === 'table' ? table(kind, engines) : lines(kind, engines))
  return 0
}

function savedInventories(home: string): EngineInventory[] {
  const folder = path.join(home, 'data', 'docker-listener')
  return filesIn(folder)
    .filter((name) => inventoryFileName.test(name))
    .flatMap((name) => readInventoryFile(path.join(folder, name)) ?? [])
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted()
  } catch {
    return [] // no engine was read yet
  }
}

function lines(kind: Kind, engines: readonly EngineInventory[]): string {
  return engines
    .flatMap((engine) =>
      engine[kind].map((item) => ({ kind: kind.slice(0, -1), engine: engine.engine, ...item })),
    )
    .map((item) => `${JSON.stringify(item)}\n`)
    .join('')
}

function table(kind: Kind, engines: readonly EngineInventory[]): string {
  const rows = [headings[kind], ...engines.flatMap((engine) => rowsOf(kind, engine))].map((row) =>
    row.map(printable),
  )
  const widths = headings[kind].map((_, at) =>
    Math.min(48, Math.max(...rows.map((row) => row[at]?.length ?? 0))),
  )
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

const headings: Readonly<Record<Kind, readonly string[]>> = {
  containers: ['NAME', 'STATE', 'IMAGE', 'LAST ACTIVITY', 'LAST ACTION', 'RISKS'],
  images: ['IMAGE', 'ID', 'VERSION', 'SIZE', 'FIRST SEEN', 'RUNNING', 'REGISTRY'],
  volumes: ['VOLUME', 'DRIVER', 'MADE', 'USED BY'],
  networks: ['NETWORK', 'DRIVER', 'SUBNETS', 'ATTACHED'],
}

const time = (ms: number | undefined): string =>
  ms === undefined ? '-' : new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

function rowsOf(kind: Kind, engine: EngineInventory): string[][] {
  switch (kind) {
    case 'containers':
      return engine.containers.map(({ name, state, health, image, risks, lastActivityAtMs, lastAction }) => [
        name,
        health === '' ? state : `${state} (${health})`,
        image,
        time(lastActivityAtMs),
        lastAction ?? '-',
        risks.join(' ') || '-',
      ])
    case 'images':
      return engine.images.map((image) => [
        image.names[0] ?? image.digests[0] ?? '<none>',
        image.id.replace(/^sha256:/, '').slice(0, 12),
        image.version || '-',
        `${(image.sizeBytes / 1e6).toFixed(1)} MB`,
        image.wasThere ? 'before' : time(image.firstSeenAtMs),
        `${image.running} of ${image.containers.length}`,
        image.registry || '-',
      ])
    case 'volumes':
      return engine.volumes.map(({ name, driver, createdAtMs, containers }) => [
        name,
        driver,
        time(createdAtMs),
        containers.join(' ') || '-',
      ])
    case 'networks':
      return engine.networks.map(({ name, driver, subnets, containers }) => [
        name,
        driver,
        subnets.join(' ') || '-',
        containers.map((one) => (one.address === '' ? one.name : `${one.name}=${one.address}`)).join(' ') ||
          '-',
      ])
  }
}
