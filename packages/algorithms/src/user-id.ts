// User ids and server names, as far as events are judged by them: by form alone. How long they may be is for the room
// version to say, and servers compare by text, be it a good name or not.
// https://spec.matrix.org/v1.19/appendices/#identifier-grammar

const serverName = /^(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,255})(?::\d{1,5})?$/

/** Whether `text` is a server name: a host name or IP literal, perhaps with a port. */
export const isServerName = (text: string): boolean => serverName.test(text)

/** The server name of a user id, room alias or old room or event id: all that follows the first colon, or empty. */
export const serverNameOf = (id: string): string => {
  const colon = id.indexOf(':')
  return colon < 0 ? '' : id.slice(colon + 1)
}

/**
 * Whether `value` is a user id that events may name. Historical localparts may be empty and hold anything but
 * a colon and NUL: "servers and clients MUST accept" them.
 */
export const isUserId = (value: unknown): value is string => {
  if (typeof value !== 'string' || !value.startsWith('@') || value.includes('\0')) return false
  const colon = value.indexOf(':')
  return colon > 0 && value.isWellFormed() && isServerName(value.slice(colon + 1))
}
