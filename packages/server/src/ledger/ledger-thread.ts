// What writes the ledger, in a worker of its own.
import { runThread } from '../threads.ts'
import { LedgerWriter } from './ledger-writer.ts'
import type { FromLedger, LedgerThreadOptions, ToLedger } from './messages.ts'

runThread<LedgerThreadOptions, ToLedger, FromLedger>((port, options) => void new LedgerWriter(port, options))
