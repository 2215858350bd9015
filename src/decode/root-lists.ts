import type { ByteString } from '../event/byte-string.ts'
import type { Root } from './decoder-tree.ts'
import { canStartWith, emptyLog } from './first-byte.ts'

/** Program names remembered with their candidates, and how long they may be. */
const cachedNames = 2048
const longestCachedName = 256

/** Root decoders in load order, told apart by the first byte of the log. */
class ByFirstByte {
  readonly #roots: readonly Root[]
  readonly #byByte: (readonly Root[] | undefined)[] = Array.from({ length: 257 }, () => undefined)

  constructor(roots: readonly Root[]) {
    this.#roots = roots
  }

  candidates(log: ByteString): readonly Root[] {
    const byte = log === '' ? emptyLog : log.charCodeAt(0)
    return (this.#byByte[byte] ??= this.#roots.filter(({ definition }) => canStartWith(definition, byte)))
  }
}

/**
 * The two lists of root decoders (spec/decoders.md §6.4) arranged so that an event meets few of them: by program name and by the
 * first byte of the log.
 */
export class RootLists {
  readonly #withProgram: readonly Root[]
  readonly #others: ByFirstByte
  readonly #byProgram = new Map<string, ByFirstByte>()

  constructor(roots: readonly Root[]) {
    this.#withProgram = roots.filter(({ definition }) => definition.programName !== undefined)
    this.#others = new ByFirstByte(roots.filter(({ definition }) => definition.programName === undefined))
  }

  /** In load order, a superset of those that match; program names are already tested. */
  candidates(programName: ByteString | undefined, log: ByteString): readonly Root[] {
    return (programName === undefined ? this.#others : this.#forProgram(programName)).candidates(log)
  }

  #forProgram(name: ByteString): ByFirstByte {
    const cached = this.#byProgram.get(name)
    if (cached !== undefined) return cached
    const found = new ByFirstByte(
      this.#withProgram.filter(({ definition }) => definition.programName?.test(name)),
    )
    if (name.length > longestCachedName) return found
    if (this.#byProgram.size >= cachedNames) this.#byProgram.clear()
    this.#byProgram.set(name, found)
    return found
  }
}
