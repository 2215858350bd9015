import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Speaks as much of the Engine API as a listener needs; what it says is up to the test. */
export class FakeEngine {
  readonly host: string
  /** Answers of `GET /containers/ID/json`, and those of other paths. */
  readonly answers = new Map<string, string>()
  /** Milliseconds before an answer, by path. */
  readonly delays = new Map<string, number>()
  /** Requests so far, in their order. */
  readonly asked: string[] = []
  /** What the engine still remembers, repeated to everybody who asks with `since`. */
  readonly ring: string[] = []
  /** Streams repeat it only after this; who asks with `until` is answered at once. */
  repeats: Promise<void> | undefined
  readonly #folder: string
  readonly #server: Server
  readonly #readers = new Set<ServerResponse>()

  private constructor(folder: string) {
    this.#folder = folder
    this.host = `unix://${folder}/docker.sock`
    this.#server = createServer((asked, response) => this.#answer(asked, response))
    this.answers.set('/info', '{"ID":"FAKE","ServerVersion":"29.0.0"}')
    this.answers.set('/containers/json', '[]')
  }

  static async start(): Promise<FakeEngine> {
    const folder = mkdtempSync(path.join(tmpdir(), 'quaywatch-engine-'))
    const engine = new FakeEngine(folder)
    await new Promise<void>((resolve) => engine.#server.listen(`${folder}/docker.sock`, resolve))
    return engine
  }

  /** To everybody who listens; newline-delimited JSON, cut wherever the caller likes. */
  send(text: string): void {
    for (const reader of this.#readers) reader.write(text)
  }

  /** Ends the streams, as an engine does when it stops. */
  hangUp(): void {
    for (const reader of this.#readers) reader.end()
  }

  get listeners(): number {
    return this.#readers.size
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #answer(asked: IncomingMessage, response: ServerResponse): void {
    const url = new URL(asked.url ?? '/', 'http://engine')
    this.asked.push(asked.url ?? '')
    if (url.pathname === '/events') return this.#stream(url, response)
    const answer = this.answers.get(url.pathname)
    setTimeout(
      () => {
        response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
        response.end(answer ?? '{"message":"no such thing"}')
      },
      this.delays.get(url.pathname) ?? 0,
    )
  }

  #stream(url: URL, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    const repeat = (): void => {
      if (url.searchParams.has('since')) for (const line of this.ring) response.write(`${line}\n`)
    }
    if (!this.repeats || url.searchParams.has('until')) repeat()
    else void this.repeats.then(repeat)
    if (url.searchParams.has('until')) return void response.end()
    this.#readers.add(response)
    response.once('close', () => this.#readers.delete(response))
  }
}
