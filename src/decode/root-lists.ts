import type { ByteString } from '../event/byte-string.ts'
import type { Root } from './decoder-tree.ts'

/** Program names remembered with their candidates, and how long they may be. */
const cachedNames = 2048
const longestCachedName = 256

/**
 * The two lists of root decoders (spec/decoders.md §6.4) arranged so that an event meets few of them: by program name, or by the
 * first byte of the log.
 */
export class RootLists {
  readonly #withProgram: readonly Root[]
  readonly #byFirstByte: readonly (readonly Root[])[]
  readonly #byProgram = new Map<string, readonly Root[]>()

  constructor(roots: readonly Root[]) {
    this.#withProgram = roots.filter(({ definition }) => definition.programName !== undefined)
    const others = roots.filter(({ definition }) => definition.programName === undefined)
    this.#byFirstByte = Array.from({ length: 257 }, (_, byte) =>
      others.filter((root) => canStartWith(root, byte)),
    )
  }

  /** In load order, a superset of those that match; program names are already tested. */
  candidates(programName: ByteString | undefined, log: ByteString): readonly Root[] {
    if (programName !== undefined) return this.#forProgram(programName)
    return this.#byFirstByte[log === '' ? emptyLog : log.charCodeAt(0)] ?? []
  }

  #forProgram(name: ByteString): readonly Root[] {
    const cached = this.#byProgram.get(name)
    if (cached !== undefined) return cached
    const found = this.#withProgram.filter(({ definition }) => definition.programName?.test(name))
    if (name.length > longestCachedName) return found
    if (this.#byProgram.size >= cachedNames) this.#byProgram.clear()
    this.#byProgram.set(name, found)
    return found
  }
}

const emptyLog = 256

/** Whether a log that begins with this byte can match the prematch at all. */
function canStartWith({ definition }: Root, byte: number): boolean {
  const literals = definition.prematch?.pattern.literals
  if (literals === undefined) return true
  const lower = byte >= 65 && byte <= 90 ? byte + 32 : byte
  return literals.some(({ kind, text }) => {
    if (kind === 'contains' || kind === 'suffix') return byte !== emptyLog
    return text === '' ? true : text.charCodeAt(0) === lower
  })
}
