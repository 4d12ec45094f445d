import {
  type CallOptions,
  Malformed,
  type Page,
  type StreamQuery,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { id, maybeId } from '../envelope.ts'
import { createCursors, readChanged, stamp } from '../follow.ts'
import { packagesOf, readItems } from '../items.ts'
import { mapRows, readRow } from '../map.ts'
import { searchFor } from '../search.ts'
import type { Context } from '../transport.ts'
import { OLPN_TEMPLATE, type Olpn, ORDER_TEMPLATE, olpn, order, toShipment } from './order-map.ts'

/** Rows of which only this much is certain; the rest is read one by one. */
const rawOrder = z.looseObject({ OriginalOrderId: id })
const changedOrder = z.looseObject({ OriginalOrderId: id, UpdatedTimestamp: stamp })
const changedOlpn = z.looseObject({
  OlpnId: id,
  UpdatedTimestamp: stamp,
  OlpnDetail: z.array(z.looseObject({ OriginalOrderId: maybeId })).nullish(),
})
const rawOlpn = changedOlpn.omit({ UpdatedTimestamp: true })
type RawOrder = z.infer<typeof rawOrder>
type RawOlpn = z.infer<typeof rawOlpn>
type Told = { rows: WarehouseShipment[]; unreadable: { externalId: string; version: number | undefined }[] }

/** The order of this id at one of the facilities, as it is there now. */
export async function findOrder(
  context: Context,
  orderId: string,
  operation: string,
  options?: CallOptions,
): Promise<WarehouseShipment | undefined> {
  for (const facility of context.settings.facilities) {
    const [found] = await readOrders(context, { operation, facility, ids: [orderId], options })
    if (found === undefined) continue
    const lookup = await lookInto(context, { operation, facility, orders: [found], options })
    return lookup(found)
  }
  return undefined
}

async function readOrders(
  context: Context,
  {
    ids,
    ...search
  }: { operation: string; facility: string; ids: readonly string[]; options: CallOptions | undefined },
): Promise<RawOrder[]> {
  return await searchFor(
    context,
    {
      ...search,
      path: 'orderSearch',
      template: ORDER_TEMPLATE,
      field: 'OriginalOrderId',
      values: ids,
      key: 'OriginalOrderId',
    },
    rawOrder,
  )
}

/**
 * Everything that is needed to say how these orders are.
 * @returns what makes a shipment of one of them; throws Malformed for one that makes no sense
 */
async function lookInto(
  context: Context,
  {
    operation,
    facility,
    orders,
    options,
  }: { operation: string; facility: string; orders: readonly RawOrder[]; options: CallOptions | undefined },
): Promise<(raw: RawOrder) => WarehouseShipment> {
  const raws = await searchFor<RawOlpn>(
    context,
    {
      operation,
      facility,
      options,
      path: 'olpns',
      template: OLPN_TEMPLATE,
      field: 'OlpnDetail.OriginalOrderId',
      values: orders.map(({ OriginalOrderId }) => OriginalOrderId),
      key: 'OlpnId',
    },
    rawOlpn,
  )
  const { rows: readable } = mapRows(raws, {
    idOf: ({ OlpnId }) => OlpnId,
    toRow: (raw) => readRow(raw, olpn, `oLPN ${raw.OlpnId}`),
  })
  const byId = new Map(readable.map((each) => [each.OlpnId, each]))
  const packages = await packagesFor(context, readable, operation, options)
  const units = { base: context.settings.unit, packagesOf: (item: string) => packages.get(item) ?? [] }
  return (raw) => {
    const own = raws.filter(({ OlpnDetail }) =>
      (OlpnDetail ?? []).some(({ OriginalOrderId }) => OriginalOrderId === raw.OriginalOrderId),
    )
    const olpns = own.map(({ OlpnId }) => {
      const found = byId.get(OlpnId)
      if (found === undefined) throw new Malformed(`oLPN ${OlpnId} cannot be read`, '')
      return found
    })
    return toShipment(readRow(raw, order, `order ${raw.OriginalOrderId}`), olpns, units)
  }
}

/** Of the items that something was packed of in another unit than the base unit. */
async function packagesFor(
  context: Context,
  olpns: readonly Olpn[],
  operation: string,
  options: CallOptions | undefined,
): Promise<Map<string, ReturnType<typeof packagesOf>>> {
  const base = context.settings.unit.toUpperCase()
  const details = olpns.flatMap(({ OlpnDetail }) => OlpnDetail ?? [])
  const items = details.filter(({ QuantityUomId }) => QuantityUomId && QuantityUomId.toUpperCase() !== base)
  const found = await readItems(context, [...new Set(items.map(({ ItemId }) => ItemId))], operation, options)
  return new Map([...found].map(([itemId, each]) => [itemId, packagesOf(each)]))
}

const cursors = createCursors(['orders', 'olpns'])

/**
 * First the orders that changed, then the containers: nobody says that an order changes with each container that leaves.
 * What is in both comes twice, and alike.
 */
export async function readShipments(
  context: Context,
  { since, cursor }: StreamQuery,
  options?: CallOptions,
): Promise<Page<WarehouseShipment>> {
  const { facilities } = context.settings
  const reading = cursors.read(cursor, since, facilities)
  const { facility, position } = reading
  const common = { operation: 'shipments', facility, options }
  const page =
    reading.pass === 'orders'
      ? await readChanged(
          context,
          { ...common, path: 'orderSearch', template: ORDER_TEMPLATE, where: [], key: 'OriginalOrderId' },
          position,
          changedOrder,
        )
      : await readChanged(
          context,
          { ...common, path: 'olpns', template: OLPN_TEMPLATE, where: [], key: 'OlpnId' },
          position,
          changedOlpn,
        )
  const orders =
    reading.pass === 'orders'
      ? rawOrder.array().parse(page.rows)
      : await readOrders(context, { ...common, ids: orderIdsOf(changedOlpn.array().parse(page.rows)) })
  return {
    ...(await tell(context, { ...common, orders })),
    next: cursors.next(reading, page.next, facilities),
    platformTime: page.platformTime,
  }
}

async function tell(context: Context, given: Parameters<typeof lookInto>[1]): Promise<Told> {
  const toRow = await lookInto(context, given)
  return mapRows(given.orders, { idOf: ({ OriginalOrderId }) => OriginalOrderId, toRow })
}

function orderIdsOf(olpns: readonly RawOlpn[]): string[] {
  const ids = olpns.flatMap(({ OlpnDetail }) =>
    (OlpnDetail ?? []).map(({ OriginalOrderId }) => OriginalOrderId),
  )
  return [...new Set(ids.flatMap((each) => (each ? [each] : [])))]
}
