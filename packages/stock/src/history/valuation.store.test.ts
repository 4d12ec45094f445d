import { rm } from 'node:fs/promises'
import { inTransaction } from '@plimsoll/database'
import {
  createTestDatabase,
  fromEnvironment,
  makeTemporaryFolder,
  type TestDatabase,
} from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UNALLOCATED_LOT } from '../context.ts'
import { createHistoryWorld, type HistoryWorld } from '../testing/history-world.ts'
import { archiveMonths } from './archive.ts'
import { METHODS } from './cost-pool.ts'
import { closeMonths } from './months.store.ts'
import { saveCurrency, saveMovementCosts, saveValuationCheckpoints, valueItems } from './valuation.store.ts'
import { findValuations } from './valuation-page.store.ts'
import { type ItemState, toStoredItem } from './valuation-state.ts'

const at = (text: string) => new Date(text)
let folder: string
let database: TestDatabase
let world: HistoryWorld
beforeEach(async () => {
  folder = await makeTemporaryFolder()
  database = await createTestDatabase()
  world = await newWorld()
})
afterEach(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

test('an organization says its currency once: costs in one are not those of another', async () => {
  const { organizationId } = world.context
  const ask = () =>
    findValuations(
      database.kysely,
      organizationId,
      { method: 'fifo', at: at('2025-01-01') },
      { afterSku: undefined, limit: 9 },
    )
  expect(await ask()).toMatchObject({ kind: 'refused', code: 'currency-not-set' })
  expect(await saveCurrency(database.kysely, organizationId, 'EUR')).toBe(true)
  expect(await saveCurrency(database.kysely, organizationId, 'CNY')).toBe(true)
  await record(world, at('2024-11-10'), 'receive', 4, 25_000)
  expect(await saveCurrency(database.kysely, organizationId, 'EUR')).toBe(false)
  expect(await ask()).toMatchObject({
    kind: 'valued',
    currency: 'CNY',
    items: [{ sku: 'A', places: [{ units: 4, cost: 100_000n, unpricedUnits: 0 }] }],
    next: null,
  })
})

test('a cost is never changed: nor does it change what is there', async () => {
  await record(world, at('2024-11-10'), 'receive', 4, 25_000)
  await expect(sql`update movement_cost set unit_cost = 1`.execute(database.kysely)).rejects.toThrow()
  expect((await world.balance('A', 'MAIN')).onHand).toBe(4)
})

test('valuation read on from checkpoints, from scratch, and after archiving is the same', async () => {
  const step = fc.record({
    days: fc.integer({ min: 0, max: 25 }),
    kind: fc.constantFrom('receive' as const, 'ship' as const, 'return' as const, 'adjust' as const),
    units: fc.integer({ min: 1, max: 9 }),
    unitCost: fc.option(fc.integer({ min: 1, max: 99_999 })),
    close: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
      const own = await createTestDatabase()
      try {
        const here = await newWorld(own)
        const itemIds = [here.itemId('A')]
        const { organizationId } = here.context
        await saveCurrency(own.kysely, organizationId, 'EUR')
        let now = at('2024-10-10T00:00:00Z')
        for (const { days, kind, units, unitCost, close } of steps) {
          now = new Date(now.getTime() + days * 86_400_000)
          if (close) {
            await closeMonths(own, now)
            await saveValuationCheckpoints(own)
          }
          await record(
            here,
            now,
            kind,
            kind === 'ship' ? -units : units,
            kind === 'receive' ? unitCost : null,
          )
        }
        // Within a month that lies in files nothing is valued: callers are refused (`findValuations`).
        const asked = new Date(Math.max(now.getTime(), at('2024-11-01').getTime()))
        const read = async (fromScratch: boolean) =>
          stored(await valueItems(own.kysely, organizationId, itemIds, { at: asked, fromScratch }))
        const plain = await read(true)
        expect(await read(false)).toEqual(plain)
        const later = new Date(now.getTime() + 62 * 86_400_000)
        await closeMonths(own, later)
        await archiveMonths(own, {
          before: at('2024-11-01'),
          folder: `${folder}/${organizationId}`,
          now: later,
        })
        expect(await read(false)).toEqual(plain)
        expect(await read(true)).toEqual(plain)
        const conserved = await valueItems(own.kysely, organizationId, itemIds, { at: now })
        for (const method of METHODS) {
          const units = [...(conserved.get(here.itemId('A'))?.[method].pools.values() ?? [])]
          expect(units.length).toBeLessThanOrEqual(1)
        }
      } finally {
        await own.drop()
      }
    }),
    fromEnvironment(3),
  )
}, 300_000)

async function newWorld(of = database): Promise<HistoryWorld> {
  return await createHistoryWorld(of, { skus: ['A'], locationCodes: ['MAIN'] })
}

function stored(states: ReadonlyMap<string, ItemState>) {
  return [...states].map(([itemId, state]) => [itemId, toStoredItem(state)])
}

async function record(
  here: HistoryWorld,
  moment: Date,
  kind: 'receive' | 'ship' | 'return' | 'adjust',
  units: number,
  unitCost: number | null,
) {
  const itemId = here.itemId('A')
  await here.record(moment, [
    {
      itemId,
      locationId: here.locationId('MAIN'),
      lotId: UNALLOCATED_LOT,
      kind,
      onHandDelta: units,
      reservedDelta: 0,
      heldDelta: 0,
      incomingDelta: 0,
      commandKey: 'order',
      referenceKind: null,
      referenceId: null,
      reason: null,
      actor: 'test',
      effectiveAt: moment,
    },
  ])
  if (unitCost === null) return
  const found = await sql<{ movementId: string }>`
    select movement_id from movement where item_id = ${itemId} order by recorded_at desc, movement_id desc limit 1`.execute(
    here.database.kysely,
  )
  const movementId = found.rows[0]?.movementId ?? ''
  await inTransaction(here.database, (tx) =>
    saveMovementCosts(tx, here.context.organizationId, [{ itemId, movementId, unitCost }]),
  )
}
