import { spawn } from 'node:child_process'
import { Agent } from 'node:http'
import { Duplex } from 'node:stream'

export interface SshTarget {
  readonly host: string
  readonly user: string
  /** Empty: what the configuration of ssh says. */
  readonly port: string
}

const maxConnections = 10
const maxComplaint = 500

/** As the docker command does it: the ssh of this host, with its keys, known hosts and configuration, runs docker on the other one. */
export function sshArguments({ host, user, port }: SshTarget): string[] {
  const asksNothing = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-T']
  const where = [...(user === '' ? [] : ['-l', user]), ...(port === '' ? [] : ['-p', port])]
  return asksNothing.concat(where, '--', host, 'docker', 'system', 'dial-stdio')
}

/** Connections to an engine behind ssh, each a process of ssh. */
export function sshAgent(target: SshTarget): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: maxConnections, maxFreeSockets: 2 })
  return Object.assign(agent, { createConnection: () => dial(target) })
}

/** What an agent calls on connections it keeps. A process has none of it. */
const socketMethods = {
  setKeepAlive: () => undefined,
  setNoDelay: () => undefined,
  setTimeout: () => undefined,
  ref: () => undefined,
  unref: () => undefined,
}

function dial(target: SshTarget): Duplex {
  const child = spawn('ssh', sshArguments(target), { stdio: ['pipe', 'pipe', 'pipe'] })
  const duplex = new Duplex({
    read: () => void child.stdout.resume(),
    write: (chunk: Buffer, encoding, done) => void child.stdin.write(chunk, encoding, done),
    final: (done) => void child.stdin.end(done),
    // Whoever gives up a connection ends its process.
    destroy: (error, done) => {
      child.kill()
      done(error)
    },
  })
  const failed = (reason: string): void => {
    duplex.destroy(Object.assign(new Error(reason), { code: 'SSH' }))
  }
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < maxComplaint) complaint += text
  })
  child.stdout.on('data', (chunk: Buffer) => {
    if (!duplex.push(chunk)) child.stdout.pause()
  })
  // A write to a process that has gone is told by its end.
  child.stdin.on('error', () => undefined)
  child.once('error', (error) => failed(`ssh cannot be run: ${error.message}`))
  child.once('close', (code) => {
    if (code === 0 || code === null) duplex.push(null)
    else failed(`ssh ended: ${complaint.trim().split('\n').at(-1) ?? ''}`)
  })
  return Object.assign(duplex, socketMethods)
}
