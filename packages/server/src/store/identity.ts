// Whose data this is: the server name, written at the first start, and whether anybody has an account yet.
import { sql } from './sql.ts'
import { StoreError, type Store } from './store.ts'

type IdentityRow = { serverName: string }

const select = sql`SELECT server_name AS "serverName" FROM identity`
const insert = sql`INSERT INTO identity (server_name) VALUES (${'serverName'})`
const anyAccount = sql`SELECT user_nid AS "userNid" FROM accounts LIMIT 1`

/** Binds the data to a server name, or throws StoreError when it belongs to another one. */
export async function claimIdentity(store: Store, serverName: string): Promise<void> {
  const known = await knownServerName(store)
  if (known === undefined) return store.write((w) => w.run(insert, { serverName }))
  if (known !== serverName)
    throw new StoreError(
      `This data belongs to the server ${known}, not ${serverName}. A server name cannot change: give --server-name ${known}, or another --data folder.`,
    )
}

/** The server name that the data belongs to, once it belongs to one. */
export const knownServerName = async (store: Store): Promise<string | undefined> =>
  (await store.read.get<IdentityRow>(select, {}))?.serverName

export const hasAccounts = async (store: Store): Promise<boolean> =>
  (await store.read.get(anyAccount, {})) !== undefined
