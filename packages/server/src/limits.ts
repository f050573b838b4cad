// Every bound of the server, each with its unit in its name. Nothing that comes from outside is unbounded.

// Requests
export const requestBodyBytesMax = 1024 * 1024
export const requestHeaderBytesMax = 32 * 1024
export const requestUrlBytesMax = 16 * 1024
export const requestHeadersTimeoutMs = 20_000
export const requestBodyTimeoutMs = 60_000
// A body may come in so many pieces, and in more of them if they are not smaller than this on average: each costs as much.
export const requestBodyPiecesMax = 1_000
export const requestBodyPieceBytesMin = 32
// Bodies that are streamed: nothing may arrive, or be taken, for so long; and the whole of a request may take so long.
export const requestBodyIdleTimeoutMs = 30_000
export const responseIdleTimeoutMs = 60_000
export const requestTimeoutMs = 60 * 60 * 1000
// How long, and for how much, a caller is listened to who goes on sending after the answer.
export const lingerMs = 2_000
export const lingerBytesMax = 64 * 1024 * 1024
export const keepAliveTimeoutMs = 75_000
export const connectionsMax = 20_000
export const stopDrainMs = 10_000

// Memory is given back when the event loop, looked at so often, rests after it was busy; shares of the time it works.
export const restCheckMs = 10_000
export const restUtilizationMax = 0.01
export const busyUtilizationMin = 0.1

// New objects of a thread: what it is sent and forgets at once.
export const threadYoungGenerationMb = 6

// Rate limits: the most buckets remembered at once; the fullest are forgotten first.
export const rateLimitBucketsMax = 100_000

// Hot rooms: events kept in memory per room, rooms kept at once, memory of all of them, of one room's past states.
export const recentEventsMax = 50
// State events other than the well-known ones kept in memory per room.
export const stateEventsKeptMax = 1_000
// State events that the forks of one room disagree about, kept for its next resolution.
export const authEventsKeptBytesMax = 16 * 1024 * 1024
// Threads of one room whose counters stay in memory once nobody uses it.
export const threadTotalsKeptMax = 1_000
export const hotRoomsMax = 2_000
export const hotRoomsBytesMax = 128 * 1024 * 1024
export const hotRoomArenaBytesMax = 16 * 1024 * 1024
// Servers per room of which it is remembered how many of their users a past state has.
export const serverStandingsMax = 100
// Rooms not in memory of which it is remembered who is in them.
export const coldCompaniesMax = 10_000

// Sync
export const syncTimeoutMs = 5 * 60 * 1000
export const syncTimelineEventsDefault = 10
export const syncTimelineEventsMax = 100
/** Events looked at while a filter rejects everything, before the timeline is cut as limited. */
export const syncTimelineScanEventsMax = 2_000
export const syncSliceMs = 5
export const syncWaitersPerUserMax = 100
export const dirtyEntriesPerUserMax = 1_024
export const dirtyUsersMax = 50_000
export const lazyMembersRememberedMax = 1_000_000
export const syncFilterBytesMax = 64 * 1024
export const filtersRememberedMax = 1_000
export const filterRememberedCharactersMax = 4_096
export const ignoredListsRememberedMax = 50_000
export const heroRoomsRememberedMax = 20_000

// Typing, receipts, presence
export const typingTimeoutDefaultMs = 30_000
export const typingTimeoutMaxMs = 120_000
// Other servers' users type until their server says otherwise, but not for ever: who goes on is said again before that.
export const typingReceivedMs = 60_000
export const typingRenewMs = 30_000
export const presenceIdleMs = 5 * 60 * 1000
export const presenceOfflineMs = 60 * 1000
export const presenceCurrentlyActiveMs = 60 * 1000
export const presenceStatusBytesMax = 512
// Users of other servers go offline when nothing is heard of them for so long; of users here it is said again before.
export const presenceReceivedMs = 30 * 60 * 1000
export const presenceRenewMs = 25 * 60 * 1000
export const presencePeersMax = 20_000
export const presenceUnplacedMax = 1_000
export const presenceRowsPerRead = 200
export const presenceUpdatesPerEduMax = 200
/** Changes remembered until the readers of the journal ask whom they concern. */
export const presenceAudiencesMax = 10_000
export const receiptsPerEduMax = 500
// Events that receipts wait for, and how many each.
export const unplacedEventsMax = 1_000
export const unplacedReceiptsPerEventMax = 100

// Media. Sizes of files are settings.
export const mediaIdCharacters = 24
export const fileNameCharactersMax = 255
export const contentTypeCharactersMax = 255
export const mediaWaitDefaultMs = 20_000
export const mediaWaitMaxMs = 60_000
export const mediaWaitersMax = 1_000
export const pendingUploadsPerUserMax = 100
export const pendingUploadKeptMs = 24 * 60 * 60 * 1000
export const filesPerUserMax = 100_000
export const mediaAccessIntervalMs = 60 * 60 * 1000
export const mediaTailChunkBytes = 64 * 1024
export const remoteMediaTimeoutMs = 15 * 60 * 1000
export const remoteMediaAtOnceMax = 512
export const remoteMediaPerServerMax = 64
export const remoteRedirectsMax = 5
export const multipartPreambleBytesMax = 4 * 1024
export const multipartHeaderBytesMax = 16 * 1024
export const multipartJsonBytesMax = 64 * 1024
export const evictedFilesPerRound = 100
export const missingFilesRememberedMax = 10_000
// Thumbnails are made in processes of their own, which end when there is nothing to do.
export const thumbnailPixelsMax = 64 * 1000 * 1000
export const thumbnailFramesMax = 200
export const thumbnailSourceBytesMax = 100 * 1024 * 1024
export const thumbnailTimeoutMs = 20_000
export const thumbnailsAtOnceMax = 2
export const thumbnailsWaitingMax = 200
export const thumbnailsPerFileMax = 24
export const thumbnailProcessIdleMs = 30_000
export const thumbnailProcessJobsMax = 200
export const thumbnailRefusalsMax = 2_000
// URL previews
export const previewTimeoutMs = 15_000
export const previewPageBytesMax = 1024 * 1024
export const previewImageBytesMax = 10 * 1024 * 1024
export const previewFieldsMax = 100
export const previewTextCharactersMax = 1_000
export const previewUrlCharactersMax = 4_000
export const previewKeptMs = 60 * 60 * 1000
export const previewsRememberedMax = 1_000
export const previewsAtOnceMax = 20

// Push
export const pushRulesBytesMax = 1024 * 1024
export const pushersPerUserMax = 100
export const pushReadStatesMax = 200_000
export const pushSpecialRoomsMax = 50_000
export const notificationsPerPageDefault = 20
export const notificationsPerPageMax = 100
export const notificationsScanEventsMax = 300

// Accounts
export const userIdBytesMax = 255
export const tokenRandomBytes = 32
export const tokensRememberedMax = 50_000
export const accessTokenLifetimeMs = 60 * 60 * 1000
export const loginTokenLifetimeMs = 2 * 60 * 1000
export const openIdTokenLifetimeMs = 60 * 60 * 1000
export const passwordCharactersMax = 512
export const passwordHashesAtOnceMax = 2
export const passwordHashesWaitingMax = 256
export const interactiveSessionsMax = 10_000
export const interactiveSessionLifetimeMs = 30 * 60 * 1000
export const registrationNoncesMax = 1_000
export const registrationNonceLifetimeMs = 60 * 1000
export const deviceIdBytesMax = 255
export const deviceDisplayNameCharactersMax = 256
export const devicesPerUserMax = 2_000
export const deviceSeenIntervalMs = 5 * 60 * 1000
export const deviceSeenFlushMs = 10 * 1000
export const deviceSeenPendingMax = 50_000
export const displayNameCharactersMax = 256
export const avatarUrlCharactersMax = 1_000
export const profileKeyBytesMax = 255
export const profileBytesMax = 64 * 1024
/** Profiles of users of other servers: how long one is not asked for again, and how many are remembered. */
export const remoteProfileKeptMs = 60_000
export const remoteProfilesMax = 2_000
export const accountDataTypeBytesMax = 255
export const filtersPerUserMax = 1_000
export const tagBytesMax = 255
export const tagsPerRoomMax = 100

// End-to-end encryption. Names of claimed keys are kept for so many uploads of their device, so that none comes twice.
export const deviceKeysBytesMax = 32 * 1024
export const oneTimeKeyBytesMax = 4 * 1024
export const oneTimeKeysPerDeviceMax = 1_000
export const fallbackKeysPerDeviceMax = 20
export const claimedKeysKeptUploads = 100
export const keyCountsRememberedMax = 50_000
export const keyIdBytesMax = 255
// Keys of other servers' users: how long a client waits for them, and how many servers are asked at once.
export const keyQueryTimeoutDefaultMs = 10_000
export const keyQueryTimeoutMaxMs = 60_000
export const keyQueriesAtOnceMax = 50
export const keyProbeIntervalMs = 30_000
// Device lists fetched at once, in all and of one server.
export const deviceListFetchesAtOnceMax = 20
export const deviceListCharactersMax = 8 * 1024 * 1024
export const deviceListFetchesPerServerMax = 4
export const deviceListTimeoutMs = 20_000
export const deviceListFetchesWaitingMax = 10_000
export const deviceListRetryFirstMs = 30_000
export const deviceListRetryMaxMs = 60 * 60 * 1000
export const deviceListMembersPage = 500
export const deviceListChangesPage = 500
// Members of a room without encryption of whom a user who joins or leaves it is told; of encrypted rooms it is all.
export const deviceListPlainRoomMembersMax = 500
export const deviceListMovedMembersMax = 200
// "100 messages is recommended as a reasonable limit."
export const toDevicePerSyncMax = 100
export const toDeviceBytesPerSync = 1024 * 1024
export const toDevicePerDeviceMax = 20_000
export const toDeviceTrimInterval = 1_000
export const toDeviceEduBytes = 128 * 1024
export const messageIdCharactersMax = 255
export const receivedMessagesKeptMs = 7 * 24 * 60 * 60 * 1000
export const receivedMessagesPruneMs = 60 * 60 * 1000
export const keptEdusBytesPerTransaction = 2 * 1024 * 1024
export const journalReaderRetryMs = 1_000
// Key backups
export const backupSessionsMax = 1_000_000
export const backupSessionBytesMax = 64 * 1024
export const backupVersionsPerUserMax = 10_000
export const backupSessionsPage = 500

// Store. One transaction takes at most so many statements; one message to the writer at most so many bytes of text.
export const storeTransactionOperationsMax = 20_000
export const storeBatchOperationsMax = 10_000
export const storeBatchBytesMax = 16 * 1024 * 1024
export const storeBatchesInFlightMax = 2
export const storeQueuedChangesMax = 200_000
// Pages of 4 KiB the write-ahead log may grow to before they are moved into the database, beside the writer; and before
// a commit has to do it.
export const storeLogPagesMax = 16_384
export const storeLogPagesHardMax = 131_072
export const storeIdleCheckpointMs = 1_000
// Nids are reserved on disk in blocks of this size, so that a crash skips numbers and never repeats one.
export const nidReservation = 1_024
export const usersCachedMax = 100_000

// Rooms. A state is stored whole after so many changes, or an eighth of its size if that is more.
export const stateCheckpointChangesMin = 128
export const timelineScanMax = 2_000
// State events read and served between two turns of the event loop.
export const stateEventsPerSlice = 200
export const messagesLimitDefault = 10
export const messagesLimitMax = 1_000
export const relationsLimitDefault = 50
export const relationsLimitMax = 500
export const recursionDepthMax = 3
export const bundledChildrenMax = 1_000
export const mutualRoomsPerPageMax = 500
export const directoryPageDefault = 100
export const directoryPageMax = 500
// Pages of other servers' directories: how many are remembered, for how long, how long a server has to answer.
export const remoteDirectoriesMax = 200
export const remoteDirectoryKeptMs = 60 * 1000
export const remoteDirectoryTimeoutMs = 20_000
// Conditions of a join rule looked at; membership events looked back through for when a user was last joined.
export const joinConditionsMax = 100
export const departureStepsMax = 20
export const invitesPerRequestMax = 500
// Spaces: children looked at, and described to other servers, servers of a child; rooms and depth of a client's walk, walks that can go on; what other
// servers say of theirs, for how long it is believed, how many of them are asked, how long for and for a page in all.
export const spaceChildrenMax = 1_000
export const spaceChildrenServedMax = 100
export const spaceChildViaMax = 10
export const hierarchyPageDefault = 50
export const hierarchyPageMax = 100
export const hierarchyPageMs = 20_000
export const hierarchyRoomsMax = 2_000
export const hierarchyDepthMax = 100
export const spaceWalksMax = 1_000
export const spacesRememberedMax = 1_000
export const spaceCachedMs = 5 * 60 * 1000
export const spaceServersTriedMax = 3
export const spaceTimeoutMs = 10_000
export const redactedOriginalsKeptMs = 7 * 24 * 60 * 60 * 1000
export const redactedOriginalsPruneMs = 60 * 60 * 1000
export const transactionsPerDeviceMax = 1_000
export const transactionDevicesMax = 20_000
export const transactionKeptMs = 24 * 60 * 60 * 1000

// Metrics
export const requestSecondsBuckets: readonly number[] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60]

// The ledger: journal entries in one commit, commits in one pack, and what of the repository is kept in memory.
export const ledgerEntriesPerCommitMax = 1_000
export const ledgerCommitsPerStep = 100
export const ledgerCommitsSearchedMax = 10_000
export const ledgerPackBytesMax = 64 * 1024 * 1024
export const ledgerFlushEvents = 100
export const ledgerRoomsRememberedMax = 1_000
export const ledgerKnownEventsPerRoomMax = 2_000
export const ledgerLinesPerSegment = 100
export const ledgerSegmentsPerFolder = 100
export const ledgerStateEntriesPerFileMax = 512
export const ledgerRoomsPerFolder = 256
export const gitObjectsRememberedBytesMax = 32 * 1024 * 1024
export const ledgerPacksMax = 200
export const ledgerRetryFirstMs = 1_000
export const ledgerRetryMaxMs = 60_000
export const gitTimeoutMs = 10 * 60 * 1000
export const gitOutputBytesMax = 1024 * 1024
export const takenInAtOnceMax = 500
export const restoreServersNamedMax = 3

// Webhooks. What a sender delivers, what is made of it, and how long it is remembered.
export const webhooksMax = 1_000
export const webhooksInRoomMax = 20
export const webhookUpgradesFollowedMax = 5
export const webhookBodyBytesMax = 5 * 1024 * 1024
export const webhookStoriesBytesMax = 256 * 1024
export const webhookDeliveriesWaitingMax = 1_000
export const webhookBatchMax = 100
export const webhookAttemptsMax = 8
export const webhookRetryFirstMs = 1_000
export const webhookDeliveriesKeptMs = 7 * 24 * 60 * 60 * 1000
export const webhookMessagesKeptMs = 30 * 24 * 60 * 60 * 1000
export const webhookPruneMs = 60 * 60 * 1000
export const webhookRoomsMax = 50
export const webhookNameCharactersMax = 64
export const webhookSecretCharactersMax = 256
export const webhookTemplateCharactersMax = 10_000
export const webhookTemplateMs = 50
export const webhookDeliveriesShownMax = 50
