import { readJsonFile } from '../json-file.ts'
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
  const value = (await readJsonFile(file)) ?? empty
  if (!isState(value)) throw new Error(`${file} does not hold users, sessions and tokens`)
  return value
}
