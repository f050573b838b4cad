// What marked events of an auth DAG reach, kept up while marks come and go: of each event it counts how many marked or
// reached events point to it. The DAG has no circles, so what is no longer pointed to is no longer reached, and a change
// costs what becomes reached or ceases to be.

/** A number for each event, by local number; 0 unless set. */
interface Numbers {
  get(local: number): number
  set(local: number, value: number): void
}

/** For sets of events that are few among many. */
export class SparseNumbers implements Numbers {
  readonly #values: Map<number, number>

  constructor(values: Iterable<readonly [local: number, value: number]> = []) {
    this.#values = new Map(values)
  }

  get size(): number {
    return this.#values.size
  }

  get(local: number): number {
    return this.#values.get(local) ?? 0
  }

  set(local: number, value: number): void {
    if (value === 0) this.#values.delete(local)
    else this.#values.set(local, value)
  }

  entries(): Iterable<readonly [local: number, value: number]> {
    return this.#values.entries()
  }
}

/** For sets of nearly all events. */
export class DenseNumbers implements Numbers {
  #values: Int32Array<ArrayBuffer>

  constructor(length: number) {
    this.#values = new Int32Array(length)
  }

  get bytes(): number {
    return this.#values.byteLength
  }

  get(local: number): number {
    return this.#values[local] ?? 0
  }

  set(local: number, value: number): void {
    if (local >= this.#values.length)
      this.#values = new Int32Array(this.#values.buffer.transfer(Math.max(local + 1, this.#values.length * 2) * 4))
    this.#values[local] = value
  }
}

/** Calls `visit` with each event that an event points to. */
export type Pointers = (local: number, visit: (to: number) => void) => void

export interface ReachOptions<N extends Numbers> {
  readonly pointers: Pointers
  readonly numbers: N
  /** Called with each event that becomes reached or ceases to be. */
  readonly changed?: (local: number, isReached: boolean) => void
}

/** The lowest bit of an event's number says that it is marked; the rest is how often it is pointed to. */
const marked = 1
const pointedTo = 2

export class Reach<N extends Numbers> {
  readonly numbers: N
  readonly #pointers: Pointers
  readonly #changed: (local: number, isReached: boolean) => void

  constructor({ pointers, numbers, changed = () => undefined }: ReachOptions<N>) {
    this.numbers = numbers
    this.#pointers = pointers
    this.#changed = changed
  }

  isReached(local: number): boolean {
    return this.numbers.get(local) >= pointedTo
  }

  isMarkedOrReached(local: number): boolean {
    return this.numbers.get(local) !== 0
  }

  mark(local: number): void {
    const value = this.numbers.get(local)
    if (value & marked) return
    this.numbers.set(local, value | marked)
    if (value === 0) this.#spread(local, pointedTo)
  }

  unmark(local: number): void {
    const value = this.numbers.get(local)
    if (!(value & marked)) return
    this.numbers.set(local, value & ~marked)
    if (value === marked) this.#spread(local, -pointedTo)
  }

  /** Marks these events, before any other, in one pass over the first so many, of which each points to lower ones only. */
  markAll(locals: readonly number[], count: number): void {
    const { numbers } = this
    for (const local of locals) numbers.set(local, marked)
    const point = (to: number): void => numbers.set(to, numbers.get(to) + pointedTo)
    for (let local = count - 1; local >= 0; local--) if (numbers.get(local) !== 0) this.#pointers(local, point)
  }

  /** From now on one event points to another. */
  link(from: number, to: number): void {
    if (this.isMarkedOrReached(from)) this.#point(to, pointedTo, (each) => this.#spread(each, pointedTo))
  }

  /** An event that was nothing is something now, or the other way about. */
  #spread(from: number, step: number): void {
    const stack = [from]
    const push = (local: number): void => void stack.push(local)
    const point = (to: number): void => this.#point(to, step, push)
    for (let local = stack.pop(); local !== undefined; local = stack.pop()) this.#pointers(local, point)
  }

  #point(to: number, step: number, spread: (local: number) => void): void {
    const before = this.numbers.get(to)
    const after = before + step
    this.numbers.set(to, after)
    if (Math.min(before, after) >= pointedTo) return
    this.#changed(to, after >= pointedTo)
    if (Math.min(before, after) === 0) spread(to)
  }
}
