import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { observeLevels } from '../lanes/levels.store.ts'

/** `written`: the hub's number goes out again. `fetched`: an order explains it. */
export type Healed = 'written' | 'fetched' | 'adjusted' | 'asked'

export type NewDrift = {
  driftId: string
  levelId: string
  observed: number
  expected: number
  cause: string
  rule: string | null
  healed: Healed
}

/** Records differences that reconciliation found, and what was done about each. */
export async function insertDrifts(
  tx: Tx,
  organizationId: string,
  drifts: readonly NewDrift[],
  found: { connectionId: string; at: Date },
): Promise<void> {
  if (drifts.length === 0) return
  const source = unnestRows('found', drifts, {
    driftId: 'uuid',
    levelId: 'uuid',
    observed: 'bigint',
    expected: 'bigint',
    cause: 'text',
    rule: 'text',
    healed: 'text',
  })
  await sql`
    insert into drift (organization_id, drift_id, connection_id, level_id, observed, expected, cause, found_at, rule,
      healed, healed_at)
    select ${organizationId}, drift_id, ${found.connectionId}, level_id, observed, expected, cause, ${found.at}, rule,
      healed, case when healed <> 'asked' then ${found.at}::timestamptz end
    from ${source}`.execute(tx)
}

/** Units of the connection's orders that were cancelled, removed or returned since each level was last confirmed, or since then. */
export async function findGivenBack(
  db: Db,
  organizationId: string,
  connectionId: string,
  levelIds: readonly string[],
  since: Date,
): Promise<Map<string, number>> {
  if (levelIds.length === 0) return new Map()
  const found = await sql<{ levelId: string; units: number }>`
    select level.level_id, sum(order_line.ordered - order_line.current
      + coalesce(order_line.platform_returned, order_line.returned))::bigint as units
    from level
    join order_line on order_line.organization_id = level.organization_id
      and order_line.connection_id = level.connection_id and order_line.stock_unit_id = level.stock_unit_id
    join sales_order on sales_order.organization_id = order_line.organization_id
      and sales_order.order_id = order_line.order_id and sales_order.changed_at >= greatest(level.acknowledged_at, ${since})
    where level.organization_id = ${organizationId} and level.connection_id = ${connectionId}
      and level.level_id = any(${sql.val([...levelIds])}::uuid[])
      and (order_line.current < order_line.ordered or order_line.returned > 0 or order_line.platform_returned > 0)
    group by level.level_id
    order by level.level_id`.execute(db)
  return new Map(found.rows.map((row) => [row.levelId, row.units]))
}

export type AskedDrift = {
  driftId: string
  connectionId: string
  levelId: string
  observed: number
  expected: number
  healed: Healed
}

export async function findDrift(
  db: Db,
  organizationId: string,
  driftId: string,
): Promise<AskedDrift | undefined> {
  const found = await sql<AskedDrift>`
    select drift_id, connection_id, level_id, observed, coalesce(expected, observed) as expected, healed from drift
    where organization_id = ${organizationId} and drift_id = ${driftId}`.execute(db)
  return found.rows[0]
}

/** What a person is asked about a connection and was found by then, the oldest first. */
export async function findAskedDrifts(
  db: Db,
  organizationId: string,
  connectionId: string,
  until: Date,
): Promise<string[]> {
  const found = await sql<{ driftId: string }>`
    select drift_id from drift
    where organization_id = ${organizationId} and connection_id = ${connectionId} and healed = 'asked'
      and found_at <= ${until}
    order by found_at, drift_id`.execute(db)
  return found.rows.map(({ driftId }) => driftId)
}

/** Settles a difference that a person was asked about. @returns false when somebody did so meanwhile */
export async function settleDrift(
  tx: Tx,
  organizationId: string,
  driftId: string,
  healed: 'written' | 'adjusted',
  at: Date,
): Promise<boolean> {
  const settled = await sql`
    update drift set healed = ${healed}, healed_at = ${at}
    where organization_id = ${organizationId} and drift_id = ${driftId} and healed = 'asked'`.execute(tx)
  return Number(settled.numAffectedRows ?? 0n) === 1
}

/** Holds levels that a person is asked about: they are not raised until the answer. */
export async function holdLevels(
  tx: Tx,
  organizationId: string,
  levelIds: readonly string[],
  at: Date,
): Promise<void> {
  if (levelIds.length === 0) return
  await sql`
    update level set asked_at = coalesce(asked_at, ${at})
    where organization_id = ${organizationId} and level_id = any(${sql.val([...levelIds])}::uuid[])`.execute(
    tx,
  )
}

/** Lets a level be raised again once nothing is asked about it. @returns whether nothing is */
export async function freeLevel(tx: Tx, organizationId: string, levelId: string): Promise<boolean> {
  const freed = await sql`
    update level set asked_at = null
    where organization_id = ${organizationId} and level_id = ${levelId} and not exists (
      select from drift
      where drift.organization_id = level.organization_id and drift.connection_id = level.connection_id
        and drift.level_id = level.level_id and drift.healed = 'asked'
    )`.execute(tx)
  return Number(freed.numAffectedRows ?? 0n) === 1
}

/** Where an edit of a level counts: the item and the location whose stock it is about. */
export type EditPlace = {
  sku: string
  locationCode: string
  unitsPerListing: number
}

/** The level's default location where its pool has it, else the first of the pool. */
export async function findEditPlace(
  db: Db,
  organizationId: string,
  levelId: string,
): Promise<EditPlace | undefined> {
  const found = await sql<EditPlace>`
    select item.sku, location.code as location_code, level.units_per_listing
    from level
    join connection on connection.organization_id = level.organization_id
      and connection.connection_id = level.connection_id
    join item on item.organization_id = level.organization_id and item.item_id = level.item_id
    join pool_location on pool_location.organization_id = level.organization_id
      and pool_location.connection_id = level.connection_id
      and pool_location.external_id = level.external_location_id
    join location on location.organization_id = level.organization_id
      and location.location_id = pool_location.location_id
    where level.organization_id = ${organizationId} and level.level_id = ${levelId}
    order by location.location_id = connection.default_location_id desc, location.code
    limit 1`.execute(db)
  return found.rows[0]
}

/**
 * Takes what was read as confirmed, if the level still stands as it was judged: a sale that was applied meanwhile is in
 * the expectation and not in the reading.
 * @returns false when it does not: the transaction must be given up
 */
export async function adoptEdited(
  tx: Tx,
  organizationId: string,
  edit: {
    levelId: string
    observed: number
    expected: number
    givenBack: number
    bound: number | null
    isFenced: boolean
  },
  at: Date,
): Promise<boolean> {
  const { levelId, observed, givenBack, bound, isFenced } = edit
  // Sent together, carried out in order; where the first finds nothing the caller's transaction must not commit.
  const [stands] = await Promise.all([
    sql`
      update level set recheck_at = null
      where organization_id = ${organizationId} and level_id = ${levelId} and open_since is null
        and acknowledged - (subtracted - acknowledged_subtracted) = ${edit.expected}`.execute(tx),
    observeLevels(
      tx,
      organizationId,
      [{ levelId, quantity: observed, adopt: true, givenBack, bound, isFenced }],
      at,
    ),
  ])
  return Number(stands.numAffectedRows ?? 0n) === 1
}
