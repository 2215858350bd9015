// What the system can take away while the store is open: writing, permission, the disk itself.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { createInterface, type Interface } from 'node:readline'

import { openStore } from '../../src/store/open-store.ts'

const child = path.join(import.meta.dirname, 'fault-child.js')
const root = mkdtempSync(path.join(tmpdir(), 'quaywatch-faults-'))
const isRoot = process.getuid?.() === 0
const nobody = 65_534
const mounts: string[] = []
after(() => {
  for (const folder of mounts.toReversed()) spawnSync('umount', ['-l', folder])
  rmSync(root, { recursive: true, force: true })
})

function run(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args).status === 0
}

/** A store in a process of its own. */
class Peer {
  readonly process: ChildProcess
  readonly told: string[] = []
  readonly #answers: string[] = []
  #wake: () => void = () => undefined

  constructor(folder: string, uid?: number) {
    const as = uid === undefined ? {} : { uid, gid: uid }
    const running = spawn(process.execPath, [child, folder], { stdio: ['pipe', 'pipe', 'inherit'], ...as })
    this.process = running
    const lines: Interface = createInterface({ input: running.stdout })
    lines.on('line', (line) => {
      const said: Record<string, string> = JSON.parse(line) // by the file beside this one
      if (said['answer'] === undefined) this.told.push(Object.values(said).join(': '))
      else this.#answers.push(said['answer'])
      this.#wake()
    })
    running.once('exit', () => this.#wake())
  }

  async next(): Promise<string> {
    for (;;) {
      const [answer] = this.#answers.splice(0, 1)
      if (answer !== undefined) return answer
      if (this.process.exitCode !== null) throw new Error('the store ended')
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  ask(line: string): Promise<string> {
    this.process.stdin?.write(`${line}\n`)
    return this.next()
  }

  async end(): Promise<void> {
    assert.equal(await this.ask('close'), 'closed')
    this.process.stdin?.end()
    await new Promise((resolve) => this.process.once('exit', resolve))
  }
}

async function storedIn(folder: string): Promise<string> {
  const store = await openStore({ folder })
  const request = { dataset: 'alerts', query: { kind: 'all' }, limit: 100, order: 'oldest' } as const
  const { hits } = await store.search(request, new AbortController().signal)
  await store.close()
  return hits.map(({ eventId }) => eventId).join(' ')
}

/** Until it searches everything again, which it tries by itself. */
async function recovered(peer: Peer, all: string): Promise<void> {
  for (let tries = 0; (await peer.ask('search')) !== all; tries++) {
    assert.ok(tries < 100, `it does not recover: ${peer.told.join(', ')}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

describe('a store that is open', () => {
  it(
    'goes on when its folders become read-only, says so, and catches up when they are writable again',
    { skip: isRoot ? false : 'SKIPPED: file systems can be mounted by root only' },
    async () => {
      const folder = path.join(root, 'read-only')
      mkdirSync(folder)
      const peer = new Peer(folder)
      await peer.next()
      assert.equal(await peer.ask('append a'), 'stored')
      assert.equal(await peer.ask('search'), 'a')
      for (const name of ['log', 'segments']) {
        const part = path.join(folder, name)
        assert.ok(run('mount', '--bind', part, part) && run('mount', '-o', 'remount,bind,ro', part))
        mounts.push(part)
      }
      assert.equal(await peer.ask('append b'), 'stored')
      assert.equal(await peer.ask('search'), 'a partial')
      assert.equal(await peer.ask('append c'), 'stored')
      assert.equal(peer.told.length, 1)
      assert.match(peer.told[0] ?? '', /^search: EROFS/)
      for (const folderName of mounts.splice(0)) assert.ok(run('umount', folderName))
      await recovered(peer, 'a b c')
      assert.equal(peer.told[1], 'search: over')
      await peer.end()
      assert.equal(await storedIn(folder), 'a b c')
    },
  )

  it(
    'goes on when it loses the permission to write, and catches up when it has it again',
    { skip: isRoot ? false : 'SKIPPED: only root can run a process as somebody else' },
    async (t) => {
      const folder = path.join(root, 'permission')
      mkdirSync(folder)
      for (const name of [root, folder]) chownSync(name, nobody, nobody)
      const peer = new Peer(folder, nobody)
      if (
        (await Promise.race([peer.next(), new Promise((resolve) => peer.process.once('exit', resolve))])) !==
        'open'
      ) {
        t.skip('SKIPPED: nobody may not read this program')
        return
      }
      assert.equal(await peer.ask('append a'), 'stored')
      const parts = ['log', 'segments'].map((name) => path.join(folder, name))
      for (const part of parts) chownSync(part, 0, 0)
      for (const part of parts) chmodSync(part, 0o700)
      assert.equal(await peer.ask('append b'), 'stored')
      assert.equal(await peer.ask('search'), 'partial')
      assert.match(peer.told[0] ?? '', /^search: EACCES/)
      for (const part of parts) chownSync(part, nobody, nobody)
      await recovered(peer, 'a b')
      assert.equal(peer.told[1], 'search: over')
      await peer.end()
      assert.equal(await storedIn(folder), 'a b')
    },
  )

  it(
    'refuses to store when its disk fails, still answers, and loses nothing it acknowledged',
    { skip: isRoot ? false : 'SKIPPED: file systems can be mounted by root only' },
    async (t) => {
      const disk = path.join(root, 'disk.img')
      const folder = path.join(root, 'disk')
      mkdirSync(folder)
      const made = run('truncate', '-s', '64M', disk) && run('mkfs.ext4', '-q', '-F', disk)
      if (!made || !run('mount', '-o', 'loop,errors=remount-ro', disk, folder)) {
        t.skip('SKIPPED: no loop device')
        return
      }
      mounts.push(folder)
      const data = path.join(folder, 'data')
      const peer = new Peer(data)
      await peer.next()
      assert.equal(await peer.ask('append a'), 'stored')
      assert.equal(await peer.ask('search'), 'a')
      assert.equal(await peer.ask('append b'), 'stored')
      // As the kernel does it when it finds an error.
      assert.ok(run('mount', '-o', 'remount,abort', folder))
      assert.match(await peer.ask('append c'), /^refused: Error: EROFS/)
      assert.match(await peer.ask('append c'), /^refused: Error: EROFS/)
      assert.equal(await peer.ask('search'), 'a partial')
      assert.match(peer.told[0] ?? '', /^store: EROFS/)
      peer.process.kill('SIGKILL')
      await new Promise((resolve) => peer.process.once('exit', resolve))
      assert.ok(run('umount', folder) && run('mount', '-o', 'loop', disk, folder))
      assert.equal(await storedIn(data), 'a b')
    },
  )
})
