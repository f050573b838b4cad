// The bounds of what is asked of, sent to and taken from other servers, each with its unit in its name.

export const publishedKeysValidMs = 24 * 60 * 60 * 1000
// Discovery: "24 hours", "48 hours is recommended", "errors … for up to an hour".
export const wellKnownCachedDefaultMs = 24 * 60 * 60 * 1000
export const wellKnownCachedMinMs = 5 * 60 * 1000
export const wellKnownCachedMaxMs = 48 * 60 * 60 * 1000
export const wellKnownRetryFirstMs = 60 * 1000
export const wellKnownRetryMaxMs = 60 * 60 * 1000
export const wellKnownBytesMax = 50 * 1024
export const wellKnownRedirectsMax = 5
export const wellKnownTimeoutMs = 15_000
export const srvCachedMs = 5 * 60 * 1000
export const srvRetryMs = 10_000
export const srvRecordsMax = 20
export const serversDiscoveredMax = 20_000
// Connections to other servers. A body counts as stuck when nothing arrives for its timeout.
export const federationConnectTimeoutMs = 10_000
export const federationRequestTimeoutMs = 60_000
export const federationConnectionsPerServerMax = 8
export const connectionsBegunPerTurnMax = 4
export const federationPoolsMax = 2_000
export const federationIdleConnectionMs = 20_000
// An answer that is held whole, and those that are long where many things are asked for at once.
export const federationAnswerBytesMax = 1024 * 1024
export const federationLongAnswerBytesMax = 16 * 1024 * 1024
export const rememberedAnswersCharactersMax = 16 * 1024 * 1024
// A server that cannot be reached is tried again after the first delay, doubled each time up to the last.
export const federationRetryFirstMs = 1_000
export const federationRetryMaxMs = 60 * 60 * 1000
export const federationHeardRetryMinMs = 5_000
export const federationDestinationsMax = 50_000
// Of fetches of which some may be under way at once, those that take longer than this do not count, so many of them.
export const fetchSlowMs = 1_000
export const slowFetchesMax = 500
// Keys of other servers. A server's answer is not asked for again before the first delay has passed.
export const keyringServersMax = 20_000
export const keysPerServerMax = 100
export const keysInMemoryMax = 100_000
export const keyFetchTimeoutMs = 10_000
export const keyFetchesAtOnceMax = 50
export const keyFetchesWaitingMax = 2_000
export const keyRefetchMinMs = 30_000
export const keyRetryFirstMs = 5_000
export const keyRetryMaxMs = 5 * 60 * 1000
// How long an event's key is waited for before others pass it, and how long the event can wait for it after that.
export const keyHoldsUpMs = 3_000
export const keyAwaitedMs = 60 * 60 * 1000
export const keyDocumentBytesMax = 32 * 1024
export const keyDocumentsKeptMax = 20_000
export const keyDocumentsPrunedAfter = 1_000
// Signatures of a document that are looked at before it is taken for unsigned.
export const keyDocumentSignaturesMax = 3
export const notaryQueryServersMax = 100
export const notaryAnswerBytesMax = 4 * 1024 * 1024
// How long a notary looks for what it does not have before it answers with what it has.
export const notaryWaitMs = 8_000
export const notaryFetchesAtOnceMax = 10
export const notaryFetchesWaitingMax = 100
// Signatures: so few are verified where they are asked for, since asking a thread costs more; the rest in batches.
export const signaturesInlineMax = 3
export const signaturesPerBatchMax = 100
export const signatureThreadsMax = 4
export const keysInThreadMax = 10_000
export const signaturesPerServerMax = 20
// Sending: "at most 50 PDUs and 100 EDUs". What is queued for a server is bounded; a server that is further behind is
// served from the journal, and one that is too far behind gets the newest and asks for the rest itself.
export const pdusPerTransactionMax = 50
export const edusPerTransactionMax = 100
export const pdusQueuedPerServerMax = 1_000
export const edusQueuedPerServerMax = 500
// The same for a server that fails or is slow, so that thousands of them take little memory.
export const pdusQueuedForAwayMax = 50
export const edusQueuedForAwayMax = 200
// Other EDUs are worth nothing later than this: a server that restarts still learns what has been read meanwhile. Those that
// must arrive are kept for so long, so many, and so much.
export const edusQueuedMs = 60 * 60 * 1000
export const keptEdusMs = 30 * 24 * 60 * 60 * 1000
export const keptEdusPerServerMax = 20_000
export const keptEdusBytesPerServerMax = 64 * 1024 * 1024
export const keptEdusPruneMs = 60 * 60 * 1000
export const transactionsAtOnceMax = 200
// To servers that fail, or took longer for the last one than this: the others do not wait for them.
export const slowTransactionsAtOnceMax = 50
export const slowTransactionMs = 5_000
export const transactionTimeoutMs = 60_000
export const transactionRefusalsMax = 5
export const senderPageEntriesMax = 500
export const senderPagesKeptMax = 64
export const senderPendingEntriesMax = 10_000
export const senderCatchUpEntriesMax = 500_000
export const senderCheckpointMs = 1_000
export const destinationsInMetricsMax = 10
export const senderStartSpreadMs = 20_000

// What other servers may ask for at once, and what is asked of them.
export const backfillEventsMax = 100
export const backfillBytesMax = 8 * 1024 * 1024
export const missingEventsMax = 20
export const missingEventsDefault = 10
export const missingEventsBytesMax = 2 * 1024 * 1024
// History from before this server came: how many of the oldest events are looked at for what they follow, whom it is
// asked of, how long a reader waits, how long nobody is asked again once nobody had more.
export const backfillFrontierEventsMax = 50
export const backfillServersMax = 4
export const backfillStatesMax = 4
export const backfillTimeoutMs = 15_000
export const backfillWaitMs = 5_000
export const backfillRestMs = 60_000
export const backfillsPerPageMax = 3
// Gaps in a timeline: how many a room has, and how long nobody is asked again about one that nobody fills.
export const historyGapsPerRoomMax = 200
export const gapRestFirstMs = 60_000
export const gapRestMaxMs = 6 * 60 * 60 * 1000
export const historySearchFetchesMax = 3
// Single events that readers ask for: how long the search for one takes at most and one server has, how many searches go on
// for a room at once, and how long, and of how many events, it is remembered that nobody gave them.
export const eventLookUpMaxMs = 60_000
export const eventLookUpTimeoutMs = 8_000
export const eventLookUpsPerRoomMax = 8
/** An event comes with so many, of those that lead up to it. */
export const eventLookUpStretchMax = 50
export const eventLookUpRestMs = 5 * 60 * 1000
export const eventsNotFoundRememberedMax = 1_000
// The event closest to a moment: events looked at around it, and in all; how long another server has.
export const timestampWindowMax = 100
export const timestampScanMax = 2_000
export const timestampTimeoutMs = 8_000
// Bodies with lists: from which length on they are read element by element, in pieces of this size; and few at a time.
export const federationBodyBytesMax = 16 * 1024 * 1024
export const longBodyBytesMin = 128 * 1024
export const veryLongBodyBytesMin = 1024 * 1024
export const veryLongBodiesAtOnceMax = 8
export const longBodyPieceBytes = 16 * 1024
export const longBodyElementsMax = 1_000
export const longBodyElementBytesMax = 192 * 1024
// Transactions of other servers: those of one server come one after the other; of each the last answers are remembered.
export const transactionsWaitingPerServerMax = 5
export const transactionsRememberedPerServerMax = 5
export const transactionServersRememberedMax = 2_000
export const receivedTransactionKeptMs = 24 * 60 * 60 * 1000
export const receivedTransactionsPruneMs = 60 * 60 * 1000
// Events that wait until what they follow has been fetched, and the search for it.
export const stagedPerServerAndRoomMax = 50
// The same while this server comes into the room, which may take minutes.
export const stagedPerServerAndHeldRoomMax = 1_000
export const stagedEventsMax = 20_000
export const stagedTakenAtOnceMax = 50
export const stagedBytesInMemoryMax = 4 * 1024 * 1024
/** How long the answer to a transaction waits for earlier events of its server to make space. */
export const stagingWaitMs = 2_000
export const recoveriesAtOnceMax = 16
export const recoveriesPerServerMax = 4
export const recoveryMaxMs = 2 * 60 * 1000
export const recoveryTriesMax = 12
export const recoveryPatientTriesMax = 4
export const recoveryRetryFirstMs = 2_000
export const recoveryRetryMaxMs = 10 * 60 * 1000
export const recoveryServersMax = 3
export const recoveryStatesMax = 5
export const missingRoundsMax = 5
export const missingEventsTimeoutMs = 10_000
export const policyServerTimeoutMs = 10_000
export const policyServerTriesMax = 5
// Being one: patterns of a kind, verdicts remembered, users in rooms whose events are counted.
export const policyPatternsMax = 500
export const policyVerdictsRememberedMax = 10_000
export const policyUsersCountedMax = 20_000
// Events that put users of this server out of rooms it is not in, kept until it comes back: in a room, and in all.
export const missedRemovalsPerRoomMax = 10
export const missedRemovalsMax = 2_000
// Reasons for which events were dropped.
export const droppedEventsRememberedMax = 10_000
export const refusalReasonCharactersMax = 300
export const forwardExtremitiesMax = 20
/** Events looked at to see which heads an event follows through some that were refused. */
export const refusedEventsFollowedMax = 50
/** Memberships of a user looked at for whether the last of them leads back to another. */
export const membershipsLookedBackMax = 50
// Events kept in mind per room that others follow and that are not here.
export const followedEventsMax = 200
// Heads of a room above which an event of this server follows them all; local users tried for it.
export const headsMergedAbove = 10
export const mergingUsersTriedMax = 10
export const stateEventsFetchedSinglyMax = 20
export const joinServersTriedMax = 10
// Answers with whole states are read as streams: each event, all of it, until it begins, until it has ended. A stream in
// which nothing comes for a while ends as other answers do.
export const joinAnswerTimeoutMs = 3 * 60 * 1000
export const streamedAnswerTimeoutMs = 30 * 60 * 1000
export const streamedValueBytesMax = 512 * 1024
export const joinResponseBytesMax = 1024 * 1024 * 1024
export const joinEventsMax = 2_000_000
// A room whose members are still to come, and how big it is: how long who needs them waits; when all servers failed.
export const membersOmittedMin = 50
export const membersWaitMs = 2 * 60 * 1000
export const membersRetryFirstMs = 2_000
export const membersRetryMaxMs = 10 * 60 * 1000
export const membersServersTriedMax = 20
export const joinAttemptsMax = 5
export const serversInRoomMax = 50_000
// Events taken in at once: so many, or so much text of them; and so many batches of them at the same time.
export const importedEventsPerWrite = 200
export const importedBytesPerWrite = 1024 * 1024
export const importBatchesMax = 3
// Events whose signers' keys cannot be had just now: held, as many or as much text of them, and tried again so long.
export const importKeysAwaitedMax = 2_000
export const importKeysAwaitedBytesMax = 16 * 1024 * 1024
export const importKeysWaitFirstMs = 5_000
export const importKeysWaitMs = 2 * 60 * 1000
// Things that are no events of the room, before the whole answer is given up.
export const importedRefusedMax = 1_000
// Work in one turn of the event loop where much is to be done.
export const workSliceMs = 4
export const inviteStateEventsMax = 100
export const boundInvitesMax = 50
