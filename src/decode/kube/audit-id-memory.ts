const between = 0x20

/** 53 bits of several texts; put together first they would take twice as long. */
function fingerprint(parts: readonly unknown[]): number {
  let low = 0xdeadbeef
  let high = 0x41c6ce57
  for (const part of parts) {
    const text = typeof part === 'string' ? part : String(part)
    for (let index = 0; index <= text.length; index += 1) {
      const unit = index < text.length ? text.charCodeAt(index) : between
      low = Math.imul(low ^ unit, 2_654_435_761)
      high = Math.imul(high ^ unit, 1_597_334_677)
    }
  }
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
  return 4_294_967_296 * (2_097_151 & high) + (low >>> 0)
}

/**
 * Which content came under an audit id. The client of an API server chooses the id when it sends an `Audit-ID` header, so
 * a second content under one id is worth an alert. Remembers between `limit` and 2 × `limit` ids, oldest forgotten first.
 */
export class AuditIdMemory {
  readonly #limit: number
  #young = new Map<number, number>()
  #old = new Map<number, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** True when the same id was seen with another content. */
  isReused(id: readonly unknown[], content: readonly unknown[]): boolean {
    const key = fingerprint(id)
    const digest = fingerprint(content)
    const known = this.#young.get(key) ?? this.#old.get(key)
    if (known === undefined) this.#remember(key, digest)
    return known !== undefined && known !== digest
  }

  #remember(key: number, digest: number): void {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, digest)
  }
}
