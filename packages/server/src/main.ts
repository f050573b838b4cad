#!/usr/bin/env node
// The `myelin` command. The compile cache must be on before anything else is imported: it halves the start.
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { run } = await import('./cli/run.ts')
process.exitCode = await run(process.argv.slice(2))
