// The schema's history: one line per migration, in order. A number is never reused and a released migration never changes.
import { roomsMigration } from './0001-rooms.ts'
import { accountsMigration } from './0002-accounts.ts'
import { syncMigration } from './0003-sync.ts'
import { identityMigration } from './0004-identity.ts'
import { federationMigration } from './0005-federation.ts'
import { forksMigration } from './0006-forks.ts'
import { receivingMigration } from './0007-receiving.ts'
import { mediaMigration } from './0008-media.ts'
import { ledgerMigration } from './0009-ledger.ts'
import { joinsMigration } from './0010-joins.ts'
import { webhooksMigration } from './0011-webhooks.ts'
import { encryptionMigration } from './0012-encryption.ts'
import { historyGapsMigration } from './0013-history-gaps.ts'
import { invitesJudgedMigration } from './0014-invites-judged.ts'
import { outboundEduTimesMigration } from './0015-outbound-edu-times.ts'
import { stateEventsMigration } from './0016-state-events.ts'
import { joinsSentMigration } from './0017-joins-sent.ts'
import { missedRemovalsMigration } from './0018-missed-removals.ts'
import { stagedDescriptionsMigration } from './0019-staged-descriptions.ts'
import { outboundEduBytesMigration } from './0020-outbound-edu-bytes.ts'
import { erasuresMigration } from './0021-erasures.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  /** SQL for every engine; `{clustered}` and the like name what only some have. */
  readonly statements: readonly string[]
}

export const migrations: readonly Migration[] = [
  { version: 1, name: 'rooms', statements: roomsMigration },
  { version: 2, name: 'accounts', statements: accountsMigration },
  { version: 3, name: 'sync', statements: syncMigration },
  { version: 4, name: 'identity', statements: identityMigration },
  { version: 5, name: 'federation', statements: federationMigration },
  { version: 6, name: 'forks', statements: forksMigration },
  { version: 7, name: 'receiving', statements: receivingMigration },
  { version: 8, name: 'media', statements: mediaMigration },
  { version: 9, name: 'ledger', statements: ledgerMigration },
  { version: 10, name: 'joins', statements: joinsMigration },
  { version: 11, name: 'webhooks', statements: webhooksMigration },
  { version: 12, name: 'encryption', statements: encryptionMigration },
  { version: 13, name: 'history gaps', statements: historyGapsMigration },
  { version: 14, name: 'invites-judged', statements: invitesJudgedMigration },
  { version: 15, name: 'outbound edu times', statements: outboundEduTimesMigration },
  { version: 16, name: 'state events', statements: stateEventsMigration },
  { version: 17, name: 'joins sent', statements: joinsSentMigration },
  { version: 18, name: 'missed removals', statements: missedRemovalsMigration },
  { version: 19, name: 'staged descriptions', statements: stagedDescriptionsMigration },
  { version: 20, name: 'outbound edu bytes', statements: outboundEduBytesMigration },
  { version: 21, name: 'erasures', statements: erasuresMigration },
]
