// Whom a user ignores: their messages and invites are not shown.
// https://spec.matrix.org/v1.19/client-server-api/#ignoring-users
import { ignoredListsRememberedMax } from '../limits.ts'
import { ignoredIn } from '../push/ignored.ts'
import { accountDataContent } from '../store/account-data.ts'
import type { Reader } from '../store/store.ts'

const nobody: ReadonlySet<string> = new Set()

/** The ignored users of those who sync, remembered until their account data changes. */
export class IgnoredUsers {
  readonly #read: Reader
  readonly #lists = new Map<number, ReadonlySet<string>>()
  /** Counts the changes, so that a list read before one is not remembered after it. */
  #changes = 0

  constructor(read: Reader) {
    this.#read = read
  }

  /** The ids a user ignores. */
  async of(userNid: number): Promise<ReadonlySet<string>> {
    const known = this.#lists.get(userNid)
    if (known) return known
    const changes = this.#changes
    const content = await accountDataContent(this.#read, { userNid, roomNid: 0, type: 'm.ignored_user_list' })
    const list = content === undefined ? nobody : ignoredIn(content)
    if (changes === this.#changes) this.#remember(userNid, list)
    return list
  }

  /** The user's account data changed. */
  forget(userNid: number): void {
    this.#changes++
    this.#lists.delete(userNid)
  }

  #remember(userNid: number, list: ReadonlySet<string>) {
    if (this.#lists.size >= ignoredListsRememberedMax)
      for (const oldest of this.#lists.keys()) {
        this.#lists.delete(oldest)
        break
      }
    this.#lists.set(userNid, list)
  }
}
