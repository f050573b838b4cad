// What `ref` says in the journal entries of ephemeral things.

/** Of a receipt that only its user's own devices may see. */
export const privateReceiptRef = 1

/** Of typing and presence that goes on: said again to other servers, no news for anybody here. */
export const renewedRef = 1
