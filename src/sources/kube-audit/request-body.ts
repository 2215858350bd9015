import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

import type { Refusal } from '../../telemetry/kube-audit.ts'

export type AuditRequest = IncomingMessage | Http2ServerRequest
export type Body = { readonly bytes: Buffer } | { readonly refused: Refusal; readonly detail: string }

const unzip = promisify(gunzip)

interface Limits {
  readonly maxBytes: number
  /** For the whole body. */
  readonly timeoutMs: number
  /** Called with the growth of what lies in memory; the caller gives all of it back. */
  readonly hold: (bytes: number) => void
}

function receive(request: AuditRequest, { maxBytes, timeoutMs, hold }: Limits): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(
      () => end({ refused: 'too-slow', detail: `no complete body in ${timeoutMs} ms` }),
      timeoutMs,
    )
    // Called again by `close` after `end`; a promise keeps its first answer.
    const end = (body: Body) => {
      clearTimeout(timer)
      request.off('data', take)
      resolve(body)
    }
    const take = (chunk: Buffer) => {
      size += chunk.length
      hold(chunk.length)
      if (size > maxBytes) end({ refused: 'too-large', detail: `more than ${maxBytes} bytes` })
      else chunks.push(chunk)
    }
    request.on('data', take)
    request.on('end', () => end({ bytes: Buffer.concat(chunks) }))
    for (const event of ['close', 'error', 'aborted'])
      request.on(event, () => end({ refused: 'interrupted', detail: 'the client went away' }))
  })
}

async function decompressed(bytes: Buffer, { maxBytes, hold }: Limits): Promise<Body> {
  try {
    const plain = await unzip(bytes, { maxOutputLength: maxBytes })
    hold(plain.length - bytes.length)
    return { bytes: plain }
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return isTooLarge
      ? { refused: 'too-large', detail: `more than ${maxBytes} bytes when decompressed` }
      : { refused: 'encoding', detail: 'the body is no gzip' }
  }
}

/** The body, decompressed. Never rejects. */
export async function readBody(request: AuditRequest, limits: Limits): Promise<Body> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity' && encoding !== 'gzip')
    return { refused: 'encoding', detail: `content-encoding ${encoding} is neither gzip nor identity` }
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes)
    return { refused: 'too-large', detail: `more than ${limits.maxBytes} bytes` }
  const body = await receive(request, limits)
  return 'refused' in body || encoding === 'identity' ? body : decompressed(body.bytes, limits)
}
