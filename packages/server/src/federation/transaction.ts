// The body of a transaction, put together from texts that are canonical already.
// https://spec.matrix.org/v1.19/server-server-api/#transactions

/** What in it is long. */
export const transactionLists: ReadonlySet<string> = new Set(['edus', 'pdus'])

export interface TransactionParts {
  readonly origin: string
  /** Milliseconds since the epoch. */
  readonly originServerTs: number
  readonly pdus: readonly string[]
  readonly edus: readonly string[]
}

/** Canonical JSON, if the parts are. */
export const transactionText = ({ origin, originServerTs, pdus, edus }: TransactionParts): string =>
  `{"edus":[${edus.join(',')}],"origin":${JSON.stringify(origin)},"origin_server_ts":${originServerTs},"pdus":[${pdus.join(',')}]}`
