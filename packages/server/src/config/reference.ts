// The configuration reference page, made from the settings.
import { flagOf, settingNames, settings, variableOf, type Setting, type SettingName } from './settings.ts'

/** Markdown: one entry per setting with its default, key, flag and variable. */
export function configurationReference(): string {
  return [
    '# Configuration',
    '',
    'Made from `packages/server/src/config/settings.ts` by `npm run docs`.',
    '',
    'A setting can be given as a key of `myelin.yaml` (or the file that `--config` names), as an environment variable, or',
    'as a flag of `myelin serve`; a flag wins over a variable, a variable over the file. Keys with a dot may be written as',
    'nested maps. In variables and flags, lists are separated by commas. Unknown keys are errors.',
    '',
    ...settingNames.flatMap(entry),
  ].join('\n')
}

function entry(name: SettingName): string[] {
  const setting: Setting = settings[name]
  const flag = setting.flag === false ? [] : [`- Flag: \`${flagOf(name)} ${setting.argument ?? 'VALUE'}\``]
  const key = setting.secret ? [] : [`- Key: \`${name}\``]
  return [
    `## ${name}`,
    '',
    setting.doc,
    '',
    `- Default: ${shown(setting.default)}`,
    ...key,
    ...flag,
    `- Variable: \`${variableOf(name)}\``,
    '',
  ]
}

function shown(value: unknown): string {
  if (value === '' || (Array.isArray(value) && value.length === 0)) return 'none'
  return typeof value === 'string' ? `\`${value}\`` : `\`${JSON.stringify(value)}\``
}
