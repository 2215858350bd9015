import { existsSync, readFileSync, statSync } from 'node:fs'
import type { SecureContextOptions } from 'node:tls'

import { filesOf } from '../../certs/certificate-folder.ts'
import { ensureServerCertificate } from '../../certs/server-certificate.ts'
import { tokenFile } from './token-file.ts'

/** Certificates and tokens of the webhook; notices when somebody replaced them. */
export class TlsFiles {
  readonly #home: string
  readonly #files: readonly string[]
  #seen: string

  constructor(home: string) {
    this.#home = home
    const { certificateFile, keyFile } = filesOf(home, 'server')
    this.#files = [certificateFile, keyFile, filesOf(home, 'ca').certificateFile, tokenFile(home)]
    this.#seen = this.#marks()
  }

  /** Makes the certificates on first use and near their end. */
  async ensure(names: readonly string[]): Promise<readonly string[]> {
    const { missing } = await ensureServerCertificate(this.#home, names)
    this.#seen = this.#marks()
    return missing
  }

  read(): SecureContextOptions {
    const [cert, key, ca] = this.#files
    if (cert === undefined || key === undefined || ca === undefined) throw new Error('unreachable')
    return { cert: readFileSync(cert), key: readFileSync(key), ca: [readFileSync(ca)] }
  }

  /** True once after a file changed. */
  haveChanged(): boolean {
    const marks = this.#marks()
    const changed = marks !== this.#seen
    this.#seen = marks
    return changed
  }

  #marks(): string {
    return this.#files
      .map((file) => {
        if (!existsSync(file)) return '-'
        const { mtimeMs, ino, size } = statSync(file)
        return `${mtimeMs} ${ino} ${size}`
      })
      .join('\n')
  }
}
