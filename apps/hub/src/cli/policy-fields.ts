import type { PolicyFields, PolicyList } from '@plimsoll/client'
import { type Command, InvalidArgumentError } from 'commander'
import { type NumberRange, numberIn } from './number-option.ts'

/** The fields of policies as options, and in words. */
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
export type Said<Value> = Exclude<Value, null> | 'none'
export type FieldOptions = { [Field in keyof PolicyFields]?: Said<PolicyFields[Field]> }
export type TargetOptions = {
  connection?: string
  item?: string
  listing?: string
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

export function orNone(range: NumberRange): (text: string) => Said<number> {
  return (text) => (text === 'none' ? text : numberIn(range)(text))
}

function yesOrNo(text: string): Said<boolean> {
  if (text === 'none') return text
  if (text !== 'yes' && text !== 'no') throw new InvalidArgumentError('Give yes, no or none.')
  return text === 'yes'
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
