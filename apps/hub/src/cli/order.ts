import type { OrderDetail, OrderPage, OrderRow } from '@plimsoll/client'
import {
  ALL_HOLD_REASONS,
  type AnyHoldReason,
  CHANNEL_HOLD,
  endOrderHold,
  HOLD_REASONS,
  type HoldReason,
  holdOrder,
  routeNow,
} from '@plimsoll/sync'
import { Argument, type Command, Option } from 'commander'
import type { OrderStanding } from '../views/orders.store.ts'
import { getOrder, listOrders } from '../views/orders.ts'
import { numberIn } from './number-option.ts'
import { orderByHandCommands } from './order-by-hand.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

const STATES = ['pending', 'open', 'closed', 'cancelled'] as const
const STANDINGS = ['waiting', 'held', 'not-routed', 'shipped', 'late'] as const
const ORDER = 'its id, its number or the platform’s id'

type ListOptions = CommonOptions & {
  state?: (typeof STATES)[number]
  standing?: OrderStanding
  connection?: string
  search?: string
  limit: number
}

export function orderCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('order')
    .description('orders of all channels: where each is, and what holds it')

  addCommonOptions(
    group
      .command('list')
      .description('the newest orders, one a line')
      .addOption(new Option('--state <state>', 'pending, open, closed or cancelled').choices(STATES))
      .addOption(
        new Option('--standing <standing>', 'waiting, held, not-routed, shipped or late').choices(STANDINGS),
      )
      .option('--connection <connection>', 'id or name of the connection of a channel')
      .option('--search <text>', 'how the number begins; or the platform’s id')
      .option('--limit <number>', 'at most so many', numberIn({ min: 1, max: 200 }), 50),
  ).action(async ({ state, standing, connection, search, limit, ...options }: ListOptions) => {
    const query = { state, standing, connection, search, limit }
    exit(await runReading(options, ({ context }) => listOrders(context, query), sayList))
  })

  addCommonOptions(group.command('show'))
    .description('one order: lines, shipments, parcels, holds, and all that happened to it')
    .argument('<order>', ORDER)
    .action(async (order: string, options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => getOrder(context, order), sayOrder))
    })

  orderByHandCommands(group, exit, sayOrder)

  const reason = () => new Argument('<reason>', 'fraud, address, payment or manual').choices(HOLD_REASONS)
  addCommonOptions(
    group
      .command('hold')
      .description('hold an order: nothing of it goes that no warehouse of others has yet')
      .argument('<order>', ORDER)
      .addArgument(reason())
      .option('--note <text>', 'for whoever looks at the order'),
  ).action(async (order: string, why: HoldReason, options: CommonOptions & { note?: string }) => {
    const hold = { reason: why, note: options.note ?? null, actor: 'cli' }
    exit(
      await runReading(
        options,
        ({ context }) => holdOrder(context, order, hold),
        ({ stopped, underWay }) =>
          [
            'Held.',
            ...(stopped.length > 0 ? [`Stopped: ${stopped.join(', ')}.`] : []),
            ...(underWay.length > 0
              ? [`A warehouse has ${underWay.join(', ')}: cancel with plimsoll shipment cancel.`]
              : []),
          ].join(' '),
      ),
    )
  })

  addCommonOptions(group.command('unhold'))
    .description('end one hold of an order; without any it is routed again by itself')
    .argument('<order>', ORDER)
    .addArgument(
      new Argument(
        '<reason>',
        'fraud, address, payment or manual; cancelling takes a cancellation back; channel sends what its buyer asked to cancel, or nobody has paid for yet',
      ).choices([...ALL_HOLD_REASONS, CHANNEL_HOLD]),
    )
    .action(async (order: string, why: AnyHoldReason | typeof CHANNEL_HOLD, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          ({ context }) => endOrderHold(context, order, { reason: why, actor: 'cli' }),
          () => 'Done.',
        ),
      )
    })

  addCommonOptions(group.command('route'))
    .description('route now what of an order is in no shipment')
    .argument('<order>', ORDER)
    .action(async (order: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          ({ context }) => routeNow(context, order),
          ({ outcome }) => ROUTED[outcome],
        ),
      )
    })
}

const ROUTED = {
  routed: 'Routed.',
  waits: 'It can be sent from nowhere now; it is tried again by itself.',
  nothing: 'Nothing of it is to be routed.',
  'taken-meanwhile': 'Somebody else took the stock meanwhile; try again.',
} as const

function sayList({ rows, next }: OrderPage): string {
  if (rows.length === 0) return 'There is none.'
  const more = next === null ? [] : ['There are more: narrow the search, or use the API.']
  return [...rows.map(sayRow), ...more].join('\n')
}

function sayRow(row: OrderRow): string {
  const { number, channel, state, placedAt, toShip, units, holds, shipments, isLate, isUnrouted, problem } =
    row
  return [
    `${number} (${channel}) ${state}, placed ${placedAt}, ${units - toShip} of ${units} left`,
    ...(isLate ? ['LATE'] : []),
    ...(isUnrouted ? ['not routed'] : []),
    ...holds.map((reason) => `held: ${reason}`),
    ...shipments.map((each) => `${each.number} at ${each.location} ${each.state}`),
    ...(problem === null ? [] : [`! ${problem}`]),
  ].join('; ')
}

/** Why a line is in no shipment yet, in a sentence. */
function sayWait({ sku, units, until, place, waiting, expected }: OrderDetail['waits'][number]): string {
  const where =
    place === null ? `until ${until}` : `${place}${ordinalOf(place)} of ${waiting} in line for ${sku}`
  const coming = expected === null ? '' : `; ${expected.units} units expected on ${expected.on}`
  return `waits: ${units} of ${sku}, ${where}${coming}`
}

function ordinalOf(count: number): string {
  const teen = count % 100 >= 11 && count % 100 <= 13
  return teen ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
}

function sayOrder(order: OrderDetail): string {
  return [
    sayRow(order),
    ...order.lines.map(
      (line) =>
        `  ${line.sku ?? line.listingSku ?? '–'} ${line.title}: ${line.current} ordered, ${line.committed} in shipments, ${line.shipped} shipped, ${line.returned} returned; ${line.base.reserved} base units reserved`,
    ),
    ...(order.cancelling === null
      ? []
      : [
          `  being cancelled on ${order.channel}: ${order.cancelling.units} units, ${order.cancelling.reason}`,
        ]),
    ...order.waits.map((wait) => `  ${sayWait(wait)}`),
    ...order.shipmentDetails.flatMap((shipment) => [
      `  shipment ${shipment.number} (${shipment.shipmentId}) from ${shipment.location}${shipment.warehouse === null ? '' : ` by ${shipment.warehouse}`}: ${shipment.state}${shipment.problem === null ? '' : ` ! ${shipment.problem}`}`,
      ...shipment.parcels.map(
        (parcel) =>
          `    parcel ${parcel.carrier ?? ''} ${parcel.trackingNumber ?? 'without a number'} left ${parcel.shippedAt}`,
      ),
    ]),
    ...order.timeline.map(({ at, kind, actor, shipment, call }) =>
      call === null
        ? `  ${at} ${kind}${shipment === null ? '' : ` ${shipment}`}${actor === null ? '' : ` (${actor})`}`
        : `  ${at} call ${call.errand}${shipment === null ? '' : ` ${shipment}`} to ${call.to}: ${call.state}${call.error === null ? '' : ` ! ${call.error}`}`,
    ),
  ].join('\n')
}
