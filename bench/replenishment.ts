import { rm } from 'node:fs/promises'
import { sql } from 'kysely'
import { processContext } from '../apps/hub/src/process-context.ts'
import { findReplenishmentPage, findReplenishmentTotals } from '../apps/hub/src/views/replenishment.store.ts'
import { type Database, inTransaction, migrate, openDatabase } from '../packages/database/src/index.ts'
import { type PlanningContext, planItems, planNext } from '../packages/orders/src/index.ts'
import { UNALLOCATED_LOT } from '../packages/stock/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import type { Bench } from './main.ts'

const MIB = 1024 * 1024
const CHANGED_ITEMS = 500

/**
 * How long it takes to measure demand and plan replenishment: of all items (each at a main warehouse and the places that it
 * supplies, with weeks of orders in the ledger), of 500 whose stock changed, and how long a person waits for a page of it.
 */
export const bench: Bench = async ({ quick, say }) => {
  const size = quick
    ? { items: 2_000, locations: 6, ordersOfItem: 10 }
    : { items: 100_000, locations: 6, ordersOfItem: 10 }
  const folder = await makeDataFolder()
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process', poolMax: 4 })
  const owner = await openDatabase({ databaseUrl: database.url, keep: 'running', runtimeRole: false })
  try {
    await migrate(database)
    const organizationId = processContext.uuid()
    const seeding = performance.now()
    await seed(owner, organizationId, size)
    await owner.pool.query('vacuum analyze')
    say(`seeded in ${Math.round((performance.now() - seeding) / 1_000)} s`)
    const planning: PlanningContext = {
      organizationId,
      uuid: () => processContext.uuid(),
      now: () => new Date(),
      findGranted: async () => new Map(),
    }
    let rssMiB = 0
    const watch = setInterval(() => {
      rssMiB = Math.max(rssMiB, process.memoryUsage.rss() / MIB)
    }, 20)
    const timed = async (what: string, work: () => Promise<unknown>): Promise<number> => {
      const started = performance.now()
      await work()
      const ms = Math.round(performance.now() - started)
      say(`${what}: ${ms} ms`)
      return ms
    }
    let pieces = 0
    const sweepMs = await timed('all items', async () => {
      while (await inTransaction(database, (tx) => planNext(tx, planning))) pieces += 1
    })
    await owner.pool.query('vacuum analyze')
    const ids = await sql<{ itemId: string }>`
      select item_id from item where organization_id = ${organizationId} order by item_id limit ${CHANGED_ITEMS}`.execute(
      database.kysely,
    )
    const changed = ids.rows.map(({ itemId }) => itemId)
    const changedMs = await timed(`${CHANGED_ITEMS} items that changed`, () =>
      inTransaction(database, (tx) => planItems(tx, planning, changed, { measure: false })),
    )
    const page = (sort: 'urgency' | 'cover' | 'sku') => () =>
      findReplenishmentPage(database.kysely, organizationId, { sort, descending: false, limit: 100 })
    const pageMs = {
      urgency: await timed('a page by urgency', page('urgency')),
      cover: await timed('a page by cover', page('cover')),
      sku: await timed('a page by SKU', page('sku')),
      totals: await timed('totals', () => findReplenishmentTotals(database.kysely, organizationId)),
    }
    clearInterval(watch)
    const counted = await sql<{ rows: number; suggested: number; movements: number }>`
      select count(*)::int as rows, count(suggestion)::int as suggested,
        (select count(*) from movement where organization_id = ${organizationId})::int as movements
      from replenishment where organization_id = ${organizationId}`.execute(database.kysely)
    return { ...size, ...counted.rows[0], pieces, sweepMs, changedMs, pageMs, rssMiB: Math.round(rssMiB) }
  } finally {
    await owner.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A ledger as weeks of sales would have left it; balances follow from its movements. */
async function seed(
  owner: Database,
  organizationId: string,
  { items, locations, ordersOfItem }: { items: number; locations: number; ordersOfItem: number },
): Promise<void> {
  const db = owner.kysely
  await sql`insert into organization (organization_id, name, created_at) values (${organizationId}, 'Bench', now())`.execute(
    db,
  )
  await sql`
    insert into item (organization_id, item_id, sku, name, created_at)
    select ${organizationId}, gen_random_uuid(), 'SKU-' || nth, 'Item ' || nth, now()
    from generate_series(1, ${items}) as nth`.execute(db)
  await sql`
    insert into location (organization_id, location_id, code, name, kind, country, created_at)
    select ${organizationId}, gen_random_uuid(), 'L' || nth, 'Location ' || nth,
      case when nth = 1 then 'warehouse' else '3pl' end, case when nth = 1 then 'CN' else 'US' end, now()
    from generate_series(1, ${locations}) as nth`.execute(db)
  await sql`
    insert into balance_place (organization_id, item_id, location_id, lot_id, updated_at)
    select ${organizationId}, item_id, location_id, ${UNALLOCATED_LOT}, now()
    from item cross join location
    where item.organization_id = ${organizationId} and location.organization_id = ${organizationId}
    order by item_id, location_id`.execute(db)
  const movement = sql`movement (organization_id, movement_id, item_id, location_id, lot_id, kind, on_hand_delta,
    reserved_delta, held_delta, incoming_delta, command_key, reference_kind, reference_id, actor, effective_at, recorded_at)`
  await sql`
    insert into ${movement}
    select ${organizationId}, gen_random_uuid(), item_id, location_id, ${UNALLOCATED_LOT}, 'receive',
      case when code = 'L1' then 200 else 20 + (hashtext(sku || code) & 63) end, 0, 0, 0, 'seed', null, null, 'seed',
      now() - interval '60 days', now() - interval '60 days'
    from item cross join location
    where item.organization_id = ${organizationId} and location.organization_id = ${organizationId}`.execute(
    db,
  )
  // Each order reserves at one place, and leaves it a few hours later.
  const orders = sql`
    select item_id, location_id, gen_random_uuid() as order_id, 1 + (hashtext(sku || nth) & 3) as units,
      now() - (nth * 55.0 / ${ordersOfItem}) * interval '1 day' - (hashtext(sku) & 1023) * interval '1 minute' as at
    from item
    cross join generate_series(1, ${ordersOfItem}) as nth
    join location on location.organization_id = ${organizationId} and code = 'L' || (1 + ((hashtext(sku || nth) >> 4) & 1023) % ${locations})
    where item.organization_id = ${organizationId}`
  await sql`
    insert into ${movement}
    select ${organizationId}, gen_random_uuid(), item_id, location_id, ${UNALLOCATED_LOT}, each.kind, each.on_hand * units,
      each.reserved * units, 0, 0, 'seed', 'order', order_id, 'seed', at + each.after, at + each.after
    from (${orders}) as sold
    cross join (values ('reserve', 0, 1, interval '0'), ('ship', -1, -1, interval '5 hours')) as each (kind, on_hand, reserved, after)`.execute(
    db,
  )
}
