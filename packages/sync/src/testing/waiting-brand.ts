import { saveSecret } from '@plimsoll/accounts'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import type { TestDatabase } from '@plimsoll/database/testing'
import { type AllocationRule, decideOrders, type LineFacts, lockOrders, saveOrders } from '@plimsoll/orders'
import { findLocations, insertMovements, saveLocation } from '@plimsoll/stock'
import { allocateFreed } from '../allocation/allocate-freed.ts'
import { changeAllocation } from '../allocation/allocation-rules.ts'
import { insertConnection, saveShipsOrdersFrom } from '../connections/connections.store.ts'
import { toStockContext } from '../context.ts'
import { findOrdersToRoute, noteOrdersToRoute } from '../fulfilment/route-orders.store.ts'
import { routeOrder } from '../fulfilment/route-orders.ts'
import { createWorld } from './world.ts'

export const CHANNELS = ['shop', 'web', 'market'] as const
export type Channel = (typeof CHANNELS)[number]
export type Placed = {
  channel: Channel
  lines: { sku: 'mug' | 'box'; units: number }[]
  shipBy: number | null
}

/** A brand with nothing in stock and three channels, whose orders all reserve at MAIN. */
export async function openWaitingBrand(
  database: TestDatabase,
  rule: AllocationRule['kind'] = 'first-come',
  priority: readonly Channel[] = [],
) {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  const { context } = world
  const { organizationId } = context
  const itemIds = { mug: await world.stock('mug', 0), box: await world.stock('box', 0) }
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: 'EAST', name: 'East', kind: 'warehouse' }),
  )
  const main = (await findLocations(database.kysely, organizationId)).find(({ code }) => code === 'MAIN')
  const at = new Date(clock.now())
  const ids = new Map<Channel, string>()
  for (const name of CHANNELS) {
    const [connectionId, secretId] = [context.uuid(), context.uuid()]
    ids.set(name, connectionId)
    await inTransaction(database, async (tx) => {
      await saveSecret(tx, context.masterKey, { organizationId, secretId, value: {}, at })
      const none = { settings: {}, accountId: null, account: null, ordersPollMs: 1_000 }
      const connection = {
        connectionId,
        connector: name,
        name,
        secretId,
        defaultLocationId: main?.locationId ?? '',
        ...none,
      }
      await insertConnection(tx, organizationId, connection, at)
      await saveShipsOrdersFrom(tx, organizationId, connectionId, new Date(0))
    })
  }
  await changeAllocation(context, { kind: rule, channels: priority, actor: 'ada' })

  /** Takes an order of a channel in, as its worker would. */
  const place = async (number: string, { channel, lines, shipBy }: Placed): Promise<string> =>
    await inTransaction(database, async (tx) => {
      const connectionId = ids.get(channel) ?? ''
      const known = await lockOrders(tx, organizationId, connectionId, [number])
      const line = (sku: 'mug' | 'box', units: number): LineFacts => ({
        externalId: sku,
        listingExternalId: sku,
        stockUnitId: undefined,
        sku,
        title: sku,
        itemId: itemIds[sku],
        unitsPerListing: 1,
        ordered: units,
        current: units,
        shipped: 0,
        returned: 0,
        subtracted: 'yes',
      })
      const placedAt = new Date(clock.now())
      const facts = {
        externalId: number,
        number,
        state: 'open' as const,
        placedAt,
        version: 1,
        currency: undefined,
        test: false,
        externalLocationId: undefined,
        ...(shipBy !== null && { shipBy: new Date(shipBy) }),
        lines: lines.map(({ sku, units }) => line(sku, units)),
      }
      const stock = toStockContext(context)
      const connection = { connectionId, defaultLocationId: main?.locationId ?? '' }
      const decided = decideOrders(stock, connection, known, [
        { facts, authoritative: true, seenBy: 'poll', seenAt: placedAt },
      ])
      await saveOrders(tx, stock, connectionId, decided)
      const orderId = decided.orders[0]?.orderId ?? ''
      await noteOrdersToRoute(tx, organizationId, connectionId, [orderId], placedAt)
      await insertMovements(tx, stock, decided.movements)
      return orderId
    })

  /** What the workers of all channels do at this moment, each in its own order, all at once. */
  const work = async (): Promise<number> => {
    await Promise.all([allocateFreed(context), allocateFreed(context)])
    const now = new Date(clock.now())
    const due = await Promise.all(
      [...ids.values()].map((connectionId) =>
        findOrdersToRoute(database.kysely, organizationId, connectionId, { now, limit: 100 }),
      ),
    )
    const orders = due.flat().map(({ orderId }) => orderId)
    await Promise.all(orders.reverse().map((orderId) => routeOrder(context, orderId)))
    return orders.length
  }
  /** Until nothing is due: the time that passes is less than any look by the clock alone. */
  const settle = async () => {
    for (let round = 0; round < 12; round += 1) {
      const done = await work()
      await clock.advance(500)
      if (done === 0 && round > 1) return
    }
  }
  return { clock, world, context, ids, itemIds, place, work, settle }
}
