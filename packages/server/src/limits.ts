// Every bound of the server, each with its unit in its name. Nothing that comes from outside is unbounded.

// Requests
export const requestBodyBytesMax = 1024 * 1024
export const requestHeaderBytesMax = 32 * 1024
export const requestUrlBytesMax = 16 * 1024
export const requestHeadersTimeoutMs = 20_000
export const requestBodyTimeoutMs = 60_000
export const keepAliveTimeoutMs = 75_000
export const connectionsMax = 20_000
export const stopDrainMs = 10_000

// Rate limits: the most buckets remembered at once; the fullest are forgotten first.
export const rateLimitBucketsMax = 100_000

// Federation
export const publishedKeysValidMs = 24 * 60 * 60 * 1000

// Hot rooms: events kept in memory per room, rooms kept at once, state entries over all of them.
export const recentEventsMax = 50
export const hotRoomsMax = 2_000
export const hotRoomStateEntriesMax = 4_000_000
