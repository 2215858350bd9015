import { existsSync, openSync, readSync, closeSync } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

import { bitCount, bitmapBytes } from './grams.ts'

/** One block of a segment and the words in it. */
export interface Block {
  /** Positions, both included. */
  readonly from: number
  readonly to: number
  readonly records: number
  /** Fingerprints of its records, joined by XOR: whether it is still about these records. */
  readonly check: bigint
  readonly hidesLetters: boolean
}

export interface PlacedBlock extends Block {
  /** Where its bits begin in the file. */
  readonly bitsAt: number
}

const headerBytes = 64
const strideBytes = headerBytes + bitmapBytes
/** Raised when the bits mean something else. */
const mark = 0x51_57_57_01

/**
 * The words of a segment's blocks, in a file beside the segment: blocks one after the other, each with a checksum. It can always be made again, so nobody
 * waits for the disk, and whatever is not as it was written counts as absent.
 */
export class WordFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Whole blocks, in the order they were written. */
  async read(): Promise<readonly PlacedBlock[]> {
    if (!existsSync(this.#path)) return []
    const found: PlacedBlock[] = []
    const file = await open(this.#path, 'r')
    try {
      const bytes = Buffer.allocUnsafe(strideBytes)
      for (let at = 0; ; at += strideBytes) {
        const { bytesRead } = await file.read(bytes, 0, strideBytes, at)
        if (bytesRead < strideBytes) return found
        const block = blockOf(bytes)
        if (block) found.push({ ...block, bitsAt: at + headerBytes })
      }
    } finally {
      await file.close()
    }
  }

  async append(block: Block, bits: Int32Array): Promise<PlacedBlock> {
    const bytes = Buffer.concat([headerOf(block), Buffer.from(bits.buffer, bits.byteOffset, bitmapBytes)])
    bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4)
    const file = await open(this.#path, 'a', 0o600)
    try {
      const { size } = await file.stat()
      // The end of a write that was interrupted.
      if (size % strideBytes !== 0) await file.truncate(size - (size % strideBytes))
      await file.appendFile(bytes)
      return { ...block, bitsAt: size - (size % strideBytes) + headerBytes }
    } finally {
      await file.close()
    }
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true })
  }

  /** Asks single bits: a block is 32 KiB, a question some bytes of it. */
  ask<T>(work: (has: (block: PlacedBlock, bit: number) => boolean) => T): T {
    const file = openSync(this.#path, 'r')
    const byte = Buffer.alloc(1)
    try {
      return work(({ bitsAt }, bit) => {
        // What cannot be read may be there.
        if (readSync(file, byte, 0, 1, bitsAt + (bit >>> 3)) < 1) return true
        return ((byte[0] ?? 0) & (1 << (bit & 7))) !== 0
      })
    } finally {
      closeSync(file)
    }
  }
}

/** How many blocks a file may have. */
export async function blocksIn(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined)
  return Math.floor((found?.size ?? 0) / strideBytes)
}

function headerOf({ from, to, records, check, hidesLetters }: Block): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32LE(mark, 0)
  header.writeDoubleLE(from, 8)
  header.writeDoubleLE(to, 16)
  header.writeBigUInt64LE(check, 24)
  header.writeUInt32LE(records, 32)
  header.writeUInt32LE(hidesLetters ? 1 : 0, 36)
  header.writeUInt32LE(bitCount, 40)
  return header
}

function blockOf(bytes: Buffer): Block | undefined {
  if (bytes.readUInt32LE(0) !== mark || bytes.readUInt32LE(40) !== bitCount) return undefined
  if (bytes.readUInt32LE(4) !== crc32(bytes.subarray(8))) return undefined
  return {
    from: bytes.readDoubleLE(8),
    to: bytes.readDoubleLE(16),
    check: bytes.readBigUInt64LE(24),
    records: bytes.readUInt32LE(32),
    hidesLetters: bytes.readUInt32LE(36) === 1,
  }
}
