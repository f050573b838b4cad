// The homeservers that Myelin is set beside, by the names that `--with` takes.
import { dendrite } from './dendrite.ts'
import type { Kind } from './server-process.ts'
import { synapse } from './synapse.ts'

const kinds: Readonly<Record<string, Kind>> = { synapse, dendrite }

/** Throws for a name that stands for none. */
export function kindOf(name: string): Kind {
  const kind = kinds[name]
  if (kind === undefined) throw new Error(`--with takes one of: ${Object.keys(kinds).join(', ')}`)
  return kind
}
