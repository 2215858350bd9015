import path from 'node:path'
import type { Role } from '../api-options.ts'
import type { AuthState, Session, Token, User } from './auth-file.ts'
import { writeJsonFile } from '../json-file.ts'
import { readAuthFile } from './auth-file.ts'
import { digest, hashPassword, newSecret, passwordMatches } from './secret.ts'

const idleMs = 8 * 3_600_000
const absoluteMs = 24 * 3_600_000
/** How stale `last seen` may be on disk; every request would otherwise write the file. */
const seenWriteMs = 60_000
const maxSessionsPerUser = 50
const maxTokens = 1000
const maxUsers = 1000
const tokenPrefix = 'qw_'

/** What a role may do includes everything the lower ones may. */
export const rank: Readonly<Record<Role, number>> = { viewer: 0, analyst: 1, admin: 2 }

/** Who makes a request. */
export interface Identity {
  readonly user: string
  readonly role: Role
  readonly by: 'session' | 'token'
  /** Digest of the session or id of the token. */
  readonly credential: string
}

export interface Visitor {
  readonly address: string
  readonly browser: string
}

/** Users, sessions and tokens of the dashboard, kept in one file. Secrets leave it once, when they are made. */
export class Accounts {
  readonly #file: string
  readonly #now: () => number
  #state: AuthState
  #writing: Promise<void> = Promise.resolve()

  private constructor(file: string, now: () => number, state: AuthState) {
    this.#file = file
    this.#now = now
    this.#state = state
  }

  static async open(home: string, now: () => number): Promise<Accounts> {
    const file = path.join(home, 'data', 'auth.json')
    return new Accounts(file, now, await readAuthFile(file))
  }

  get users(): readonly User[] {
    return this.#state.users
  }

  get tokens(): readonly Token[] {
    return this.#state.tokens
  }

  sessions(): readonly Session[] {
    return this.#state.sessions.filter((session) => this.#isAlive(session))
  }

  user(name: string): User | undefined {
    return this.#state.users.find((user) => user.name === name)
  }

  /** Session of a cookie value; extends its idle time. */
  bySession(secret: string): Identity | undefined {
    const hashed = digest(secret)
    const session = this.#state.sessions.find((one) => one.digest === hashed)
    const user = session && this.user(session.user)
    if (!session || !user || !this.#isAlive(session)) return undefined
    if (this.#now() - session.lastSeenAtMs > seenWriteMs) {
      const seen = { ...session, lastSeenAtMs: this.#now() }
      void this.#save({
        sessions: this.#state.sessions.map((one) => (one.digest === hashed ? seen : one)),
      })
    }
    return { user: user.name, role: user.role, by: 'session', credential: hashed }
  }

  byToken(secret: string): Identity | undefined {
    if (!secret.startsWith(tokenPrefix)) return undefined
    const hashed = digest(secret)
    const token = this.#state.tokens.find((one) => one.digest === hashed)
    if (!token || (token.expiresAtMs !== undefined && token.expiresAtMs <= this.#now())) return undefined
    if (this.#now() - (token.lastUsedAtMs ?? 0) > seenWriteMs) {
      const used = { ...token, lastUsedAtMs: this.#now() }
      void this.#save({ tokens: this.#state.tokens.map((one) => (one.id === token.id ? used : one)) })
    }
    return { user: token.user, role: this.#roleOf(token), by: 'token', credential: token.id }
  }

  /** Whether the identity a stream was opened with still holds, and still with this role. */
  stillHolds(identity: Identity): boolean {
    if (identity.by === 'token') {
      const token = this.#state.tokens.find((one) => one.id === identity.credential)
      const lives = token !== undefined && (token.expiresAtMs ?? Infinity) > this.#now()
      return lives && this.#roleOf(token) === identity.role
    }
    const session = this.#state.sessions.find((one) => one.digest === identity.credential)
    const role = session && this.user(session.user)?.role
    return session !== undefined && this.#isAlive(session) && role === identity.role
  }

  async checkPassword(name: string, password: string): Promise<boolean> {
    return passwordMatches(password, this.user(name)?.password)
  }

  /** Resolves with the cookie's value. */
  async startSession(user: string, visitor: Visitor): Promise<string> {
    const secret = newSecret()
    const at = this.#now()
    const session: Session = { digest: digest(secret), user, createdAtMs: at, lastSeenAtMs: at, ...visitor }
    const others = this.sessions().filter((one) => one.user !== user)
    const own = this.sessions().filter((one) => one.user === user)
    await this.#save({ sessions: [...others, ...own.slice(-maxSessionsPerUser + 1), session] })
    return secret
  }

  async endSession(sessionDigest: string): Promise<boolean> {
    const left = this.#state.sessions.filter((one) => one.digest !== sessionDigest)
    if (left.length === this.#state.sessions.length) return false
    await this.#save({ sessions: left })
    return true
  }

  /** `false`: the name is taken or there are too many. */
  async addUser(name: string, role: Role, password: string | undefined): Promise<boolean> {
    const hashed = password === undefined ? undefined : await hashPassword(password)
    if (this.user(name) || this.#state.users.length >= maxUsers) return false
    const user: User = { name, role, password: hashed, createdAtMs: this.#now() }
    await this.#save({ users: [...this.#state.users, user] })
    return true
  }

  async changeRole(name: string, role: Role): Promise<void> {
    await this.#save({
      users: this.#state.users.map((user) => (user.name === name ? { ...user, role } : user)),
    })
  }

  /** Ends the user's other sessions: whoever knew the old password is out. */
  async setPassword(name: string, password: string, keepSession: string | undefined): Promise<void> {
    const hashed = await hashPassword(password)
    await this.#save({
      users: this.#state.users.map((user) => (user.name === name ? { ...user, password: hashed } : user)),
      sessions: this.#state.sessions.filter((one) => one.user !== name || one.digest === keepSession),
    })
  }

  /** With everything the user could still get in with. */
  async removeUser(name: string): Promise<void> {
    await this.#save({
      users: this.#state.users.filter((user) => user.name !== name),
      sessions: this.#state.sessions.filter((one) => one.user !== name),
      tokens: this.#state.tokens.filter((one) => one.user !== name),
    })
  }

  /** Resolves with the token's text; `undefined` when there are too many. */
  async addToken(
    parts: Pick<Token, 'name' | 'role' | 'user' | 'expiresAtMs'>,
  ): Promise<{ readonly token: Token; readonly secret: string } | undefined> {
    if (this.#state.tokens.length >= maxTokens) return undefined
    const secret = tokenPrefix + newSecret()
    const hashed = digest(secret)
    const token: Token = {
      ...parts,
      id: hashed.slice(0, 12),
      digest: hashed,
      createdAtMs: this.#now(),
      lastUsedAtMs: undefined,
    }
    await this.#save({ tokens: [...this.#state.tokens, token] })
    return { token, secret }
  }

  async removeToken(id: string): Promise<Token | undefined> {
    const token = this.#state.tokens.find((one) => one.id === id)
    if (token) await this.#save({ tokens: this.#state.tokens.filter((one) => one !== token) })
    return token
  }

  /** Everything asked for so far is on disk. */
  async settled(): Promise<void> {
    await this.#writing
  }

  /** Never more than its maker may do today. */
  #roleOf(token: Token): Role {
    const maker = this.user(token.user)?.role ?? 'viewer'
    return rank[maker] < rank[token.role] ? maker : token.role
  }

  #isAlive(session: Session): boolean {
    const now = this.#now()
    return now - session.lastSeenAtMs < idleMs && now - session.createdAtMs < absoluteMs
  }

  #save(changed: Partial<AuthState>): Promise<void> {
    this.#state = { ...this.#state, ...changed }
    const write = () => writeJsonFile(this.#file, this.#state)
    this.#writing = this.#writing.then(write, write)
    return this.#writing
  }
}
