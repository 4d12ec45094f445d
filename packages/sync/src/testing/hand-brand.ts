import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import type { TestDatabase } from '@plimsoll/database/testing'
import { saveItems, saveLocation } from '@plimsoll/stock'
import { sql } from 'kysely'
import { allocateFreed } from '../allocation/allocate-freed.ts'
import { ByHandDesk } from '../by-hand/by-hand-desk.ts'
import type { NewHandOrder } from '../by-hand/hand-order.ts'
import { toStockContext } from '../context.ts'
import { createWorld } from './world.ts'

const MUG = { sku: 'mug', name: 'Mug', units: [{ code: 'case', factor: 6, rounding: 'refuse' }] } as const

/** A brand with mugs at two warehouses of its own, and no shop. */
export async function openHandBrand(database: TestDatabase, main: number, east: number) {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  const { context } = world
  await inTransaction(database, async (tx) => {
    await saveLocation(tx, toStockContext(context), { code: 'EAST', name: 'East', kind: 'warehouse' })
    await saveItems(tx, toStockContext(context), [MUG])
  })
  if (main > 0) await world.adjust('mug', main)
  if (east > 0) await world.adjust('mug', east, 'EAST')
  const desk = new ByHandDesk(context)
  const go = async (rounds: number, ms = 1_000) => {
    for (let round = 0; round < rounds; round += 1) {
      await allocateFreed(context)
      await desk.turn()
      await clock.advance(ms)
    }
  }
  return { clock, world, context, go }
}
export type HandBrand = Awaited<ReturnType<typeof openHandBrand>>

/** An order of mugs, such as a person types it in. */
export const handOrder = (key: string, quantity: number, more: Partial<NewHandOrder> = {}): NewHandOrder => ({
  key,
  kind: 'manual',
  location: null,
  lines: [{ sku: 'mug', quantity }],
  backorder: false,
  actor: 'ada',
  ...more,
})
export const ADA = {
  name: 'Ada Lovelace',
  company: undefined,
  addressLines: ['St James’s Square 12'],
  city: 'London',
  region: undefined,
  postalCode: 'SW1Y 4JH',
  country: 'GB',
  phone: undefined,
  email: 'ada@example.com',
}

export const shipmentsOf = ({ world }: HandBrand) =>
  world.rows(sql<{ shipmentId: string; number: string; state: string; code: string; units: number }>`
    select shipment_id, number, state, location.code, sum(units)::bigint as units
    from shipment
    join shipment_line using (organization_id, shipment_id)
    join location using (organization_id, location_id)
    where organization_id = ${world.context.organizationId}
    group by shipment_id, number, state, location.code, shipment.created_at
    order by shipment.created_at, number`)
export const ordersOf = ({ world }: HandBrand) =>
  world.rows(sql<{ number: string; state: string; version: number }>`
    select number, state, version from sales_order
    where organization_id = ${world.context.organizationId} order by placed_at, number`)
export async function stockOf({ world }: HandBrand) {
  const [row] = await world.rows(sql<{ onHand: number; reserved: number }>`
    select coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(reserved), 0)::bigint as reserved from balance
    where organization_id = ${world.context.organizationId}`)
  return row
}
