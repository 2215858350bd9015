import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import type { Role } from '../api-options.ts'
import type { PasswordHash } from './secret.ts'

export interface User {
  readonly name: string
  readonly role: Role
  readonly password: PasswordHash | undefined
  readonly createdAtMs: number
}

export interface Session {
  /** Digest of the cookie's value. */
  readonly digest: string
  readonly user: string
  readonly createdAtMs: number
  readonly lastSeenAtMs: number
  readonly address: string
  readonly browser: string
}

export interface Token {
  readonly id: string
  readonly name: string
  readonly digest: string
  readonly role: Role
  /** Who made it. */
  readonly user: string
  readonly createdAtMs: number
  readonly expiresAtMs: number | undefined
  readonly lastUsedAtMs: number | undefined
}

export interface AuthState {
  readonly users: readonly User[]
  readonly sessions: readonly Session[]
  readonly tokens: readonly Token[]
}

const empty: AuthState = { users: [], sessions: [], tokens: [] }

function isState(value: unknown): value is AuthState {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['users', 'sessions', 'tokens'].every((key) => Array.isArray(Reflect.get(value, key)))
  )
}

/** Rejects when the file is there but is not ours: starting without users would lock everybody out in silence. */
export async function readAuthFile(file: string): Promise<AuthState> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return empty
    throw error
  }
  const value: unknown = JSON.parse(text)
  if (!isState(value)) throw new Error(`${file} does not hold users, sessions and tokens`)
  return value
}

/** Atomic: a crash leaves the old or the new file. Readable by its owner only. */
export async function writeAuthFile(file: string, state: AuthState): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(JSON.stringify(state, undefined, 1))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
}
