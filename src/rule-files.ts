import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'

import type { RuleFile, RuleFileHooks, RuleFileText, SaveOutcome } from './api/api-options.ts'
import type { Problem } from './dialect/problem.ts'
import { fromByteString, toByteString } from './event/byte-string.ts'
import { lintEngine } from './lint-engine.ts'
import type { LoadedEngine } from './load-engine.ts'
import type { RulesetFiles } from './ruleset-files.ts'

const kinds = ['rules', 'decoders', 'lists'] as const
const part = '[A-Za-z0-9_][A-Za-z0-9._-]{0,120}'
const namePattern = new RegExp(`^(?:etc|ruleset)/(rules|decoders|lists)/${part}(?:/${part}){0,2}$`)
const versionsKept = 20

export interface RuleFileParts {
  readonly home: string
  readonly files: RulesetFiles
  /** Loads everything, with files from elsewhere. */
  load(files: RulesetFiles): LoadedEngine
  /** Those of the rules in force. */
  problems(): readonly Problem[]
  /** Makes what is on disk the rules in force; all problems. */
  reload(): Promise<readonly Problem[]>
  readonly now: () => number
}

export interface EditableRuleFiles extends RuleFileHooks {
  /** All rules with this text in this file; nothing when they could not be used. */
  drafted(name: string, text: string): LoadedEngine | undefined
}

/** Rule, decoder and list files: all can be read, those in the home directory can be changed. One change at a time. */
export function ruleFiles(parts: RuleFileParts): EditableRuleFiles {
  const { home, files } = parts
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work)
    last = done
    return done
  }
  return {
    list: () => listFiles(parts),
    read: (name) => (namePattern.test(name) ? readRuleFile(files, name) : undefined),
    check: (name, text) => (isOwn(name) ? problemsWith(parts, name, text) : [notOurs(name)]),
    drafted: (name, text) => {
      if (!isOwn(name)) return undefined
      const loaded = parts.load(overlay(files, name, text))
      return isUsable(loaded.problems) ? loaded : undefined
    },
    save: (request) => inTurn(() => save(parts, request)),
    remove: (name, by) => inTurn(() => remove(parts, name, by)),
    reload: () =>
      inTurn(async () => {
        const problems = await parts.reload()
        return problems.map((problem) => ({ ...problem, message: fromByteString(problem.message) }))
      }),
    versions: (name) => (isOwn(name) ? versionsOf(home, name) : []),
    version: (name, id) => {
      const found = isOwn(name) && versionsOf(home, name).some((one) => one.id === id)
      return found ? readFileSync(path.join(historyFolder(home, name), id), 'utf8') : undefined
    },
  }
}

function isOwn(name: string): boolean {
  const isXml = name.startsWith('etc/lists/') || name.endsWith('.xml')
  return name.startsWith('etc/') && isXml && namePattern.test(name)
}

function notOurs(name: string): Problem {
  const message = `${name.slice(0, 200)}: only files like etc/rules/name.xml, etc/decoders/name.xml and etc/lists/name can be changed here`
  return { code: 'file-name', severity: 'fatal', message }
}

function isUsable(problems: readonly Problem[]): boolean {
  return !problems.some(({ severity }) => severity === 'fatal')
}

function listFiles({ files, home }: RuleFileParts): readonly RuleFile[] {
  const named = kinds.flatMap((kind) =>
    kind === 'lists'
      ? files.lists()
      : ['etc', 'ruleset'].flatMap((top) =>
          files
            .list(`${top}/${kind}`)
            .filter((name) => name.endsWith('.xml'))
            .map((name) => `${top}/${kind}/${name}`),
        ),
  )
  return named
    .filter((name) => namePattern.test(name))
    .map((name) => {
      const own = statSync(path.join(home, name), { throwIfNoEntry: false })
      const isLocal = name.startsWith('etc/') && own !== undefined
      return {
        name,
        kind: kinds.find((kind) => name.split('/')[1] === kind) ?? 'rules',
        isLocal,
        ...(isLocal ? { sizeBytes: own.size, changedAtMs: own.mtimeMs } : {}),
      }
    })
}

function readRuleFile(files: RulesetFiles, name: string): RuleFileText | undefined {
  try {
    const bytes = files.read(name)
    const text = fromByteString(bytes)
    // Text that is not UTF-8 would not survive being saved.
    return { name, text, version: digest(bytes), canBeChanged: isOwn(name) && toByteString(text) === bytes }
  } catch {
    return undefined
  }
}

function digest(bytes: string): string {
  return createHash('sha256').update(bytes, 'latin1').digest('hex').slice(0, 32)
}

/** The same files with one of them as it might become; `undefined`: without it. */
function overlay(files: RulesetFiles, name: string, text: string | undefined): RulesetFiles {
  const folder = path.posix.dirname(name)
  const base = path.posix.basename(name)
  const changed = (names: readonly string[], one: string): readonly string[] => {
    const others = names.filter((other) => other !== one)
    return (text === undefined ? others : [...others, one]).toSorted()
  }
  return {
    list: (asked) => (asked === folder ? changed(files.list(asked), base) : files.list(asked)),
    read: (asked) => (asked === name && text !== undefined ? toByteString(text) : files.read(asked)),
    lists: () => (name.startsWith('etc/lists/') ? changed(files.lists(), name) : files.lists()),
    ...(files.shippedLists ? { shippedLists: () => files.shippedLists?.() ?? [] } : {}),
  }
}

/** Of this file first; those that are there anyway and elsewhere are left out, fatal ones never. */
function problemsWith(parts: RuleFileParts, name: string, text: string | undefined): readonly Problem[] {
  const loaded = parts.load(overlay(parts.files, name, text))
  const all = isUsable(loaded.problems) ? [...loaded.problems, ...lintEngine(loaded)] : loaded.problems
  const known = new Set(parts.problems().map(({ message }) => message))
  return all
    .filter(
      ({ at, severity, message }) =>
        at?.file === name || severity === 'fatal' || (!at && !known.has(message)),
    )
    .map((problem) => ({ ...problem, message: fromByteString(problem.message) }))
}

async function save(
  parts: RuleFileParts,
  { name, text, version, by }: Parameters<RuleFileHooks['save']>[0],
): Promise<SaveOutcome> {
  if (!isOwn(name)) return { kind: 'refused', problems: [notOurs(name)] }
  const before = ownText(parts.home, name)
  if ((before === undefined ? undefined : digest(toByteString(before))) !== version)
    return { kind: 'conflict' }
  const problems = problemsWith(parts, name, text)
  if (!isUsable(problems)) return { kind: 'refused', problems }
  if (before !== undefined) await keep(parts, name, before, by)
  await writeAtomically(path.join(parts.home, name), text)
  await parts.reload()
  return { kind: 'saved', version: digest(toByteString(text)), problems }
}

async function remove(parts: RuleFileParts, name: string, by: string): Promise<SaveOutcome> {
  const before = isOwn(name) ? ownText(parts.home, name) : undefined
  if (before === undefined) return { kind: 'conflict' }
  const problems = problemsWith(parts, name, undefined)
  if (!isUsable(problems)) return { kind: 'refused', problems }
  await keep(parts, name, before, by)
  await rm(path.join(parts.home, name))
  await parts.reload()
  return { kind: 'saved', version: '', problems }
}

function ownText(home: string, name: string): string | undefined {
  try {
    return readFileSync(path.join(home, name), 'utf8')
  } catch {
    return undefined
  }
}

function historyFolder(home: string, name: string): string {
  return path.join(home, 'data', 'rule-files', name.replaceAll('/', '~'))
}

/** What a file was before a change, by time and by whom. */
async function keep({ home, now }: RuleFileParts, name: string, text: string, by: string): Promise<void> {
  const folder = historyFolder(home, name)
  const at = new Date(now()).toISOString().replaceAll(':', '-')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeAtomically(path.join(folder, `${at}~${by.replaceAll(/[^A-Za-z0-9._@-]/g, '_')}`), text)
  for (const { id } of versionsOf(home, name).slice(versionsKept)) await rm(path.join(folder, id))
}

function versionsOf(home: string, name: string): readonly { id: string; atMs: number; by: string }[] {
  try {
    return readdirSync(historyFolder(home, name))
      .flatMap((id) => {
        const [, day, time, by = ''] = /^(\d{4}-\d\d-\d\d)T([\d-]+\.\d{3})Z~(.+)$/.exec(id) ?? []
        const atMs = Date.parse(`${day}T${time?.replaceAll('-', ':')}Z`)
        return Number.isNaN(atMs) ? [] : [{ id, atMs, by }]
      })
      .sort((a, b) => b.atMs - a.atMs)
  } catch {
    return []
  }
}

/** A crash leaves the old or the new file. */
async function writeAtomically(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o750 })
  const temporary = path.join(path.dirname(file), `.${randomBytes(6).toString('hex')}`)
  const handle = await open(temporary, 'wx', 0o640)
  try {
    await handle.writeFile(text, 'utf8')
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
}
