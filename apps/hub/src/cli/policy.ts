import type { PolicyFields, PolicyList, ShelfLifeMinimums } from '@plimsoll/client'
import { changePolicy, type Recomputed, recomputeAll } from '@plimsoll/sync'
import { type Command, InvalidArgumentError } from 'commander'
import { listMinimums, listPolicies, setMinimum } from '../views/policies.ts'
import { type NumberRange, numberIn } from './number-option.ts'
import { CommandProblem } from './output.ts'
import { policyWindowCommand } from './policy-window.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

const UNITS: NumberRange = { min: 0, max: Number.MAX_SAFE_INTEGER }
const names: Record<keyof PolicyFields, string> = {
  bufferUnits: 'buffer units',
  bufferPercent: 'buffer percent',
  cap: 'cap',
  floor: 'floor',
  fixed: 'fixed',
  paused: 'paused',
  minShelfLifeDays: 'shelf life in days',
  promiseIncoming: 'promises incoming',
  incomingPercent: 'incoming percent',
  incomingWithinDays: 'incoming within days',
  pool: 'pool',
  sharePercent: 'share percent',
  exclusivePercent: 'exclusive percent',
}

/** `none` takes a field back; commander would make an empty text of null. */
type Said<Value> = Exclude<Value, null> | 'none'
export type FieldOptions = { [Field in keyof PolicyFields]?: Said<PolicyFields[Field]> }
export type TargetOptions = {
  connection?: string
  item?: string
  listing?: string
}

type SetOptions = CommonOptions & FieldOptions & TargetOptions

type ShelfLifeOptions = CommonOptions & { connection?: string; customer?: string }

export function policyCommand(program: Command, exit: (code: number) => void): void {
  const group = program.command('policy').description('how much of what is available channels show')

  addCommonOptions(group.command('show'))
    .description('every policy that is set, from far to near: the nearest that sets a field wins')
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => listPolicies(context), sayAll))
    })

  addCommonOptions(
    addFieldOptions(
      addTargetOptions(
        group
          .command('set')
          .description('set fields of the policy of everything, of a connection, of an item or of a listing'),
      ),
    ),
  ).action(async (options: SetOptions) => {
    const change = toChange(options)
    if (Object.keys(change).length === 0) {
      throw new CommandProblem('Nothing to set was given: name a field, such as --buffer-units 5.')
    }
    exit(await runReading(options, ({ context }) => changePolicy(context, options, change), sayFields))
  })

  policyWindowCommand(group, exit)

  addCommonOptions(group.command('recompute'))
    .description('work out anew what every channel should show, and write what differs')
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => recomputeAll(context), sayRecomputed))
    })

  addCommonOptions(
    group
      .command('shelf-life')
      .description('show or set the fewest days that a lot must have left when units are allocated')
      .argument('[days]', 'a number of days, or none; left out: only show', orNone({ min: 0, max: 36_500 }))
      .option('--connection <connection>', 'for this connection, as allocations name it')
      .option('--customer <customer>', 'for this customer, as allocations name it'),
  ).action(async (days: Said<number> | undefined, options: ShelfLifeOptions) => {
    if (options.connection !== undefined && options.customer !== undefined) {
      throw new CommandProblem('A minimum is of a connection or of a customer: set each by itself.')
    }
    exit(
      await runReading(
        options,
        ({ context }) =>
          days === undefined
            ? listMinimums(context)
            : setMinimum(context, options, days === 'none' ? null : days),
        sayMinimums,
      ),
    )
  })
}

/** Whom a policy is set on. */
export function addTargetOptions(command: Command): Command {
  return command
    .option('--connection <connection>', 'id or name of a connection')
    .option('--item <sku>', 'SKU of an item')
    .option('--listing <id>', 'id of a listing')
}

/** What it sets. */
export function addFieldOptions(command: Command): Command {
  const percent = orNone({ min: 0, max: 100 })
  return command
    .option('--pool <codes>', 'codes of the locations that may be sold from, with commas', codesOrNone)
    .option('--share-percent <number>', 'the most of the pool that is shown', percent)
    .option(
      '--exclusive-percent <number>',
      'set aside for this connection or listing alone',
      orNone({ min: 1, max: 100 }),
    )
    .option('--buffer-units <number>', 'base units kept back', orNone(UNITS))
    .option('--buffer-percent <number>', 'share of what is available kept back', percent)
    .option('--cap <number>', 'the most that is shown', orNone(UNITS))
    .option('--floor <number>', 'fewer than this are shown as 0', orNone(UNITS))
    .option('--fixed <number>', 'shown whatever there is', orNone(UNITS))
    .option('--paused <answer>', 'yes to show 0, no', yesOrNo)
    .option(
      '--min-shelf-life-days <number>',
      'days that a lot must last from today to be shown',
      orNone({ min: 0, max: 36_500 }),
    )
    .option('--promise-incoming <answer>', 'yes to promise what is on its way too, no', yesOrNo)
    .option('--incoming-percent <number>', 'how much of that', percent)
    .option(
      '--incoming-within-days <number>',
      'only what is expected within so many days',
      orNone({ min: 0, max: 3_650 }),
    )
}

/** The fields that options name, as the API takes them. */
export function toChange(options: FieldOptions): Partial<PolicyFields> {
  return Object.fromEntries(
    Object.keys(names).flatMap((field) => {
      const value = options[field as keyof PolicyFields]
      return value === undefined ? [] : [[field, value === 'none' ? null : value]]
    }),
  )
}

function codesOrNone(text: string): Said<string[]> {
  return text === 'none' ? text : text.split(',').map((code) => code.trim())
}

function sayRecomputed({ items, workedOut, changed }: Recomputed): string {
  return `${items} items looked at, ${workedOut} worked out again; ${changed} numbers were wrong and are right now.`
}

function orNone(range: NumberRange): (text: string) => Said<number> {
  return (text) => (text === 'none' ? text : numberIn(range)(text))
}

function yesOrNo(text: string): Said<boolean> {
  if (text === 'none') return text
  if (text !== 'yes' && text !== 'no') throw new InvalidArgumentError('Give yes, no or none.')
  return text === 'yes'
}

function sayAll({ rows }: PolicyList): string {
  if (rows.length === 0) return 'No policy is set: channels show all that is available.'
  return rows.map((row) => `${sayTarget(row)}: ${sayFields(row)}`).join('\n')
}

function sayMinimums({ rows }: ShelfLifeMinimums): string {
  if (rows.length === 0) return 'No minimum is set: every lot that has not expired may be allocated.'
  return rows
    .map(({ scope, name, days }) => `${name === null ? 'everything' : `${scope} ${name}`}: ${days} days`)
    .join('\n')
}

export function sayTarget(
  row: Pick<PolicyList['rows'][number], 'scope' | 'sku' | 'connectionName' | 'listingExternalId'>,
): string {
  if (row.scope === 'organization') return 'everything'
  const connection = row.connectionName ?? 'a connection that is gone'
  if (row.scope === 'item') return `item ${row.sku ?? 'that is gone'}`
  return row.scope === 'connection' ? connection : `${connection}, listing ${row.listingExternalId}`
}

export function sayFields(policy: PolicyFields): string {
  const said = Object.entries(names).flatMap(([field, name]) => {
    const value = policy[field as keyof PolicyFields]
    if (value === null) return []
    const text = Array.isArray(value) ? value.join('+') : value
    return [`${name} ${value === true ? 'yes' : value === false ? 'no' : text}`]
  })
  return said.length === 0 ? 'nothing is set' : said.join(', ')
}
