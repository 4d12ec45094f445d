import type { ItemStockAt } from '@plimsoll/client'
import type { AsOfMode } from '@plimsoll/stock'
import { type Command, Option } from 'commander'
import { getItemStockAt } from '../../views/history.ts'
import { EXIT, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'
import { toMoment } from './moment.ts'

type AsOfOptions = CommonOptions & { at?: Date; by: AsOfMode; location?: string }

export function asOfCommand(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('asof'))
    .description('what was there of an item at a moment, by location and lot, and what that is made of')
    .argument('<sku>', 'the item’s SKU')
    .option('--at <instant>', 'the moment, for example 2026-11-25T10:00:00Z (default: now)', toMoment)
    .addOption(
      new Option(
        '--by <mode>',
        'effective: what was true then, as is known now (default); recorded: what the ledger said then',
      )
        .choices(['effective', 'recorded'])
        .default('effective'),
    )
    .option('--location <code>', 'at this location alone')
    .action(async (sku: string, options: AsOfOptions) => {
      exit(
        await withHub(options, async ({ context }, output) => {
          const { at, by, location } = options
          const outcome = await getItemStockAt(context, sku, { at, by, location })
          if (outcome.kind === 'refused') {
            throw new RefusedByLedger(outcome)
          }
          output.result(outcome.answer, toText)
          return EXIT.ok
        }),
      )
    })
}

type Figures = Pick<ItemStockAt, 'onHand' | 'reserved' | 'held' | 'incoming'>

function toText(stock: ItemStockAt): string {
  return [
    `${stock.sku}  ${stock.name}`,
    `${stock.by === 'effective' ? 'true' : 'recorded'} at ${stock.at}: ${figures(stock)}, available ${stock.available}`,
    ...stock.places.flatMap((place) => [
      `  ${place.locationCode}${place.lotId === null ? '' : `, lot ${place.lotId}`}: ${figures(place)}, available ${place.available}`,
      `    ${stock.checkpointAt === null ? 'from the beginning' : `checkpoint of ${stock.checkpointAt}: ${figures(place.checkpoint)}`}, and ${place.movements} movements since`,
      ...(place.lateMovements === 0
        ? []
        : [`    ${place.lateMovements} movements recorded later, effective before: ${figures(place.late)}`]),
    ]),
    ...(stock.places.length === 0 ? ['Nothing of it was known then.'] : []),
  ].join('\n')
}

function figures({ onHand, reserved, held, incoming }: Figures): string {
  return `on hand ${onHand}, reserved ${reserved}, held ${held}${incoming === 0 ? '' : `, incoming ${incoming}`}`
}
