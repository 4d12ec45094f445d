import type { ReplenishmentSettings } from '@plimsoll/client'
import { type ReplenishmentField, replenishmentFields, type SettingChanges } from '@plimsoll/orders'
import { type Command, InvalidArgumentError } from 'commander'
import {
  countDaysAgain,
  getReplenishmentSettings,
  leaveDaysOut,
  setReplenishment,
} from '../views/replenishment.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

type TargetOptions = CommonOptions & { sku?: string; location?: string }

/** `settings`, `set`, `leave-out` and `count-again`. */
export function replenishmentSettingCommands(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('settings'))
    .description('what is set, from far to near, and which days demand is not measured from')
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => getReplenishmentSettings(context), saySettings))
    })

  addTarget(group.command('set'))
    .description('set how an item, a location, an item at a location or everything is replenished')
    .argument('<fields...>', 'as FIELD=VALUE; FIELD=none takes one away', toField)
    .addHelpText(
      'after',
      '\nExamples:\n  plimsoll replenishment set --location FBA source=MAIN transferLeadDays=45 packUnits=24\n  plimsoll replenishment set --sku MUG supplier="Jingdezhen No. 4" supplierLeadDays=60\n',
    )
    .action(async (fields: Field[], options: TargetOptions) => {
      const changes: SettingChanges = Object.fromEntries(fields)
      const change = { target: targetOf(options), changes, actor: 'cli' }
      exit(await runReading(options, ({ context }) => setReplenishment(context, change), saySettings))
    })

  addTarget(group.command('leave-out'))
    .description('leave days, such as those of a campaign, out of what demand is measured from')
    .argument('<since>', 'the first day, as 2026-11-27')
    .argument('<until>', 'the last one')
    .requiredOption('--reason <text>', 'why, for whoever reads it later')
    .action(async (since: string, until: string, options: TargetOptions & { reason: string }) => {
      const days = { target: targetOf(options), since, until, reason: options.reason, actor: 'cli' }
      exit(await runReading(options, ({ context }) => leaveDaysOut(context, days), saySettings))
    })

  addCommonOptions(group.command('count-again'))
    .description('let days that were left out count again')
    .argument('<id>', 'as settings shows it')
    .action(async (id: string, options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => countDaysAgain(context, id), saySettings))
    })
}

function addTarget(command: Command): Command {
  return addCommonOptions(command)
    .option('--sku <sku>', 'of this item (default: of all)')
    .option('--location <code>', 'at this location (default: at all)')
}

function targetOf({ sku, location }: TargetOptions) {
  return { sku: sku ?? null, locationCode: location ?? null }
}

type Field = [ReplenishmentField, unknown]

/** Reads one field by the very schema that the API takes it by. */
function toField(text: string, before: Field[] = []): Field[] {
  const at = text.indexOf('=')
  const [name, said] = [text.slice(0, at), text.slice(at + 1)]
  const known = replenishmentFields.keyof().safeParse(name)
  if (at < 0 || !known.success) {
    const names = Object.keys(replenishmentFields.shape).join(', ')
    throw new InvalidArgumentError(`Give FIELD=VALUE, where the field is one of: ${names}.`)
  }
  const field = known.data
  if (said === 'none') return [...before, [field, null]]
  const value = field === 'source' || field === 'supplier' ? said : toValue(said)
  const parsed = replenishmentFields.shape[field].safeParse(value)
  if (parsed.success) return [...before, [field, parsed.data]]
  throw new InvalidArgumentError(`${field}: ${parsed.error.issues[0]?.message ?? 'that is no value of it'}.`)
}

function toValue(said: string): string | number | boolean {
  if (said === 'yes' || said === 'true') return true
  if (said === 'no' || said === 'false') return false
  return /^\d+(\.\d+)?$/.test(said) ? Number(said) : said
}

function saySettings({ rows, leftOut }: ReplenishmentSettings): string {
  const of = ({ sku, location }: { sku: string | null; location: string | null }) =>
    [...(sku === null ? [] : [sku]), ...(location === null ? [] : [`at ${location}`])].join(' ') ||
    'everything'
  return [
    ...(rows.length === 0 ? ['Nothing is set: the defaults hold.'] : []),
    ...rows.map((row) => {
      const fields = Object.entries(row.fields).map(([field, value]) => `${field}=${value}`)
      return `${of(row)}: ${fields.join(' ')}`
    }),
    ...leftOut.map(
      (days) => `left out, ${of(days)}: ${days.since} to ${days.until}, ${days.reason}  (${days.id})`,
    ),
  ].join('\n')
}
