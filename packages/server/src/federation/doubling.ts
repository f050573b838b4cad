// Delays that double: how long to wait after so many failures in a row.

export interface Delays {
  readonly firstMs: number
  readonly maxMs: number
}

/** The wait after `failures` in a row (at least one), in milliseconds. */
export const delayAfter = (failures: number, { firstMs, maxMs }: Delays): number =>
  Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 40))
