import { createHash } from 'node:crypto'
import { constants, createReadStream, existsSync } from 'node:fs'
import {
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'

import type { BackedUp } from '../kept-store.ts'
import { syncFolder } from './commit-log.ts'
import type { Segment } from './segment-file.ts'

/** A backup that is not what it says, or a place that has something in it. */
export class BackupRefused extends Error {}

interface Manifest {
  readonly format: 1
  readonly head: number
  readonly files: readonly { readonly name: string; readonly sizeBytes: number; readonly sha256: string }[]
}

const manifestName = 'backup.json'

/**
 * Copies segments first and log files after them, while nothing moves from one to the other: what is committed meanwhile is in the copied log
 * or not, whole commits and their cursors together. What others keep beside the store comes first, so that it is never ahead of what is stored.
 * The folder gets its name when everything in it is on the disk.
 */
export async function backUp(
  folder: string,
  segments: readonly Segment[],
  target: string,
  head: () => number,
): Promise<BackedUp> {
  await refuseOccupied(target)
  const partial = `${target}.partial`
  await rm(partial, { recursive: true, force: true })
  const headBefore = head()
  try {
    const names: string[] = []
    for (const name of await namesBeside(folder)) if (await copied(folder, partial, name)) names.push(name)
    const ours = ['id.key', ...segmentNames(folder, segments)]
    names.push(...ours)
    for (const name of ours) await copyDurably(path.join(folder, name), path.join(partial, name))
    for (const name of (await readdir(path.join(folder, 'log'))).sort()) {
      await copyDurably(path.join(folder, 'log', name), path.join(partial, 'log', name))
      names.push(path.join('log', name))
    }
    const files = await Promise.all(names.map((name) => described(partial, name)))
    const manifest: Manifest = { format: 1, head: headBefore, files }
    await writeFile(path.join(partial, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, {
      mode: 0o600,
      flush: true,
    })
    await syncFolder(partial)
    if (existsSync(target)) await rmdir(target)
    await rename(partial, target)
    await syncFolder(path.dirname(target))
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
    return { folder: target, files: files.length, sizeBytes, head: headBefore }
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

function segmentNames(folder: string, segments: readonly Segment[]): readonly string[] {
  return segments
    .flatMap((segment) => [segment.path, `${segment.path}.wal`])
    .filter((file) => existsSync(file))
    .map((file) => path.relative(folder, file))
}

/** What the store has for itself, what is set aside, and the link for the first sign-in. */
const notBeside = /^(?:segments|log|id\.key|lock\.duckdb.*|damaged-.*|sign-in)$/
const unfinished = /\.(?:tmp|new|partial)$/

/** Files of other components in the store's folder: inventories, accounts, notes, rule files, what waits to be stored. */
async function namesBeside(folder: string): Promise<readonly string[]> {
  const names: string[] = []
  for (const top of await readdir(folder, { withFileTypes: true })) {
    if (notBeside.test(top.name)) continue
    if (top.isFile()) names.push(top.name)
    if (!top.isDirectory()) continue
    const inside = await readdir(path.join(folder, top.name), { recursive: true, withFileTypes: true })
    const files = inside.filter((file) => file.isFile())
    names.push(...files.map((file) => path.relative(folder, path.join(file.parentPath, file.name))))
  }
  return names.filter((name) => !unfinished.test(name)).sort()
}

/** False: it is gone meanwhile. */
async function copied(folder: string, partial: string, name: string): Promise<boolean> {
  try {
    await copyDurably(path.join(folder, name), path.join(partial, name))
    return true
  } catch (error) {
    if (existsSync(path.join(folder, name))) throw error
    return false
  }
}

/** Makes a home's `data` out of a backup, after comparing every file with what the backup says about it. */
export async function restore(backup: string, home: string): Promise<{ files: number; head: number }> {
  const manifest = await readManifest(backup)
  const others = (await namesIn(home)).filter((name) => name !== 'etc')
  if (others.length > 0)
    throw new BackupRefused(`${home} is not empty (${others.slice(0, 3).join(', ')}); only etc/ may be there`)
  for (const { name, sizeBytes, sha256 } of manifest.files) {
    const found = await described(backup, name).catch(() => undefined)
    if (found?.sizeBytes !== sizeBytes || found.sha256 !== sha256)
      throw new BackupRefused(`${path.join(backup, name)} is missing or not what was backed up`)
  }
  const data = path.join(home, 'data')
  const partial = `${data}.partial`
  await mkdir(home, { recursive: true, mode: 0o750 })
  try {
    for (const { name } of manifest.files)
      await copyDurably(path.join(backup, name), path.join(partial, name))
    await rename(partial, data)
    await syncFolder(home)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
  return { files: manifest.files.length, head: manifest.head }
}

async function readManifest(backup: string): Promise<Manifest> {
  let text: string
  try {
    text = await readFile(path.join(backup, manifestName), 'utf8')
  } catch {
    throw new BackupRefused(`${backup} is no backup: it has no ${manifestName}`)
  }
  const manifest: Manifest = JSON.parse(text) // its files are compared before anything is made of it
  const isInside = (name: string) => path.normalize(`/${name}`) === `/${name}` && !/[\0\\]/.test(name)
  if (manifest.format !== 1 || !manifest.files.every(({ name }) => isInside(name)))
    throw new BackupRefused(`${backup} has a ${manifestName} that this program does not understand`)
  return manifest
}

async function refuseOccupied(target: string): Promise<void> {
  if ((await namesIn(target)).length > 0) throw new BackupRefused(`${target} is not empty`)
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return existsSync(folder) ? readdir(folder) : []
}

async function copyDurably(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true, mode: 0o700 })
  await copyFile(from, to, constants.COPYFILE_FICLONE)
  const handle = await open(to, 'r+')
  await handle.chmod(0o600)
  await handle.sync()
  await handle.close()
  await syncFolder(path.dirname(to))
}

async function described(folder: string, name: string): Promise<Manifest['files'][number]> {
  const file = path.join(folder, name)
  const digest = createHash('sha256')
  for await (const chunk of createReadStream(file)) digest.update(chunk)
  return { name, sizeBytes: (await stat(file)).size, sha256: digest.digest('hex') }
}
