// The commands as people run them: bundled, which `npm test` sees to. A process starts in half the time that way.
import { join } from 'node:path'

const dist = join(import.meta.dirname, '../../../dist')

export const myelinCommand: string = join(dist, 'myelin/myelin.mjs')
export const notifyCommand: string = join(dist, 'myelin-notify/myelin-notify.mjs')
