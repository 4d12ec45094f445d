import type { CountedOrder } from '../invariants/orders.ts'
import { givesBack, type PlatformBooks } from './books.ts'

/** How the ledger and the platforms' books agree about orders. Each wrong one says what is wrong with it. */
export type OrderVerdict = {
  ordersPlaced: number
  /** Known exactly as their platforms have them. */
  ordersApplied: number
  /** Not known, or with less than was bought. */
  lost: string[]
  /** Applied more than once, or with more than was bought, or on no platform. */
  doubled: string[]
  /** Known and counted once, and not yet as they are now. */
  behind: string[]
}

/** Pure: books against what the reservations and movements of each order add up to. */
export function judgeOrders(
  platforms: readonly Pick<PlatformBooks, 'connectionId' | 'name' | 'orders' | 'steps'>[],
  known: readonly CountedOrder[],
): OrderVerdict {
  const verdict: OrderVerdict = { ordersPlaced: 0, ordersApplied: 0, lost: [], doubled: [], behind: [] }
  const byKey = Map.groupBy(known, ({ connectionId, externalId }) => `${connectionId} ${externalId}`)
  for (const { connectionId, name, orders, steps } of platforms) {
    const taken = new Map(steps.map(({ externalId, ...step }) => [externalId, step]))
    for (const { externalId, lines } of orders) {
      verdict.ordersPlaced += 1
      const rows = byKey.get(`${connectionId} ${externalId}`) ?? []
      byKey.delete(`${connectionId} ${externalId}`)
      const step = taken.get(externalId)
      const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
      const isBack = step !== undefined && givesBack(step)
      const shipped = step?.step === 'fulfill' ? units : 0
      const open = isBack ? 0 : units - shipped
      const told = `${name} ${externalId}: bought ${units}${step === undefined ? '' : `, ${step.step}`}; ${rows.map(wordsOf).join(' and ') || 'not known'}`
      const sum = (pick: (row: CountedOrder) => number) => rows.reduce((total, row) => total + pick(row), 0)
      const held = Math.max(
        sum((row) => row.open + row.shipped),
        sum((row) => row.movedReserved - row.movedOnHand),
      )
      if (rows.length > 1 || held > units) verdict.doubled.push(told)
      else if (rows.length === 0 || (!isBack && held < units)) verdict.lost.push(told)
      else if (isAs(rows[0], { open, shipped })) verdict.ordersApplied += 1
      else verdict.behind.push(told)
    }
  }
  for (const [row] of byKey.values())
    if (row !== undefined) verdict.doubled.push(`${row.externalId} is on no platform; ${wordsOf(row)}`)
  return verdict
}

function isAs(row: CountedOrder | undefined, { open, shipped }: { open: number; shipped: number }): boolean {
  return (
    row !== undefined &&
    row.open === open &&
    row.shipped === shipped &&
    row.movedReserved === open &&
    row.movedOnHand === row.returned - shipped
  )
}

function wordsOf({ state, open, shipped, returned, movedReserved, movedOnHand }: CountedOrder): string {
  return `known as ${state}, ${open} open, ${shipped} shipped, ${returned} returned, movements ${movedReserved} reserved and ${movedOnHand} on hand`
}
