import type { Socket } from 'node:net'

/** The peer of a connection, the same below and above TLS. */
export function connectionName({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

/** Nothing was encrypted yet, so the words go out as they are. */
export function answerPlainHttp(socket: Socket | undefined): void {
  const text = 'This port takes HTTPS: write https:// in the server address of the webhook kubeconfig.\n'
  socket?.write(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
  )
}
