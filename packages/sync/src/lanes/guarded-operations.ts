import type { CallClass, ChannelOperations, WarehouseOperations } from '@plimsoll/connector-kit'

/** What each operation is called for. Writes are decreases or increases: whoever writes says which. */
export const CLASS_OF: Readonly<Record<keyof ChannelOperations, CallClass | 'as-written'>> = {
  setLevels: 'as-written',
  placement: 'decrease',
  withdraw: 'decrease',
  reinstate: 'increase',
  orders: 'order',
  order: 'order',
  ship: 'shipment',
  recipient: 'shipment',
  warehouse: 'shipment',
  // What cannot be served is given back to the platform: the units may be on sale there.
  cancel: 'shipment',
  counts: 'reconcile',
  pull: 'order',
  acknowledge: 'order',
  outcomes: 'increase',
  stream: 'order',
  countOrders: 'reconcile',
  levels: 'reconcile',
  check: 'reconcile',
  // Until they stand, orders are learned of by polls alone.
  registerWebhooks: 'shipment',
  locations: 'catalogue',
  listings: 'catalogue',
  listing: 'catalogue',
}

/**
 * A connection's operations, each call of which is announced before it is made: what for, and with what outcome.
 * @param around makes the call; it may refuse to, and learns how it went and what it is about (`callAbout`)
 */
export function guardOperations(
  operations: ChannelOperations,
  around: <T>(
    operation: keyof ChannelOperations,
    call: () => Promise<T>,
    about?: readonly string[],
  ) => Promise<T>,
): ChannelOperations {
  const { outcomes, placement, withdraw, reinstate, stream, countOrders, cancel, counts, pull, acknowledge } =
    operations
  const { recipient, warehouse } = operations
  return {
    check: (...given) => around('check', () => operations.check(...given)),
    locations: (...given) => around('locations', () => operations.locations(...given)),
    listings: (...given) => around('listings', () => operations.listings(...given)),
    listing: (...given) => around('listing', () => operations.listing(...given), [`listing:${given[0]}`]),
    levels: (...given) => around('levels', () => operations.levels(...given)),
    setLevels: (...given) =>
      around(
        'setLevels',
        () => operations.setLevels(...given),
        given[0].map(({ writeId }) => `write:${writeId}`),
      ),
    orders: (...given) => around('orders', () => operations.orders(...given)),
    order: (...given) => around('order', () => operations.order(...given), [`order:${given[0]}`]),
    ship: (...given) =>
      around('ship', () => operations.ship(...given), [
        `order:${given[0].orderExternalId}`,
        `shipment:${given[0].shipmentId}`,
      ]),
    registerWebhooks: (...given) => around('registerWebhooks', () => operations.registerWebhooks(...given)),
    ...(outcomes !== undefined && {
      outcomes: (...given) => around('outcomes', () => outcomes.apply(operations, given)),
    }),
    ...(placement !== undefined && {
      placement: (...given) => around('placement', () => placement.apply(operations, given)),
    }),
    ...(withdraw !== undefined && {
      withdraw: (...given) =>
        around('withdraw', () => withdraw.apply(operations, given), [`listing:${given[0]}`]),
    }),
    ...(stream !== undefined && {
      stream: (...given) => around('stream', () => stream.apply(operations, given)),
    }),
    ...(countOrders !== undefined && {
      countOrders: (...given) => around('countOrders', () => countOrders.apply(operations, given)),
    }),
    ...(cancel !== undefined && {
      cancel: (...given) =>
        around('cancel', () => cancel.apply(operations, given), [`order:${given[0].orderExternalId}`]),
    }),
    ...(counts !== undefined && {
      counts: (...given) => around('counts', () => counts.apply(operations, given)),
    }),
    ...(pull !== undefined && {
      pull: (...given) => around('pull', () => pull.apply(operations, given)),
    }),
    ...(acknowledge !== undefined && {
      acknowledge: (...given) => around('acknowledge', () => acknowledge.apply(operations, given)),
    }),
    ...(reinstate !== undefined && {
      reinstate: (...given) =>
        around('reinstate', () => reinstate.apply(operations, given), [`listing:${given[0]}`]),
    }),
    ...(recipient !== undefined && {
      recipient: (...given) =>
        around('recipient', () => recipient.apply(operations, given), [`order:${given[0]}`]),
    }),
    ...(warehouse !== undefined && {
      warehouse: guardWarehouse(warehouse, (call, about) => around('warehouse', call, about)),
    }),
  }
}

function guardWarehouse(
  operations: WarehouseOperations,
  around: <T>(call: () => Promise<T>, about?: readonly string[]) => Promise<T>,
): WarehouseOperations {
  const { cancelShipment, shipments, announceInbound, announceReturn, withdrawReturn, receipts, returns } =
    operations
  return {
    requestShipment: (...given) =>
      around(() => operations.requestShipment(...given), [`shipment:${given[0].shipmentId}`]),
    findShipment: (...given) => around(() => operations.findShipment(...given), [`shipment:${given[0]}`]),
    ...(cancelShipment !== undefined && {
      cancelShipment: (...given) => around(() => cancelShipment.apply(operations, given)),
    }),
    ...(shipments !== undefined && {
      shipments: (...given) => around(() => shipments.apply(operations, given)),
    }),
    ...(announceInbound !== undefined && {
      announceInbound: (...given) => around(() => announceInbound.apply(operations, given)),
    }),
    ...(announceReturn !== undefined && {
      announceReturn: (...given) => around(() => announceReturn.apply(operations, given)),
    }),
    ...(withdrawReturn !== undefined && {
      withdrawReturn: (...given) => around(() => withdrawReturn.apply(operations, given)),
    }),
    ...(receipts !== undefined && {
      receipts: (...given) => around(() => receipts.apply(operations, given)),
    }),
    ...(returns !== undefined && {
      returns: (...given) => around(() => returns.apply(operations, given)),
    }),
  }
}
