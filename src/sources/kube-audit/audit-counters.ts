import { request } from 'node:https'

/** What an API server counts of its own audit events (`apiserver_audit_*` of its `/metrics`). */
export interface AuditCounters {
  /** Events that its audit policy asked for. */
  readonly events: number
  /** Events that a back end could not take, by `plugin`: `webhook`, `buffered`, `log`, … */
  readonly errors: ReadonlyMap<string, number>
  /** Requests refused because they could not be audited. */
  readonly rejected: number
}

const sample = /^apiserver_audit_(event|error|requests_rejected)_total(?:\{([^}]*)\})? ([0-9.e+]+)(?: \d+)?$/
const pluginLabel = /(?:^|,)plugin="([^"]*)"/

/** Reads the counters from a metrics page, line by line. */
export class CounterReader {
  #events: number | undefined
  #rejected = 0
  readonly #errors = new Map<string, number>()

  line(text: string): void {
    if (!text.startsWith('apiserver_audit_')) return
    const [, name, labels = '', written] = sample.exec(text) ?? []
    const value = Number(written)
    if (name === undefined || Number.isNaN(value)) return
    const [, plugin = ''] = pluginLabel.exec(labels) ?? []
    if (name === 'event') this.#events = (this.#events ?? 0) + value
    else if (name === 'requests_rejected') this.#rejected += value
    else this.#errors.set(plugin, (this.#errors.get(plugin) ?? 0) + value)
  }

  /** `undefined` when the page was no API server's. */
  get counters(): AuditCounters | undefined {
    if (this.#events === undefined) return undefined
    return { events: this.#events, errors: this.#errors, rejected: this.#rejected }
  }
}

export interface ScrapeTarget {
  readonly url: string
  /** PEM; without it the authorities of the system. */
  readonly ca: string | undefined
  readonly token: string | undefined
}

const timeoutMs = 10_000
/** A large cluster's page has some 10 MB. */
const longestPage = 128 * 1024 ** 2
const longestLine = 64 * 1024

/** The counters of one API server. Rejects with a sentence when they cannot be had. */
export function readCounters({ url, ca, token }: ScrapeTarget, signal: AbortSignal): Promise<AuditCounters> {
  return new Promise((resolve, reject) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const asked = request(
      url,
      {
        agent: false,
        ...(ca === undefined ? {} : { ca }),
        timeout: timeoutMs,
        signal,
        headers: { accept: 'text/plain', ...authorization },
      },
      (answer) => {
        if (answer.statusCode !== 200) {
          answer.resume()
          const hint =
            answer.statusCode === 401 || answer.statusCode === 403 ? ': the token may not get /metrics' : ''
          reject(new Error(`${url} answered ${answer.statusCode}${hint}`))
          return
        }
        const reader = new CounterReader()
        let rest = ''
        let length = 0
        answer.setEncoding('latin1')
        answer.on('data', (chunk: string) => {
          length += chunk.length
          if (length > longestPage) {
            answer.destroy(new Error(`${url} is longer than ${longestPage} bytes`))
            return
          }
          const lines = (rest + chunk).split('\n')
          rest = (lines.pop() ?? '').slice(0, longestLine)
          for (const line of lines) reader.line(line)
        })
        answer.on('error', reject)
        answer.on('end', () => {
          reader.line(rest)
          if (reader.counters === undefined) reject(new Error(`${url} has no apiserver_audit_event_total`))
          else resolve(reader.counters)
        })
      },
    )
    asked.on('timeout', () => asked.destroy(new Error(`${url} did not answer within ${timeoutMs / 1000} s`)))
    asked.on('error', reject)
    asked.end()
  })
}
