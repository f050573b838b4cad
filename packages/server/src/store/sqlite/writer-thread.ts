// The writer in a worker of its own.
import { systemEnvironment } from '../../environment.ts'
import { runThread } from '../../threads.ts'
import type { FromWriter, ToWriter, WriterOptions } from './messages.ts'
import { Writer } from './writer.ts'

runThread<WriterOptions, ToWriter, FromWriter>((port, options) => void new Writer(port, options, systemEnvironment))
