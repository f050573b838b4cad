// Bundles each command into a folder of `dist/`: a few files instead of nine hundred modules, so that an idle server holds
// about half the memory and starts in about half the time. Packages with machine code stay outside.
// Node holds the text of every module it has loaded: one byte a character while all of them are ASCII, two otherwise.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

/** Entry files by command; those after the first are threads, which need a file of their own beside it. */
const commands: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  myelin: {
    myelin: 'packages/server/src/main.ts',
    'writer-thread': 'packages/server/src/store/sqlite/writer-thread.ts',
    'thumbnail-process': 'packages/server/src/media/thumbnail-process.ts',
    checkpointer: 'packages/server/src/store/sqlite/checkpointer.ts',
    'signature-thread': 'packages/server/src/federation/signature-thread.ts',
    'ledger-thread': 'packages/server/src/ledger/ledger-thread.ts',
  },
  'myelin-notify': { 'myelin-notify': 'packages/notifier/src/main.ts' },
}

rmSync(dist, { recursive: true, force: true })
for (const [command, entries] of Object.entries(commands))
  await build({
    input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(root, path)])),
    platform: 'node',
    external: ['sodium-native', '@node-rs/argon2', 'sharp', '@matrix-org/matrix-sdk-crypto-wasm'],
    logLevel: 'warn',
    output: {
      dir: join(dist, command),
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name]-[hash].mjs',
      charset: 'ascii',
      comments: { legal: true, annotation: false, jsdoc: false },
    },
  })
writeFileSync(join(dist, '.built'), '')
