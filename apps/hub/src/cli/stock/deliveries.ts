import type { AnnouncementShape, DeliveryList } from '@plimsoll/client'
import { announceAgain } from '@plimsoll/sync'
import type { Command } from 'commander'
import { listDeliveries } from '../../views/deliveries.ts'
import { EXIT, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'
import { runReading } from './document-command.ts'

const SHOWN = 50

/** `stock deliveries`: what warehouses told of deliveries and returns. */
export function deliveriesCommand(stock: Command, exit: (code: number) => void): void {
  addCommonOptions(
    stock
      .command('deliveries')
      .description('what warehouses told of deliveries and returns, and how much of it is booked')
      .option('--returns', 'only returns')
      .option('--receipts', 'only deliveries'),
  ).action(async (options: CommonOptions & { returns?: true; receipts?: true }) => {
    const kind = options.returns === options.receipts ? undefined : options.returns ? 'return' : 'receipt'
    exit(await runReading(options, ({ context }) => listDeliveries(context, { kind, limit: SHOWN }), say))
  })
}

/** `stock inbound announce`: once more, to a warehouse that had refused it. */
export function announceCommand(inbound: Command, exit: (code: number) => void): void {
  addCommonOptions(
    inbound
      .command('announce')
      .description('announce one anew that its warehouse had refused; any other is left as it is')
      .argument('<shipment>', 'its id'),
  ).action(async (inboundId: string, options: CommonOptions) => {
    exit(
      await withHub(options, async ({ context }, output) => {
        const again = await announceAgain(context, inboundId)
        if ('kind' in again) throw new RefusedByLedger(again)
        output.result(again, sayAnnouncement)
        return EXIT.ok
      }),
    )
  })
}

function say({ rows }: DeliveryList): string {
  if (rows.length === 0) return 'No warehouse has told of any.'
  return rows
    .flatMap(({ kind, externalId, warehouse, place, number, complete, toldAt, lines }) => [
      `${toldAt}  ${kind} ${externalId}${number === null ? '' : ` (${number})`}  ${warehouse}, ${place}${complete ? ', complete' : ''}`,
      ...lines.map(
        ({ sku, condition, told, booked, lot, problem }) =>
          `  ${sku}${lot === null ? '' : `@${lot}`}: ${told} ${condition}, ${booked} booked${problem === null ? '' : `: ${problem}`}`,
      ),
    ])
    .join('\n')
}

function sayAnnouncement({ state, warehouse, externalId, problem }: AnnouncementShape): string {
  if (state === 'none') return 'No warehouse that takes announcements counts its location.'
  const as = externalId === null ? '' : ` as ${externalId}`
  return `${warehouse}: ${state}${as}${problem === null ? '' : `: ${problem}`}`
}
