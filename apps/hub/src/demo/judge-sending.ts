import { judgeParcels } from '@plimsoll/connector-kit/simulator'
import type { FloorBooks } from './floor-control.ts'

/**
 * Judges what several warehouses sent, together: an order of which each sent all is sent twice.
 * @param bought every line that the shops have sold, cancelled ones too
 */
export function judgeBooks(
  floors: readonly FloorBooks[],
  bought: readonly { sku: string; quantity: number }[],
): { ordersShipped: number; shippedTwice: number } {
  const requests = floors.flatMap((floor) => floor.requests)
  const parcels = floors.flatMap((floor) => floor.parcels)
  const { shippedTwice } = judgeParcels({ requests, parcels })
  const sold = unitsBySku(bought.map(({ sku, quantity }) => ({ sku, units: quantity })))
  let beyond = 0
  // Asked for elsewhere under another number, the same units would be no second time by the numbers.
  for (const [sku, units] of unitsBySku(parcels)) beyond += Math.max(0, units - (sold.get(sku) ?? 0))
  return { ordersShipped: countShipped(requests, parcels), shippedTwice: Math.max(shippedTwice, beyond) }
}

/** Orders, not shipments: of one that several places send the others are numbered after the first (`#1001-2`). */
function countShipped(requests: FloorBooks['requests'], parcels: FloorBooks['parcels']): number {
  const numbers = new Set(requests.map(({ number }) => number))
  const orderOf = (number: string) => {
    const first = number.replace(/-\d+$/, '')
    return numbers.has(first) ? first : number
  }
  const wanted = new Map<string, number>()
  for (const [order, under] of Map.groupBy(requests, ({ number }) => orderOf(number))) {
    // Asked for again, here or elsewhere, under one number is asked for once.
    const most = new Map<string, number>()
    for (const { number, lines } of under)
      most.set(
        number,
        Math.max(
          most.get(number) ?? 0,
          lines.reduce((sum, { quantity }) => sum + quantity, 0),
        ),
      )
    wanted.set(
      order,
      [...most.values()].reduce((sum, units) => sum + units, 0),
    )
  }
  const left = new Map<string, number>()
  for (const { number, units } of parcels) left.set(orderOf(number), (left.get(orderOf(number)) ?? 0) + units)
  return [...wanted].filter(([order, units]) => (left.get(order) ?? 0) >= units).length
}

function unitsBySku(rows: readonly { sku: string; units: number }[]): Map<string, number> {
  const bySku = new Map<string, number>()
  for (const { sku, units } of rows) bySku.set(sku, (bySku.get(sku) ?? 0) + units)
  return bySku
}
