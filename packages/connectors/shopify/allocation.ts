import { Invalid } from '@plimsoll/connector-kit'
import type { FulfillmentOrder } from './shippable.ts'

/** Which units of which fulfilment orders a parcel or a cancellation is about. Pure. */

export type Units = readonly { lineExternalId: string; quantity: number }[]

/** What one `fulfillmentCreate` takes: fulfilment orders of one location. */
export type Part = {
  fulfillmentOrderId: string
  fulfillmentOrderLineItems: { id: string; quantity: number }[]
}[]

/**
 * Spreads a parcel's units over fulfilment orders: those of one location where one has them all, else what each has, a
 * part for each. Undefined: there are fewer units left.
 */
export function allocateParcel(open: readonly FulfillmentOrder[], units: Units): Part[] | undefined {
  const byLocation = Map.groupBy(open, (each) => each.assignedLocation.location?.id)
  for (const here of byLocation.values()) {
    const { part, missing } = take(here, units)
    if (missing.length === 0) return [part]
  }
  const parts: Part[] = []
  let rest = units
  for (const here of byLocation.values()) {
    const { part, missing } = take(here, rest)
    if (part.length > 0) parts.push(part)
    rest = missing
  }
  return rest.length === 0 ? parts : undefined
}

/** As many of the units as these fulfilment orders still hold, and the rest. */
function take(orders: readonly FulfillmentOrder[], units: Units): { part: Part; missing: Units } {
  const taken = new Map<string, { id: string; quantity: number }[]>()
  const missing = units.flatMap(({ lineExternalId, quantity: wanted }) => {
    let open = wanted
    for (const order of orders) {
      for (const line of order.lines) {
        const quantity =
          line.lineItem.id === lineExternalId ? Math.min(open, Math.max(0, line.remainingQuantity)) : 0
        if (quantity === 0) continue
        taken.set(order.id, [...(taken.get(order.id) ?? []), { id: line.id, quantity }])
        open -= quantity
      }
    }
    return open > 0 ? [{ lineExternalId, quantity: open }] : []
  })
  const part = [...taken].map(([fulfillmentOrderId, fulfillmentOrderLineItems]) => ({
    fulfillmentOrderId,
    fulfillmentOrderLineItems,
  }))
  return { part, missing }
}

/** Units that will not be shipped, with the location where they become available again. */
export type CancelledUnits = { lineItemId: string; quantity: number; locationId: string | undefined }[]

/**
 * @param units undefined: all that are left
 * @throws Invalid where fewer are left
 */
export function unitsToCancel(open: readonly FulfillmentOrder[], units: Units | undefined): CancelledUnits {
  const left: CancelledUnits = open.flatMap((order) =>
    order.lines
      .filter((line) => line.remainingQuantity > 0)
      .map((line) => ({
        lineItemId: line.lineItem.id,
        quantity: line.remainingQuantity,
        locationId: order.assignedLocation.location?.id,
      })),
  )
  if (units === undefined) return left
  return units.flatMap(({ lineExternalId, quantity: wanted }) => {
    let missing = wanted
    const rows = left.flatMap((row) => {
      const quantity = row.lineItemId === lineExternalId ? Math.min(missing, row.quantity) : 0
      missing -= quantity
      return quantity === 0 ? [] : [{ ...row, quantity }]
    })
    if (missing > 0) {
      throw new Invalid(`Of ${lineExternalId} there are ${missing} units fewer left than that`, 'lines')
    }
    return rows
  })
}
