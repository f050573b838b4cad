// The files at the top of the ledger: what it is, whose it is, and the keys that sign it.
import type { SigningKey } from '@myelin/algorithms/signing-key'
import { encodeBase64 } from '@myelin/algorithms/base64'
import type { OldVerifyKeys } from '../config/signing-keys.ts'
import { sshPublicKey } from './git/ssh-signature.ts'
import type { Folder } from './git/tree.ts'
import { serverFile, signersFile } from './layout.ts'

export interface LedgerIdentity {
  readonly serverName: string
  readonly key: SigningKey
  readonly old: OldVerifyKeys
}

/** What `server.json` says. */
export interface ServerFile {
  readonly server_name: string
  readonly verify_keys: Readonly<Record<string, { readonly key: string }>>
  readonly old_verify_keys: OldVerifyKeys
}

const title = '# Ledger of '

/** Author of every commit. */
export const authorOf = (serverName: string): string => `${serverName} <ledger@${serverName}>`

/** Writes what differs from what is there. */
export function writeFrontMatter(tree: Folder, { serverName, key, old }: LedgerIdentity): void {
  const keys: ServerFile = {
    server_name: serverName,
    verify_keys: { [key.keyId]: { key: encodeBase64(key.publicKey) } },
    old_verify_keys: old,
  }
  const publicKeys = [key.publicKey, ...Object.values(old).map(({ key: text }) => Buffer.from(text, 'base64'))]
  const signers = publicKeys.map((each) => `ledger@${serverName} namespaces="git" ${sshPublicKey(each)}\n`).join('')
  setIfChanged(tree, serverFile, `${JSON.stringify(keys, undefined, 2)}\n`)
  setIfChanged(tree, signersFile, signers)
  setIfChanged(tree, readmeFile(tree), readme(serverName))
}

/** A project's own README.md stays. */
export function readmeFile(tree: Folder): 'README.md' | 'LEDGER.md' {
  const text = tree.text('README.md')
  return text === undefined || text.startsWith(title) ? 'README.md' : 'LEDGER.md'
}

/** `server.json`, undefined when there is none of a ledger. */
export function readServerFile(tree: Folder): ServerFile | undefined {
  const text = tree.text(serverFile)
  const file = text === undefined ? undefined : (JSON.parse(text) as Partial<ServerFile>)
  return typeof file?.server_name === 'string' && file.verify_keys ? (file as ServerFile) : undefined
}

function setIfChanged(tree: Folder, path: string, text: string): void {
  if (tree.text(path) !== text) tree.setText(path, text)
}

const readme = (serverName: string): string => `${title}${serverName}

The history of the rooms of the Matrix homeserver \`${serverName}\`, written by the server itself.

- \`rooms/ROOM/state.json\` and \`members.json\`: the room as it is. \`git log -p rooms/ROOM\` tells how it came to be so.
- \`rooms/ROOM/events\`: every event, one a line, as servers exchange it. \`outliers\` has those that others cite.
- \`server.json\`, \`allowed_signers\` and \`keys\`: the keys with which commits and events are signed.

Events are redacted on this branch: what is left of them is what their hashes and signatures cover, and never changes. The
branch \`content\`, where there is one, has the same files with what was said; what is redacted there is gone.

    git -c gpg.ssh.allowedSignersFile=allowed_signers log --show-signature
    myelin ledger verify .
`
