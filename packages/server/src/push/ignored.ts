// The list of users somebody ignores. https://spec.matrix.org/v1.19/client-server-api/#mignored_user_list

const nobody: ReadonlySet<string> = new Set()

/** User ids of an `m.ignored_user_list` content. */
export function ignoredIn(content: string): ReadonlySet<string> {
  const parsed: unknown = JSON.parse(content)
  if (typeof parsed !== 'object' || parsed === null || !('ignored_users' in parsed)) return nobody
  const users = parsed.ignored_users
  return typeof users === 'object' && users !== null ? new Set(Object.keys(users)) : nobody
}
