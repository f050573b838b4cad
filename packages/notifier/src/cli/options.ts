// Options that several commands share, as commander declares them and as the command gets them.
import { InvalidArgumentError, Option, type Command } from 'commander'

/** Where and who, and how to talk about it. */
export interface ConnectionFlags {
  readonly homeserver?: string
  readonly user?: string
  readonly passwordFile?: string
  readonly tokenFile?: string
  readonly recoveryKeyFile?: string
  readonly waitMax: number
  readonly connections: number
  readonly ca?: string
  readonly proxy?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly soft?: boolean
}

/** Which rooms. */
export interface RoomFlags {
  readonly room?: readonly string[]
  readonly roomsMatch?: readonly string[]
  readonly roomsExcept?: readonly string[]
  readonly dryRun?: boolean
}

/** What a message looks like and whom it mentions. */
export interface MessageFlags {
  readonly msgtype: 'notice' | 'text'
  readonly mention?: readonly string[]
  readonly authorMap?: string
}

export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** A whole number, or commander's complaint. */
export function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new InvalidArgumentError('It needs a whole number.')
  return Number(text)
}

const refuseSecret = (): never => {
  throw new InvalidArgumentError(
    'A secret as a flag can be read by other users of the machine: use a file or a variable (see --help).',
  )
}

/** Declares where to connect and as whom. */
export const withConnection = (command: Command): Command =>
  command
    .addOption(new Option('--homeserver <URL>', 'Address or name of the homeserver.').env('MYELIN_NOTIFY_HOMESERVER'))
    .addOption(
      new Option('--user <NAME>', 'Account to sign in with: a name or a whole user ID.').env('MYELIN_NOTIFY_USER'),
    )
    .option('--password-file <FILE>', 'File whose first line is the password; - reads standard input.')
    .option('--token-file <FILE>', 'File whose first line is an access token, instead of signing in and out.')
    .option('--recovery-key-file <FILE>', 'File whose first line is the recovery key, for encrypted rooms.')
    .option(
      '--wait-max <SECONDS>',
      'Longest time to wait in all for a homeserver that limits or is away.',
      wholeNumber,
      120,
    )
    .option('--connections <N>', 'Requests under way and rooms served at once.', wholeNumber, 8)
    .addOption(new Option('--ca <FILE>', 'Further certificate authorities to trust, PEM.').env('MYELIN_NOTIFY_CA'))
    .option('--proxy <URL>', 'Proxy; else HTTPS_PROXY, HTTP_PROXY and NO_PROXY hold.')
    .option('--json', 'One JSON object per line instead of text.')
    .option('--quiet', 'Say nothing but problems.')
    .addOption(
      new Option('--soft', 'Exit with 0 also when telling failed: a chat that is away fails no build.').env(
        'MYELIN_NOTIFY_SOFT',
      ),
    )
    .addOption(new Option('--token [TOKEN]').hideHelp().argParser(refuseSecret))
    .addOption(new Option('--password [PASSWORD]').hideHelp().argParser(refuseSecret))

/** Declares which rooms are told. */
export const withRooms = (command: Command): Command =>
  command
    .option('--room <ROOM>', 'Room ID, alias or matrix.to link, instead of every room joined. Repeatable.', collect)
    .option(
      '--rooms-match <PATTERN>',
      'Of the joined rooms those whose alias, name or ID matches. Repeatable.',
      collect,
    )
    .option('--rooms-except <PATTERN>', 'None of the joined rooms that match. Repeatable.', collect)
    .option('--dry-run', 'Show what would be posted and post nothing.')

/** Declares what messages look like. */
export const withMessage = (command: Command): Command =>
  command
    .addOption(new Option('--msgtype <TYPE>', 'm.notice or m.text.').choices(['notice', 'text']).default('notice'))
    .option('--mention <WHOM>', "A user ID, 'author' or 'room'. Repeatable.", collect)
    .option('--author-map <FILE>', 'YAML or JSON: e-mail address or name of an author → user ID, for --mention author.')
