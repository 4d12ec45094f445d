import {
  type Cancellation,
  type Capabilities,
  type ChannelOperations,
  Invalid,
  NotFound,
} from '@plimsoll/connector-kit'
import type { Fault, MemoryPlatform, Operation } from './memory-platform.ts'

/** How the shop in memory is told to cancel; nothing where it takes none. */
export function memoryCancelling(
  platform: MemoryPlatform,
  takes: Capabilities['cancel'],
  call: {
    begin(operation: Operation): Promise<Fault | undefined>
    end(fault: Fault | undefined): Promise<void>
  },
): Pick<ChannelOperations, 'cancel'> {
  if (takes === false) return {}
  const checkTaken = (orderExternalId: string, units: number | undefined) => {
    const order = platform.orders.get(orderExternalId)
    if (order === undefined) throw new NotFound(`There is no order ${orderExternalId}`)
    if (platform.refusesCancelling) throw new Invalid('This order cannot be cancelled', 'order')
    const open = order.units - (order.cancelled ?? 0) - order.shipped
    if (order.state === 'closed' || (units ?? 0) > open)
      throw new Invalid(`Only ${open} units are open`, 'lines')
    if (takes === 'order' && (units !== undefined || order.shipped > 0))
      throw new Invalid('Only whole orders are cancelled here', 'lines')
  }
  return {
    async cancel({ cancellationId = '', orderExternalId, lines }: Cancellation) {
      const fault = await call.begin('cancel')
      const units = lines?.reduce((sum, { quantity }) => sum + quantity, 0)
      if (!platform.cancellations.has(cancellationId)) checkTaken(orderExternalId, units)
      const take = () =>
        !platform.forgetsCancelling && platform.takeCancellation(cancellationId, orderExternalId, units)
      if (fault === 'late') platform.later(take)
      else take()
      await call.end(fault)
    },
  }
}
