import type { ProtectionMode, WhatIfAnswer } from '@plimsoll/client'
import type { WhatIfRequest } from '@plimsoll/sync'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { showWhatIf } from '../views/policies.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem } from './output.ts'
import {
  addFieldOptions,
  addTargetOptions,
  type FieldOptions,
  type TargetOptions,
  toChange,
} from './policy-fields.ts'
import { PROTECTION_MODES, toOversells } from './protect.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

type Options = CommonOptions &
  FieldOptions &
  TargetOptions & {
    at?: Date
    stock?: WhatIfRequest['stock']
    campaignUnits?: number
    of?: string[]
    on?: string
    limit: number
    cursor?: string
    protection?: ProtectionMode | 'none'
    oversellsPerMillion?: string
  }

/** `whatif`: what channels would show; nothing is changed. */
export function whatIfCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(
    addFieldOptions(
      addTargetOptions(
        program
          .command('whatif')
          .description(
            'what channels would show if a policy, a protection, stock or the time were otherwise; changes nothing',
          )
          .option('--at <instant>', 'as of then, with what is planned: 2026-11-11T00:00:00+08:00', toDate)
          .option(
            '--stock <change>',
            'SKU@LOCATION=UNITS beyond what is there, or -UNITS; repeatable',
            addStock,
          )
          .option(
            '--campaign-units <number>',
            'as if a campaign were open with so many units for each listing',
            numberIn({ min: 1, max: Number.MAX_SAFE_INTEGER }),
          )
          .addOption(
            new Option(
              '--protection <mode>',
              'as if everything, or the --connection or --item, were protected so; none: as if that were taken back',
            ).choices([...PROTECTION_MODES, 'none']),
          )
          .option(
            '--oversells-per-million <number>',
            'with --protection: put up with, of a million times that an item sells out',
          )
          .option('--of <sku>', 'only this item; repeatable', (sku: string, before: string[] = []) => [
            ...before,
            sku,
          ])
          .option('--on <connection>', 'only this connection, by id or name')
          .option('--limit <number>', 'changes told one by one', numberIn({ min: 1, max: 1_000 }), 20)
          .option('--cursor <id>', 'go on where the answer before ended'),
      ),
    ),
  ).action(async (options: Options) => {
    const {
      connection,
      item,
      listing,
      campaignUnits,
      at,
      stock = [],
      of: items = [],
      on,
      limit,
      cursor,
    } = options
    const set = { ...toChange(options), ...(campaignUnits !== undefined && { campaignUnits }) }
    const isPolicy = Object.keys(set).length > 0
    const protections = toProtections(options)
    if (
      !isPolicy &&
      protections.length === 0 &&
      [connection, item, listing].some((each) => each !== undefined)
    ) {
      throw new CommandProblem('Nothing is set on it: name a field, such as --buffer-units 5.')
    }
    const policies = isPolicy ? [{ connection, item, listing, set }] : []
    const request = { at, policies, protections, stock, items, connection: on, limit, cursor }
    exit(await runReading(options, ({ context }) => showWhatIf(context, request), sayAnswer))
  })
}

function toProtections(options: Options): WhatIfRequest['protections'] {
  const { connection, item, listing, protection } = options
  const oversellsPerMillion = toOversells(options.oversellsPerMillion)
  if (protection === undefined) {
    if (oversellsPerMillion === undefined) return []
    throw new CommandProblem('--oversells-per-million goes with --protection.')
  }
  if (listing !== undefined)
    throw new CommandProblem(
      'A protection is set on everything, on a connection or on an item, not on a listing.',
    )
  return [{ connection, item, mode: protection === 'none' ? null : protection, oversellsPerMillion }]
}

/** An instant with its offset. */
export function toDate(text: string): Date {
  const at = new Date(text)
  if (!/(Z|[+-]\d{2}:\d{2})$/.test(text) || Number.isNaN(at.getTime())) {
    throw new InvalidArgumentError('Give an instant with its offset, such as 2026-11-11T00:00:00+08:00.')
  }
  return at
}

function addStock(text: string, before: WhatIfRequest['stock'] = []): WhatIfRequest['stock'] {
  const { sku, location, units } =
    /^(?<sku>.+)@(?<location>[^@=]+)=(?<units>-?\d{1,9})$/.exec(text)?.groups ?? {}
  if (sku === undefined || location === undefined) {
    throw new InvalidArgumentError('Give SKU@LOCATION=UNITS, such as MUG@MAIN=-5.')
  }
  return [...before, { sku, location, units: Number(units) }]
}

function sayAnswer({ at, totals, rows, next }: WhatIfAnswer): string {
  const { levels, changed, lowered, raised, toZero, unitsBefore, unitsAfter, estimated } = totals
  const told = rows.map(
    ({ sku, connectionName, externalLocation, before, after }) =>
      `  ${sku}  ${connectionName}, ${externalLocation}: ${sayShown(before)} → ${sayShown(after)}`,
  )
  const rest = changed - rows.length
  return [
    `At ${at}: of ${levels} numbers ${changed} would change, ${lowered} down and ${raised} up, ${toZero} to zero; ${unitsBefore} units → ${unitsAfter}.`,
    ...told,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...(estimated > 0 ? [`${estimated} numbers, those with ≈, are estimates.`] : []),
    ...ESTIMATES.filter(([estimate]) => rows.some(({ after }) => after.estimate === estimate)).map(
      ([, sentence]) => `  ${sentence}`,
    ),
    ...(next === null ? [] : [`More items: --cursor ${next}`]),
  ].join('\n')
}

const ESTIMATES = [
  ['measured-now', 'By how items sell, as far as is known now: what is kept back changes as they do.'],
  [
    'unsettled',
    'No guarantee holds, or units are not quite as they would be shared: it depends on the order in which channels answer, or on what is not known yet.',
  ],
] as const

function sayShown({ units, because, protection, estimate }: WhatIfAnswer['rows'][number]['after']): string {
  const protectedBy = protection === 'open' ? '' : `, ${protection}`
  return `${estimate === null ? '' : '≈'}${units} (${because}${protectedBy})`
}
