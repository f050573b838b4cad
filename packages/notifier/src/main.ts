#!/usr/bin/env node
// The `myelin-notify` command.
import { enableCompileCache } from 'node:module'

// Who reads the output may stop reading, as `head` does: what is left to do is done all the same.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
enableCompileCache()
const { run } = await import('./cli/program.ts')
process.exitCode = await run(process.argv.slice(2))
