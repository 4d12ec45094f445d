import type { ReplenishmentAccepted, ReplenishmentPage, ReplenishmentRow } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import { URGENCIES, type Urgency, wantSweep } from '@plimsoll/orders'
import { keepReplenishment } from '@plimsoll/sync'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { REPLENISHMENT_SORTS, type ReplenishmentSort } from '../views/replenishment.store.ts'
import { acceptReplenishment, explainReplenishment, listReplenishment } from '../views/replenishment.ts'
import { numberIn } from './number-option.ts'
import { replenishmentSettingCommands } from './replenishment-settings.ts'
import { sayExplained } from './replenishment-text.ts'
import {
  addDocumentOptions,
  type DocumentOptions,
  runDocumentCommand,
  runReading,
} from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

type ListOptions = CommonOptions & {
  location?: string[]
  urgency?: Urgency[]
  suggested?: true
  search?: string
  sort: ReplenishmentSort
  descending?: true
  limit: number
  cursor?: string
}

export function replenishmentCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('replenishment')
    .description('how long stock lasts, and what is to be sent or bought')

  addCommonOptions(group.command('list'))
    .description(
      'items and locations with their cover, reorder point and what is suggested, the most urgent first',
    )
    .option('--location <codes>', 'only at these locations, with commas between them', toList)
    .option('--urgency <urgencies>', `only of these: ${URGENCIES.join(', ')}`, toUrgencies)
    .option('--suggested', 'only what something is suggested for')
    .option('--search <text>', 'how the SKU begins, or a part of the name')
    .addOption(
      new Option('--sort <column>', 'what comes first').choices(REPLENISHMENT_SORTS).default('urgency'),
    )
    .option('--descending', 'the other way round')
    .option('--limit <number>', 'so many at once', numberIn({ min: 1, max: 500 }), 100)
    .option('--cursor <cursor>', '`next` of the page before')
    .addHelpText(
      'after',
      '\nAll of it as CSV or Excel:\n  plimsoll export replenishment --to replenishment.csv\n',
    )
    .action(async (options: ListOptions) => {
      const { location: locations, urgency: urgencies, descending = false, ...rest } = options
      const { suggested, search, sort, limit, cursor } = rest
      const query = { locations, urgencies, suggested, search, sort, descending, limit, cursor }
      exit(await runReading(options, ({ context }) => listReplenishment(context, query), sayPage))
    })

  addCommonOptions(group.command('explain'))
    .description('every figure that led to what is suggested for an item at a location')
    .argument('<sku>', 'the item’s SKU')
    .argument('<location>', 'code of the location')
    .action(async (sku: string, location: string, options: CommonOptions) => {
      const read = runReading(
        options,
        ({ context }) => explainReplenishment(context, { sku, location }),
        sayExplained,
      )
      exit(await read)
    })

  addDocumentOptions(group.command('accept'))
    .description('turn suggestions into drafts of transfers and announced deliveries, all of them or none')
    .argument('<suggestions...>', 'ids as list shows them, each with =UNITS for other units', toWanted)
    .action(async (suggestions: Wanted[], options: DocumentOptions) => {
      exit(
        await runDocumentCommand(
          options,
          (_store, head, { context }) => acceptReplenishment(context, head, suggestions),
          sayAccepted,
        ),
      )
    })

  addCommonOptions(group.command('plan'))
    .description(
      'measure demand and plan all items anew now; the hub does so once a day, and of what changes every few minutes',
    )
    .action(async (options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => {
            await inTransaction(context.database, (tx) => wantSweep(tx, context.organizationId))
            await keepReplenishment(context)
            return await listReplenishment(context, { sort: 'urgency', descending: false, limit: 1 })
          },
          sayTotals,
        ),
      )
    })

  replenishmentSettingCommands(group, exit)
}

type Wanted = { id: string; units?: number }

function toWanted(text: string, before: Wanted[] = []): Wanted[] {
  const [id = '', units, ...more] = text.split('=')
  if (id === '' || more.length > 0 || (units !== undefined && !/^[1-9]\d{0,9}$/.test(units))) {
    throw new InvalidArgumentError('Give the id of a suggestion, or ID=UNITS.')
  }
  return [...before, { id, ...(units !== undefined && { units: Number(units) }) }]
}

function toList(text: string): string[] {
  return text.split(',')
}

function toUrgencies(text: string): Urgency[] {
  return text.split(',').map((each) => {
    const found = URGENCIES.find((urgency) => urgency === each)
    if (found === undefined) throw new InvalidArgumentError(`"${each}" is none of: ${URGENCIES.join(', ')}.`)
    return found
  })
}

function sayPage({ rows, next, plannedAt }: ReplenishmentPage): string {
  if (plannedAt === null) return 'Nothing has been planned yet: plimsoll replenishment plan does it now.'
  if (rows.length === 0) return 'Nothing of it.'
  return [...rows.map(sayRow), ...(next === null ? [] : [`More: --cursor ${next}`])].join('\n')
}

function sayRow(row: ReplenishmentRow): string {
  const {
    sku,
    location,
    urgency,
    available,
    incoming,
    perDay,
    coverDays,
    runsOutOn,
    reorderPoint,
    suggestion,
  } = row
  const demand = perDay === null ? 'not enough history' : `${perDay.toFixed(2)} a day`
  const cover = coverDays === null ? '' : `, lasts ${coverDays.toFixed(1)} days`
  const out = runsOutOn === null ? '' : `, runs out on ${runsOutOn}`
  const point = reorderPoint === null ? '' : `, reorder point ${reorderPoint}`
  const head = `${sku} at ${location}: ${urgency}; ${available} available, ${incoming} incoming, ${demand}${cover}${out}${point}`
  return suggestion === null ? head : `${head}\n  ${suggestion.id}  ${saySuggestion(suggestion)}`
}

function saySuggestion({ kind, from, supplier, units }: NonNullable<ReplenishmentRow['suggestion']>): string {
  if (kind === 'transfer') return `transfer ${units} from ${from}`
  if (kind === 'assembly') return `put ${units} together: plimsoll stock assemble, once it is done`
  return `buy ${units}${supplier === null ? '' : ` from ${supplier}`}`
}

function sayAccepted({ transfers, inboundShipments }: ReplenishmentAccepted): string {
  return [
    ...transfers.map(
      ({ transferId, fromCode, toCode, lines }) =>
        `Draft ${transferId} from ${fromCode} to ${toCode}: ${sayLines(lines.map(({ sku, requested }) => [sku, requested]))}`,
    ),
    ...inboundShipments.map(
      ({ inboundId, locationCode, expectedOn, lines }) =>
        `Announced ${inboundId} at ${locationCode} for ${expectedOn}: ${sayLines(lines.map(({ sku, expected }) => [sku, expected]))}`,
    ),
  ].join('\n')
}

function sayLines(lines: readonly (readonly [string, number])[]): string {
  return lines.map(([sku, units]) => `${units} × ${sku}`).join(', ')
}

function sayTotals({ totals }: ReplenishmentPage): string {
  if (totals.length === 0) return 'There is no item with stock or demand at any location.'
  return totals
    .map(
      ({ location, urgency, items, suggested }) =>
        `${location}  ${urgency}: ${items} items, ${suggested} suggested`,
    )
    .join('\n')
}
