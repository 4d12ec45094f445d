import type { ReservationPage, ReservationRow } from '@plimsoll/client'
import type { Command } from 'commander'
import { findItemBalances, type LocationBalance } from '../../views/item.store.ts'
import { getItemHead } from '../../views/item.ts'
import { sumFigures } from '../../views/items.store.ts'
import { findOpenReservationPage } from '../../views/reservations.store.ts'
import { EXIT } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'

/** The oldest; a hot item has thousands, which GET /reservations walks through. */
const RESERVATIONS_LISTED = 20

export function showCommand(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('show'))
    .description('what is there of an item, by location, and what is reserved')
    .argument('<sku>', 'the item’s SKU')
    .action(async (sku: string, options: CommonOptions) => {
      exit(
        await withHub(options, async ({ context, database }, output) => {
          const { itemId, ...head } = await getItemHead(context, sku)
          const [balances, reservations] = await Promise.all([
            findItemBalances(database.kysely, context.organizationId, itemId),
            findOpenReservationPage(database.kysely, context.organizationId, itemId, {
              limit: RESERVATIONS_LISTED,
            }),
          ])
          output.result({ ...head, ...sumFigures(balances), balances, reservations }, toText)
          return EXIT.ok
        }),
      )
    })
}

type Shown = {
  sku: string
  name: string
  balances: LocationBalance[]
  reservations: ReservationPage
} & Figures
type Figures = Pick<LocationBalance, 'onHand' | 'reserved' | 'held' | 'incoming' | 'available'>

function toText(shown: Shown): string {
  const { sku, name, balances, reservations } = shown
  return [
    `${sku}  ${name}`,
    figures(shown),
    ...balances.map((balance) => `  ${balance.locationCode}: ${figures(balance)}`),
    ...(reservations.rows.length > 0 ? ['Open reservations, oldest first:'] : []),
    ...reservations.rows.map(
      (row) => `  ${row.reservationId}  ${row.open} at ${row.locationCode}, ${holderOf(row)}`,
    ),
    ...(reservations.next === null ? [] : ['  … and more: GET /api/v1/reservations lists them all.']),
  ].join('\n')
}

function holderOf({ orderNumber, expiresAt }: ReservationRow): string {
  const holder = orderNumber === null ? 'for a client' : `order ${orderNumber}`
  return expiresAt === null ? holder : `${holder}, until ${expiresAt}`
}

function figures({ onHand, reserved, held, incoming, available }: Figures): string {
  return `on hand ${onHand}, reserved ${reserved}, held ${held}, available ${available}${incoming > 0 ? `, incoming ${incoming}` : ''}`
}
