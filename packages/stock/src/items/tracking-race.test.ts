// An item's tracking is fixed once it has movements. Its first movement and a change of its tracking at once: whoever
// comes second sees the other. Method: one of two transactions is kept open until the other one waits for it.
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { findBrokenLots } from '../lots/verify-tracked.store.ts'
import { commandOf, createStockWorld, type StockWorld } from '../testing/stock-world.ts'
import { saveCatalogueItems } from './catalogue.ts'

let database: TestDatabase
let world: StockWorld
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
beforeEach(async () => {
  world = await createStockWorld(database, {
    skus: ['PLAIN', 'LOT'],
    locationCodes: ['MAIN', 'EAST'],
    tracking: { LOT: 'lot' },
  })
})
afterAll(async () => {
  expect(await findBrokenLots(database.kysely)).toEqual([])
  expect(database.counters.deadlocks).toBe(0)
  await database.drop()
})

type Tracking = 'plain' | 'lot' | 'serial'
const first = {
  PLAIN: { receive: commandOf('receive', 'PLAIN', 5), to: 'lot' as Tracking, refused: 'lot-missing' },
  LOT: {
    receive: commandOf('receive', 'LOT', 5, { lot: 'A', expiresOn: '2026-09-01' }),
    to: 'plain' as Tracking,
    refused: 'lot-not-tracked',
  },
}
const cases = (['PLAIN', 'LOT'] as const).flatMap((sku) =>
  [false, true].map((isThereZero) => ({ sku, isThereZero, ...first[sku] })),
)

/** A balance that is there already, of nothing: a count of none makes it, and no movement. */
async function makeZero(sku: string) {
  await sql`
    insert into balance_place (organization_id, item_id, location_id, lot_id, updated_at)
    values (${world.context.organizationId}, ${world.itemId(sku)}, ${world.locationId('MAIN')},
      '00000000-0000-0000-0000-000000000000', now())`.execute(database.kysely)
}

test.each(cases)(
  'a first movement that is not committed yet keeps $sku from becoming $to (zero balance: $isThereZero)',
  async ({ sku, isThereZero, receive, to }) => {
    if (isThereZero) await makeZero(sku)
    let changed: ReturnType<typeof track> | undefined
    const [received] = await runStockCommands(
      database,
      world.context,
      [{ ...receive, key: `${sku} ${isThereZero} 1` }],
      {
        afterMovements: async () => {
          changed = track(sku, to)
          expect(await Promise.race([changed.then(() => 'done'), blocked()])).toBe('waits')
        },
      },
    )
    expect(received?.kind).toBe('applied')
    expect(await changed).toMatchObject([{ kind: 'refused', code: 'tracking-fixed' }])
  },
)

test.each(cases)(
  'a first movement waits for $sku to become $to, and is held to it (zero balance: $isThereZero)',
  async ({ sku, isThereZero, receive, to, refused }) => {
    if (isThereZero) await makeZero(sku)
    let received: ReturnType<typeof runStockCommands> | undefined
    await inTransaction(database, async (tx) => {
      expect(await save(tx, sku, to)).toMatchObject([{ kind: 'changed' }])
      received = runStockCommands(database, world.context, [{ ...receive, key: `${sku} ${isThereZero} 2` }])
      expect(await Promise.race([received.then(() => 'done'), blocked()])).toBe('waits')
    })
    expect(await received).toMatchObject([{ kind: 'refused', code: refused }])
  },
)

const track = (sku: string, tracking: Tracking) => inTransaction(database, (tx) => save(tx, sku, tracking))

const save = (tx: Parameters<typeof saveCatalogueItems>[0], sku: string, tracking: Tracking) =>
  saveCatalogueItems(tx, { ...world.context, actor: 'test' }, [{ sku, tracking, mode: 'change' }])

async function blocked(): Promise<string> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    const found = await sql`
      select from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`.execute(database.kysely)
    if (found.rows.length > 0) return 'waits'
  }
  return 'never waited'
}
