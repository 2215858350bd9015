import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { digest, newSecret } from './secret.ts'

const validMs = 3_600_000

function folderOf(home: string): string {
  return path.join(home, 'data', 'sign-in')
}

/**
 * Makes the secret part of a one-time sign-in link. It is an empty file named after the secret's digest, so that a command run by whoever
 * owns the home directory can make one for a manager that is already running.
 */
export async function createSignInSecret(home: string): Promise<string> {
  const folder = folderOf(home)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const secret = newSecret()
  await writeFile(path.join(folder, digest(secret)), '', { flag: 'wx', mode: 0o600 })
  return secret
}

async function dropExpired(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name)
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: nowMs }))
    if (nowMs - mtimeMs > validMs) await rm(file, { force: true })
  }
}

/** True once per secret: removing the file is what uses it up. */
export async function redeemSignInSecret(home: string, secret: string, nowMs: number): Promise<boolean> {
  const folder = folderOf(home)
  await dropExpired(folder, nowMs)
  try {
    await rm(path.join(folder, digest(secret)))
    return true
  } catch {
    return false // unknown, used or expired: the visitor is told the same
  }
}
