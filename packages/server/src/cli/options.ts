// The settings as command-line options.
import { Command, Option, type HelpContext } from 'commander'
import { flagOf, settingNames, settings, variableOf, type Setting } from '../config/settings.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/settings.ts'

/**
 * A command that can take the settings as options. It gets them when it is parsed or explains itself, because one command
 * of forty runs, and what the others would hold stays in memory as long as a server runs.
 */
export class SettingsCommand extends Command {
  #lacksSettings = false

  takeSettings(): this {
    this.#lacksSettings = true
    return this
  }

  override createCommand(name?: string): SettingsCommand {
    return new SettingsCommand(name)
  }

  override parseOptions(argv: string[]): ReturnType<Command['parseOptions']> {
    this.#addSettings()
    return super.parseOptions(argv)
  }

  override helpInformation(context?: HelpContext): string {
    this.#addSettings()
    return super.helpInformation(context)
  }

  #addSettings(): void {
    if (this.#lacksSettings) addSettings(this)
    this.#lacksSettings = false
  }
}

/** Adds `--config` and one option per setting. */
function addSettings(command: Command): void {
  command.option('--config <FILE>', 'Settings file; ./myelin.yaml is read when it exists.')
  for (const name of settingNames) {
    const setting: Setting = settings[name]
    if (setting.flag === false) continue
    const option = new Option(
      `${flagOf(name)} <${setting.argument ?? 'VALUE'}>`,
      `${setting.doc}${shownDefault(setting)}`,
    )
    if (Array.isArray(setting.default))
      option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
    command.addOption(option)
  }
  command.addHelpText(
    'after',
    `\nEvery option is also a key of myelin.yaml and a variable: ${flagOf('serverName')}, serverName, ${variableOf('serverName')}.\nThe shared secret of /_synapse/admin/v1/register: ${variableOf('registrationSharedSecret')}, or a file.`,
  )
}

function shownDefault({ default: fallback }: Setting): string {
  const text = Array.isArray(fallback) ? fallback.join(', ') : typeof fallback === 'object' ? '' : String(fallback)
  return text === '' ? '' : ` (default: ${text})`
}

/** The configuration that the options of a command, the environment and the file amount to. */
export function configOf(options: Readonly<Record<string, unknown>>): Config {
  const flags = Object.fromEntries(settingNames.map((name) => [name, options[attributeOf(name)]]))
  return loadConfig({ file: options['config'] as string | undefined, flags, environment: process.env })
}

/** Commander's name for the option: `federation.trustedCaFile` → `federationTrustedCaFile`. */
const attributeOf = (name: string) => name.replaceAll(/\.(.)/g, (_, letter: string) => letter.toUpperCase())
