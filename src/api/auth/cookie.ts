/** `__Host-`: the browser sends it back only over TLS, to this host, and no other host could have set it. */
const name = '__Host-quaywatch'
const attributes = 'Path=/; HttpOnly; Secure; SameSite=Lax'

/** The session's secret out of a Cookie header (RFC 6265 §4.2). */
export function readSessionCookie(header: string | undefined): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=')
    if (pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}

/** Value of Set-Cookie. A secret is base64url: nothing in it needs quoting. */
export function sessionCookie(secret: string): string {
  return `${name}=${secret}; ${attributes}`
}

export const endedCookie = `${name}=; ${attributes}; Max-Age=0`
