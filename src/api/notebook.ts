import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { Query } from '../store/query/query.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'

/** A question somebody keeps: part of the dashboard's address. */
export interface SavedSearch {
  readonly id: string
  readonly name: string
  /** Page and parameters: `events?q=…`. */
  readonly address: string
  readonly by: string
  /** Seen by everybody; else only by who made it. */
  readonly isShared: boolean
  readonly atMs: number
}

/** What somebody wrote down about an event. */
export interface Note {
  readonly id: string
  readonly eventId: string
  readonly text: string
  readonly by: string
  readonly atMs: number
}

/** Alerts of one rule, of one thing only when a field is named, are not shown until it expires. */
export interface Mute {
  readonly id: string
  readonly ruleId: string
  readonly field?: string
  readonly value?: string
  readonly reason: string
  readonly by: string
  readonly atMs: number
  readonly expiresAtMs: number
}

interface Pages {
  readonly searches: readonly SavedSearch[]
  readonly notes: readonly Note[]
  readonly mutes: readonly Mute[]
}

const limits: Readonly<Record<keyof Pages, number>> = { searches: 500, notes: 20_000, mutes: 200 }
const empty: Pages = { searches: [], notes: [], mutes: [] }

/** What people add to what happened: saved searches, notes, mutes. One file in the home directory. */
export class Notebook {
  readonly #file: string
  readonly #now: () => number
  #pages: Pages
  #writing: Promise<void> = Promise.resolve()

  private constructor(file: string, now: () => number, pages: Pages) {
    this.#file = file
    this.#now = now
    this.#pages = pages
  }

  /** Rejects when the file is there but is not ours. */
  static async open(home: string, now: () => number): Promise<Notebook> {
    const file = path.join(home, 'data', 'notebook.json')
    return new Notebook(file, now, await readPages(file))
  }

  searchesOf(user: string): readonly SavedSearch[] {
    return this.#pages.searches.filter(({ by, isShared }) => isShared || by === user)
  }

  notesOn(eventId: string): readonly Note[] {
    return this.#pages.notes.filter((note) => note.eventId === eventId)
  }

  /** Those in force. */
  mutes(): readonly Mute[] {
    const nowMs = this.#now()
    return this.#pages.mutes.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
  }

  /** `undefined`: there are too many. */
  addSearch(search: Omit<SavedSearch, 'id' | 'atMs'>): Promise<SavedSearch | undefined> {
    return this.#add('searches', search)
  }

  addNote(note: Omit<Note, 'id' | 'atMs'>): Promise<Note | undefined> {
    return this.#add('notes', note)
  }

  addMute(mute: Omit<Mute, 'id' | 'atMs'>): Promise<Mute | undefined> {
    this.#pages = { ...this.#pages, mutes: this.mutes() }
    return this.#add('mutes', mute)
  }

  /** What was removed; `undefined`: it was not there, or it is not this user's to remove. */
  async remove<K extends keyof Pages>(
    kind: K,
    id: string,
    user: string | undefined,
  ): Promise<Pages[K][number] | undefined> {
    const found = this.#pages[kind].find((one) => one.id === id && (user === undefined || one.by === user))
    if (!found) return undefined
    await this.#write({ ...this.#pages, [kind]: this.#pages[kind].filter((one) => one.id !== id) })
    return found
  }

  async #add<T extends object>(
    kind: keyof Pages,
    item: T,
  ): Promise<(T & { id: string; atMs: number }) | undefined> {
    if (this.#pages[kind].length >= limits[kind]) return undefined
    const made = { ...item, id: randomBytes(8).toString('hex'), atMs: this.#now() }
    await this.#write({ ...this.#pages, [kind]: [...this.#pages[kind], made] })
    return made
  }

  #write(pages: Pages): Promise<void> {
    this.#pages = pages
    this.#writing = this.#writing.then(
      () => writeJsonFile(this.#file, pages),
      () => writeJsonFile(this.#file, pages),
    )
    return this.#writing
  }
}

/** What the mutes leave out. */
export function mutedQuery(mutes: readonly Mute[]): Query | undefined {
  if (mutes.length === 0) return undefined
  const parts = mutes.map(({ ruleId, field, value }): Query => {
    const rule = { kind: 'match', field: 'rule.id', value: ruleId, phrase: true } as const
    if (field === undefined || value === undefined) return rule
    return { kind: 'and', parts: [rule, { kind: 'match', field, value, phrase: true }] }
  })
  return { kind: 'or', parts }
}

function isPages(value: unknown): value is Pages {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(empty).every((key) => Array.isArray(Reflect.get(value, key)))
  )
}

async function readPages(file: string): Promise<Pages> {
  const value = (await readJsonFile(file)) ?? empty
  if (!isPages(value)) throw new Error(`${file} does not hold searches, notes and mutes`)
  return value
}
