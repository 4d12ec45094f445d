import { type Database, inTransaction } from '@plimsoll/database'
import { insertMovements, type NewMovement, prepareBalances, UNALLOCATED_LOT } from '@plimsoll/stock'
import { createStockWorld, type StockWorld, WORLD_TIME } from '@plimsoll/stock/testing'
import { sql } from 'kysely'
import type { PlanningContext } from '../replenishment/plan-figures.ts'

const DAY_MS = 86_400_000

export type ReplenishmentWorld = StockWorld & {
  planning: PlanningContext & { granted: Map<string, number> }
  /** So many days before the world's present, at an hour of that day, UTC. */
  daysAgo(days: number, hour?: number): Date
  /** Records movements at a moment, as one transaction. */
  record(at: Date, movements: readonly NewMovement[]): Promise<void>
  movement(sku: string, code: string, told: Partial<NewMovement>): NewMovement
  /** An order: reserved at a moment, and shipped from there at once unless it is not to be. */
  sell(sku: string, code: string, units: number, at: Date, options?: { isShipped: boolean }): NewMovement[]
}

/** A stock world with a main warehouse in China, and places in other countries that it supplies. */
export async function createReplenishmentWorld(
  database: Database,
  skus: readonly string[] = ['MUG'],
): Promise<ReplenishmentWorld> {
  const world = await createStockWorld(database, { skus, locationCodes: ['MAIN', 'FBA', 'BERLIN'] })
  const { context } = world
  await sql`
    update location set
      kind = case code when 'MAIN' then 'warehouse' when 'FBA' then 'marketplace-fulfilled' else '3pl' end,
      country = case code when 'MAIN' then 'CN' when 'FBA' then 'US' else 'DE' end
    where organization_id = ${context.organizationId}`.execute(database.kysely)
  const granted = new Map<string, number>()
  const movement = (sku: string, code: string, told: Partial<NewMovement>): NewMovement => ({
    itemId: world.itemId(sku),
    locationId: world.locationId(code),
    lotId: UNALLOCATED_LOT,
    kind: 'receive',
    onHandDelta: 0,
    reservedDelta: 0,
    heldDelta: 0,
    incomingDelta: 0,
    commandKey: context.uuid(),
    referenceKind: null,
    referenceId: null,
    reason: null,
    actor: 'test',
    effectiveAt: WORLD_TIME,
    ...told,
  })
  return {
    ...world,
    planning: { ...context, granted, findGranted: async () => granted },
    daysAgo: (days, hour = 10) => {
      const midnight = Math.floor(WORLD_TIME.getTime() / DAY_MS) * DAY_MS
      return new Date(midnight - days * DAY_MS + hour * 3_600_000)
    },
    movement,
    record: async (at, movements) => {
      const then = { ...context, now: () => at }
      await inTransaction(database, async (tx) => {
        await prepareBalances(tx, then, movements)
        await insertMovements(tx, then, movements)
      })
    },
    sell: (sku, code, units, at, { isShipped } = { isShipped: true }) => {
      const order = { referenceKind: 'order', referenceId: context.uuid(), effectiveAt: at } as const
      const reserved = movement(sku, code, { kind: 'reserve', reservedDelta: units, ...order })
      const shipped = { kind: 'ship', onHandDelta: -units, reservedDelta: -units, ...order } as const
      return isShipped ? [reserved, movement(sku, code, shipped)] : [reserved]
    },
  }
}
