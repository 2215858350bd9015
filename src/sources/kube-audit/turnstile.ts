/** Lets so much in at a time, in the order of arrival; what is larger than all of it goes alone. */
export class Turnstile {
  readonly #most: number
  #inside = 0
  readonly #waiting: { readonly size: number; readonly enter: () => void }[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** Resolves when there is room; whoever entered leaves with the same size. */
  enter(size: number): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#hasRoom(size)) {
      this.#inside += size
      return undefined
    }
    return new Promise((enter) => this.#waiting.push({ size, enter }))
  }

  leave(size: number): void {
    this.#inside -= size
    for (let next = this.#waiting[0]; next && this.#hasRoom(next.size); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#inside += next.size
      next.enter()
    }
  }

  #hasRoom(size: number): boolean {
    return this.#inside === 0 || this.#inside + size <= this.#most
  }
}
