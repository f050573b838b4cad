// Bytes that arrive in pieces and are wanted whole. A caller may cut a body into pieces of one byte; kept as they come, each
// would take a hundred times its size.

export class GatheredBytes {
  #space: Uint8Array = new Uint8Array()
  #length = 0
  #pieces = 0

  get length(): number {
    return this.#length
  }

  /** How many pieces they came in. */
  get pieces(): number {
    return this.#pieces
  }

  /** The piece must stay as it is. */
  add(piece: Uint8Array): void {
    const length = this.#length + piece.length
    // Most bodies come in one piece, which is not copied.
    if (this.#length === 0) this.#space = piece
    else {
      if (length > this.#space.length) this.#grow(length)
      this.#space.set(piece, this.#length)
    }
    this.#length = length
    this.#pieces++
  }

  #grow(length: number): void {
    const space = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#length))
    space.set(this.#space.subarray(0, this.#length))
    this.#space = space
  }

  /** All of them together. */
  whole(): Buffer {
    const { buffer, byteOffset } = this.#space
    return Buffer.from(buffer, byteOffset, this.#length)
  }
}
