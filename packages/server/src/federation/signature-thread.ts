// Verifying signatures in a worker of its own.
import { runThread } from '../threads.ts'
import { verifyBatches } from './signature-batches.ts'

runThread(verifyBatches)
