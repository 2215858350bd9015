import { type Http2SecureServer, createSecureServer } from 'node:http2'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { setTimeout as sleep } from 'node:timers/promises'

import { type KubeAuditTelemetry, type Refusal } from '../../telemetry/kube-audit.ts'
import { auditEvents } from './audit-events.ts'
import { Backlog } from './backlog.ts'
import type { ClusterHealth } from './cluster-health.ts'
import type { Deliveries } from './deliveries.ts'
import { type AuthMethod, type Peer, peerOfCertificate, peerOfToken } from './peer.ts'
import { answerPlainHttp, connectionName } from './plain-http.ts'
import { RateLimit } from './rate-limit.ts'
import { type ReceiverLimits, defaultLimits } from './receiver-limits.ts'
import { type AuditRequest, readBody } from './request-body.ts'
import { type Answer, type NotStored, answerRefusal } from './refusal-answer.ts'
import { Turnstile } from './turnstile.ts'
import { TlsFiles } from './tls-files.ts'
import { readTokens, type TokenList } from './token-file.ts'

export interface ReceiverOptions {
  readonly port: number
  readonly bind: string
  readonly auth: readonly AuthMethod[]
  readonly cluster: string | undefined
  readonly maxBodyBytes: number
  readonly limits?: Partial<ReceiverLimits>
}

export interface ReceiverParts {
  readonly home: string
  readonly now: () => number
  readonly telemetry: KubeAuditTelemetry
  readonly deliveries: Deliveries
  readonly health: ClusterHealth
  readonly listening: (port: number) => void
}

interface BodyOrigin {
  readonly cluster: string
  readonly server: string
  readonly isImport: boolean
}

const notYet: NotStored = { reason: 'not-stored', detail: 'the store takes nothing now' }
const storedAnswer = '{"status":"stored"}\n'

/** What may lie in memory, bodies not yet durable: two of the largest, and at least 32 MiB. */
export function mostHeldBytes(maxBodyBytes: number): number {
  return Math.max(2 * maxBodyBytes, 32 * 1024 ** 2)
}

/** The HTTPS side of the audit webhook. */
export class Receiver {
  readonly #options: ReceiverOptions
  readonly #parts: ReceiverParts
  readonly #files: TlsFiles
  readonly #rate: RateLimit
  readonly #limits: ReceiverLimits
  readonly #peers = new WeakMap<object, Peer | 'anonymous'>()
  readonly #addresses = new Map<string, number>()
  readonly #sockets = new Set<Socket>()
  /** Connections below TLS, by peer; a client that speaks plain HTTP must be answered there. */
  readonly #plain = new Map<string, Socket>()
  readonly #parsing: Turnstile
  readonly #backlog: Backlog
  #tokens: TokenList
  #heldBytes = 0

  constructor(options: ReceiverOptions, parts: ReceiverParts) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    const { requestsPerSecond, requestBurst, clients, parsedBytes, unhurriedBytes } = this.#limits
    this.#rate = new RateLimit(requestsPerSecond, requestBurst, clients)
    this.#parts = parts
    this.#parsing = new Turnstile(parsedBytes)
    this.#backlog = new Backlog({ usualBytes: unhurriedBytes, atOnceBytes: parsedBytes }, parts.now)
    this.#files = new TlsFiles(parts.home)
    this.#tokens = readTokens(parts.home)
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  /** Listens until the signal aborts; a port that is taken is tried again. */
  async run(signal: AbortSignal, state: (detail: string, failed: boolean) => void): Promise<void> {
    const { telemetry } = this.#parts
    telemetry.certificatesRead(await this.#files.ensure([]))
    for (let waitMs = 500; !signal.aborted; waitMs = Math.min(waitMs * 2, 15_000)) {
      try {
        const server = this.#server()
        await this.#listen(server, state)
        await this.#maintain(server, signal)
        await this.#close(server)
        return
      } catch (error) {
        if (signal.aborted) return
        const failure = error instanceof Error ? error : new Error(String(error))
        telemetry.cannotListen(failure, waitMs)
        state(failure.message, true)
        await sleep(waitMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  #server(): Http2SecureServer {
    const server = createSecureServer(
      {
        ...this.#files.read(),
        allowHTTP1: true,
        minVersion: 'TLSv1.2',
        requestCert: this.#options.auth.includes('mtls'),
        // Judged by `peerOfCertificate`, which can say why.
        rejectUnauthorized: false,
        handshakeTimeout: this.#limits.handshakeMs,
        maxSessionMemory: 32,
        settings: { maxConcurrentStreams: 64, initialWindowSize: 1024 ** 2, maxHeaderListSize: 16_384 },
      },
      (request, response) => {
        void this.#serve(request, response)
      },
    )
    server.maxConnections = this.#limits.connections
    server.on('connection', (socket: Socket) => this.#admit(socket))
    server.on('secureConnection', (socket: TLSSocket) => this.#expectRequest(socket))
    server.on('tlsClientError', (error, socket) => this.#handshakeFailed(error, socket))
    server.on('sessionError', (error) => this.#sessionFailed(error))
    server.setTimeout(this.#limits.idleMs)
    return server
  }

  #listen(server: Http2SecureServer, state: (detail: string, failed: boolean) => void): Promise<void> {
    const { port, bind, auth } = this.#options
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port, host: bind }, () => {
        server.off('error', reject)
        const address = server.address()
        const bound = typeof address === 'object' && address ? address.port : port
        this.#parts.listening(bound)
        this.#parts.telemetry.listening(bind, bound, auth)
        state(`https://${bind.includes(':') ? `[${bind}]` : bind}:${bound}`, false)
        resolve()
      })
    })
  }

  /** Takes new certificates and tokens while running, and renews our own in time. */
  async #maintain(server: Http2SecureServer, signal: AbortSignal): Promise<void> {
    let renewedAtMs = this.#parts.now()
    while (!signal.aborted) {
      await sleep(this.#limits.rereadMs, undefined, { signal }).catch(() => undefined)
      const isRenewalDue = this.#parts.now() - renewedAtMs > this.#limits.renewMs
      try {
        if (isRenewalDue) {
          renewedAtMs = this.#parts.now()
          await this.#files.ensure([])
        }
        if (!isRenewalDue && !this.#files.haveChanged()) continue
        server.setSecureContext({ ...this.#files.read(), minVersion: 'TLSv1.2' })
        this.#tokens = readTokens(this.#parts.home)
        this.#parts.telemetry.credentialsChanged()
      } catch (error) {
        this.#parts.telemetry.certificatesFailed(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }

  #close(server: Http2SecureServer): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve())
      // Answers in flight are short; idle keep-alive connections would hold the process for minutes.
      setTimeout(() => this.#sockets.forEach((socket) => socket.destroy()), 500).unref()
    })
  }

  #admit(socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    const count = this.#addresses.get(address) ?? 0
    if (count >= this.#limits.connectionsPerAddress) {
      this.#parts.telemetry.refused('connections', address)
      socket.destroy()
      return
    }
    this.#addresses.set(address, count + 1)
    this.#sockets.add(socket)
    const name = connectionName(socket)
    this.#plain.set(name, socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (this.#plain.get(name) === socket) this.#plain.delete(name)
      const left = (this.#addresses.get(address) ?? 1) - 1
      if (left > 0) this.#addresses.set(address, left)
      else this.#addresses.delete(address)
    })
  }

  /** A client that shows its certificate and then sends headers a byte a minute goes. */
  #expectRequest(socket: TLSSocket): void {
    const timer = setTimeout(() => {
      if (this.#peers.has(socket)) return
      this.#parts.telemetry.refused('too-slow', socket.remoteAddress ?? '', 'no request after the handshake')
      socket.destroy()
    }, this.#limits.firstRequestMs)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
  }

  #handshakeFailed(error: Error & { readonly code?: string }, socket: TLSSocket): void {
    const isHttp = error.code === 'ERR_SSL_HTTP_REQUEST'
    this.#parts.telemetry.refused(
      isHttp ? 'plain-http' : 'handshake',
      socket.remoteAddress ?? '',
      error.code ?? error.message,
    )
    if (isHttp) answerPlainHttp(this.#plain.get(connectionName(socket)))
    setImmediate(() => socket.destroy())
  }

  /** A connection that ends without a farewell interrupts the requests that were on it, and each of them says so itself. */
  #sessionFailed(error: Error & { readonly code?: string }): void {
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return
    this.#parts.telemetry.refused('interrupted', 'HTTP/2 session', error.message)
  }

  async #serve(request: AuditRequest, response: Answer): Promise<void> {
    response.on('error', () => undefined)
    try {
      await this.#answer(request, response)
    } catch (error) {
      if (!response.headersSent) response.writeHead(500)
      response.end()
      throw error
    }
  }

  async #answer(request: AuditRequest, response: Answer): Promise<void> {
    const { telemetry } = this.#parts
    const peer = this.#peer(request)
    const from = request.socket.remoteAddress ?? ''
    if (request.method === 'GET' && /^\/(healthz|livez|readyz)(\?|$)/.test(request.url ?? '')) {
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.end('ok\n')
      return
    }
    const refuse = (reason: Refusal, detail = '', retryAfterMs = 0) => {
      telemetry.refused(reason, from, detail)
      answerRefusal(request, response, { reason, detail, retryAfterMs })
    }
    if (request.method !== 'POST') return refuse('method', 'audit events are posted')
    if (peer.kind === 'refused') return refuse(peer.reason, peer.detail)
    const expected = Number(request.headers['content-length'] ?? 0)
    const full = this.#whyNot(peer.client, expected)
    if (full) return refuse(full.reason, full.detail, full.retryAfterMs)
    // What is announced counts from the start: many large bodies at once must not all be let in.
    let taken = Math.min(expected, this.#options.maxBodyBytes)
    this.#hold(taken)
    let received = 0
    const hold = (bytes: number) => {
      received += bytes
      const beyond = Math.max(0, received - taken)
      taken += beyond
      if (beyond > 0) this.#hold(beyond)
    }
    const body = await readBody(request, {
      maxBytes: this.#options.maxBodyBytes,
      timeoutMs: this.#limits.bodyMs,
      hold,
    })
    if ('refused' in body) {
      this.#hold(-taken)
      return refuse(body.refused, body.detail)
    }
    const stored = this.#store(body.bytes, {
      cluster: this.#options.cluster ?? peer.cluster,
      server: from,
      isImport: request.headers['x-quaywatch-import'] !== undefined,
    }).finally(() => this.#hold(-taken))
    const refused = await this.#inTime(stored)
    if (refused) return refuse(refused.reason, refused.detail, refused.retryAfterMs)
    if (response.destroyed) return
    // With the length the answer is one write, without it five.
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': storedAnswer.length })
    response.end(storedAnswer)
  }

  /** Why another body cannot be taken now. */
  #whyNot(client: string, bytes: number): NotStored | undefined {
    if (!this.#rate.take(client, this.#parts.now()))
      return { reason: 'rate', detail: 'too many requests of this client' }
    if (this.#backlog.oldestMs > this.#limits.storeMs) return notYet
    const late = this.#tooLate()
    if (late) return late
    const most = mostHeldBytes(this.#options.maxBodyBytes)
    return this.#heldBytes > 0 && this.#heldBytes + bytes > most
      ? { reason: 'busy', detail: 'too much waits for the store' }
      : undefined
  }

  /** The answer as long as somebody waits for it. Whoever sends again what was stored meanwhile does no harm. */
  #inTime(stored: Promise<NotStored | undefined>): Promise<NotStored | undefined> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(notYet), this.#limits.storeMs)
      stored.finally(() => clearTimeout(timer)).then(resolve, reject)
    })
  }

  /** A refusal now is better than an answer when nobody waits for it any more. */
  #tooLate(): NotStored | undefined {
    const { waitMs } = this.#backlog
    return waitMs > this.#limits.patienceMs
      ? { reason: 'busy', detail: 'what came before is not stored yet', retryAfterMs: waitMs }
      : undefined
  }

  /** Resolves when the events are durable, or with the reason why they are not. */
  async #store(bytes: Buffer, origin: BodyOrigin): Promise<NotStored | undefined> {
    const receivedAtMs = this.#parts.now()
    // Many may have been let in before the first of them was there. What is large is not sent again for that.
    const late = bytes.length > this.#limits.unhurriedBytes ? undefined : this.#tooLate()
    if (late) return late
    const passage = this.#backlog.begin(bytes.length)
    await this.#parsing.enter(bytes.length)
    try {
      return await this.#storeParsed(bytes, { ...origin, receivedAtMs })
    } finally {
      this.#parsing.leave(bytes.length)
      this.#backlog.end(passage)
    }
  }

  async #storeParsed(
    bytes: Buffer,
    { cluster, server, isImport, receivedAtMs }: BodyOrigin & { readonly receivedAtMs: number },
  ): Promise<NotStored | undefined> {
    const { now, telemetry, deliveries, health } = this.#parts
    const found = auditEvents(bytes, { cluster, receivedAtMs })
    if ('refused' in found) return { reason: 'not-audit-events', detail: found.refused }
    const { events, deadLetters, truncated, oldestStageMs } = found
    telemetry.received(cluster, { events: events.length, bytes: bytes.length, deadLetters, truncated })
    const failure =
      events.length === 0
        ? undefined
        : await new Promise<Error | undefined>((resolve) => deliveries.add({ events, settled: resolve }))
    if (failure) return { reason: 'not-stored', detail: failure.message }
    // Events of an import are old, not late.
    const lagMs = oldestStageMs === undefined || isImport ? undefined : Math.max(0, now() - oldestStageMs)
    telemetry.stored(cluster, lagMs, now() - receivedAtMs)
    // Nobody waits for more when an import or a test ends.
    if (!isImport) health.stored(cluster, server, { events: events.length, lagMs, deadLetters, truncated })
    return undefined
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes
    this.#parts.telemetry.held(this.#heldBytes)
  }

  #peer(request: AuditRequest): Peer {
    const { auth } = this.#options
    const address = request.socket.remoteAddress ?? ''
    const connection = connectionOf(request)
    let certain = this.#peers.get(connection)
    if (certain === undefined) {
      certain = (auth.includes('mtls') ? peerOfCertificate(tlsSocketOf(request)) : undefined) ?? 'anonymous'
      this.#peers.set(connection, certain)
      this.#peers.set(request.socket, certain)
    }
    if (certain !== 'anonymous' && certain.kind === 'known') return certain
    const token = auth.includes('token')
      ? peerOfToken(request.headers.authorization, this.#tokens)
      : undefined
    if (token) return token
    if (auth.includes('none')) return { kind: 'known', cluster: 'default', client: `address ${address}` }
    if (certain !== 'anonymous') return certain
    return { kind: 'refused', reason: 'no-credentials', detail: `this webhook takes ${auth.join(' or ')}` }
  }
}

/** What stays the same from request to request: the HTTP/2 session or the socket. */
function connectionOf(request: AuditRequest): object {
  return ('stream' in request && request.stream.session) || request.socket
}

function tlsSocketOf(request: AuditRequest): TLSSocket {
  const { socket } = request
  if ('getPeerCertificate' in socket) return socket
  throw new Error('a request of the HTTPS server came without TLS')
}
