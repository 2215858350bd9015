import { once } from 'node:events'
import { chmod, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'

import type { KeptStore } from '../kept-store.ts'
import type { Request } from './protocol.ts'

export interface StoreServer {
  /** Ends every connection and stops listening. */
  close(): Promise<void>
}

const longestRequest = 256 * 1024
/** Events turned into text at once: whoever reads the whole store must not hold up those who write into it. */
const sliceLength = 50

/**
 * Answers other processes of the same user, because only one process may open the store: `quaywatch search` and `tail` while the manager runs. Whoever
 * may open the socket may read everything, so it is for its owner only (0600).
 */
export async function serveStore(store: KeptStore, socketPath: string): Promise<StoreServer> {
  await rm(socketPath, { force: true }) // of a process that was killed: this one holds the store
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const gone = new AbortController()
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      gone.abort()
    })
    converse(store, socket, gone.signal).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      socket.end(`${JSON.stringify({ error: message })}\n`)
    })
  })
  server.listen(socketPath)
  await once(server, 'listening')
  await chmod(socketPath, 0o600)
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy()
      const closed = once(server, 'close')
      server.close()
      await closed
      await rm(socketPath, { force: true })
    },
  }
}

async function converse(store: KeptStore, socket: Socket, signal: AbortSignal): Promise<void> {
  for await (const result of answers(store, await requestOf(socket), signal)) {
    if (signal.aborted) return
    if (!socket.write(`${JSON.stringify({ result })}\n`)) await once(socket, 'drain', { signal })
  }
  socket.end()
}

async function* answers(store: KeptStore, request: Request, signal: AbortSignal): AsyncIterable<unknown> {
  switch (request.ask) {
    case 'search':
      yield await store.search(request.request, signal)
      return
    case 'stats':
      yield await store.stats()
      return
    case 'verify':
      yield await store.verify()
      return
    case 'compact':
      yield await store.compact()
      return
    case 'backup':
      yield await store.backup(request.target)
      return
    case 'replay':
      for await (const page of store.replay(request.sinceMs, signal, request.untilMs))
        for (let start = 0; start < page.length; start += sliceLength)
          yield page.slice(start, start + sliceLength)
      return
    case 'follow':
      yield* store.follow(request.dataset, request.after ?? store.head(), signal)
  }
}

async function requestOf(socket: Socket): Promise<Request> {
  socket.setEncoding('utf8')
  let text = ''
  for (;;) {
    const [chunk]: unknown[] = await once(socket, 'data')
    text += String(chunk)
    const end = text.indexOf('\n')
    if (end >= 0) {
      socket.resume()
      const request: Request = JSON.parse(text.slice(0, end)) // from a process of the same user and program
      return request
    }
    if (text.length > longestRequest) throw new Error('the request is too long')
  }
}
