import type { OrderTimeline } from '@plimsoll/client'
import type { Command } from 'commander'
import { getOrderTimeline } from '../views/order-timeline.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

export function timelineCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(
    program
      .command('timeline')
      .description('when an order was placed, seen and applied, and when every other channel showed it')
      .argument('<order>', 'id or number of the order'),
  ).action(async (order: string, options: CommonOptions) => {
    exit(await runReading(options, ({ context }) => getOrderTimeline(context, order), sayTimeline))
  })
}

/** The moments of an order, one a line. */
export function sayTimeline({ channels, ...order }: OrderTimeline): string {
  const since = (at: string) => `+${Date.parse(at) - Date.parse(order.placedAt)} ms`
  return [
    `${order.number} of ${order.connectionName}, ${order.state}`,
    `placed ${order.placedAt}`,
    `seen ${since(order.seenAt)} (${order.seenBy})`,
    `applied ${since(order.appliedAt)}`,
    ...channels.map(({ connectionName, sku, listing, wanted, sentAt, shownAt, outcome }) => {
      const what = `${connectionName}, ${sku} (${listing})`
      if (wanted === null) return `${what}: its number did not change`
      if (sentAt === null) return `${what}: ${wanted} wanted, not written`
      return `${what}: ${wanted} sent ${since(sentAt)}, ${shownAt === null ? outcome : `shown ${since(shownAt)}`}`
    }),
  ].join('\n')
}
