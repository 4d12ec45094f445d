import { type AuditDifferenceTable, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'

export type Difference = Omit<AuditDifferenceTable, 'organizationId' | 'jobId' | 'sku'>

export async function insertDifferences(
  tx: Tx,
  organizationId: string,
  jobId: string,
  differences: readonly Difference[],
): Promise<void> {
  if (differences.length === 0) return
  const source = unnestRows('found', differences, {
    differenceId: 'uuid',
    levelId: 'uuid',
    listingExternalId: 'text',
    stockUnitId: 'text',
    externalLocationId: 'text',
    expected: 'bigint',
    observed: 'bigint',
    class: 'text',
    healed: 'text',
    readAt: 'timestamptz',
  })
  await sql`
    insert into audit_difference
      (organization_id, job_id, difference_id, level_id, listing_external_id, stock_unit_id, external_location_id, sku,
       expected, observed, class, healed, read_at)
    select ${organizationId}, ${jobId}, difference_id, found.level_id, listing_external_id, found.stock_unit_id,
      found.external_location_id, item.sku, expected, found.observed, class, healed, read_at
    from ${source}
    left join level on level.organization_id = ${organizationId} and level.level_id = found.level_id
    left join item on item.organization_id = level.organization_id and item.item_id = level.item_id`.execute(
    tx,
  )
}

/**
 * Gives each difference that was looked at a second time its class: that of the drift found then; none, where an order
 * or a write of ours explained it meanwhile.
 */
export async function classify(tx: Tx, organizationId: string, jobId: string): Promise<void> {
  await sql`
    update audit_difference as found set
      class = coalesce(drift.cause, 'in-flight'),
      healed = coalesce(drift.healed, 'explained'),
      observed = coalesce(drift.observed, found.observed),
      expected = coalesce(drift.expected, found.expected)
    from level
    left join lateral (
      select cause, healed, observed, expected from drift
      where drift.organization_id = level.organization_id and drift.level_id = level.level_id
        and drift.found_at >= (
          select read_at from audit_difference as this
          where this.organization_id = ${organizationId} and this.job_id = ${jobId}
            and this.level_id = level.level_id and this.class is null
        )
      order by found_at desc, drift_id desc
      limit 1
    ) as drift on true
    where found.organization_id = ${organizationId} and found.job_id = ${jobId} and found.class is null
      and level.organization_id = found.organization_id and level.level_id = found.level_id
      -- Noted only once it was settled.
      and (level.observed_at > found.read_at or not (level.tracked and level.writable))`.execute(tx)
}

/** What is still open is left: a write that never ends, a platform that is away. */
export async function leaveOpen(tx: Tx, organizationId: string, jobId: string): Promise<void> {
  await sql`
    update audit_difference set class = 'in-flight', healed = 'left'
    where organization_id = ${organizationId} and job_id = ${jobId} and class is null`.execute(tx)
}

export async function countOpen(db: Db, organizationId: string, jobId: string): Promise<number> {
  const found = await sql<{ open: number }>`
    select count(*) as open from audit_difference
    where organization_id = ${organizationId} and job_id = ${jobId} and class is null`.execute(db)
  return found.rows[0]?.open ?? 0
}

export type Tally = { class: string; healed: string; differences: number }

export async function tally(db: Db, organizationId: string, jobId: string): Promise<Tally[]> {
  const found = await sql<Tally>`
    select class, coalesce(healed, 'left') as healed, count(*) as differences from audit_difference
    where organization_id = ${organizationId} and job_id = ${jobId} and class is not null
    group by 1, 2
    order by 1, 2`.execute(db)
  return found.rows
}

export type AuditRow = Pick<
  AuditDifferenceTable,
  | 'differenceId'
  | 'sku'
  | 'listingExternalId'
  | 'stockUnitId'
  | 'externalLocationId'
  | 'expected'
  | 'observed'
  | 'class'
  | 'healed'
  | 'readAt'
>

/** The differences of an audit, a page at a time. */
export async function findDifferences(
  db: Db,
  organizationId: string,
  jobId: string,
  page: { after: string | undefined; limit: number },
): Promise<AuditRow[]> {
  const found = await sql<AuditRow>`
    select difference_id, sku, listing_external_id, stock_unit_id, external_location_id, expected, observed, class,
      healed, read_at
    from audit_difference
    where organization_id = ${organizationId} and job_id = ${jobId}
      and (${page.after ?? null}::uuid is null or difference_id > ${page.after ?? null}::uuid)
    order by difference_id
    limit ${page.limit}`.execute(db)
  return found.rows
}

/** What the hub knew of these listings before they were read. */
export async function findKnownListings(
  db: Db,
  organizationId: string,
  connectionId: string,
  externalIds: readonly string[],
): Promise<Map<string, { isGone: boolean; tracked: boolean }>> {
  const found = await sql<{ externalId: string; isGone: boolean; tracked: boolean }>`
    select external_id, state = 'gone' as is_gone, tracked from listing
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and external_id = any(${sql.val([...externalIds])}::text[])
    order by external_id`.execute(db)
  return new Map(found.rows.map((row) => [row.externalId, row]))
}

/** Listings that a complete read of the catalogue, begun then, did not show. */
export async function findVanished(
  db: Db,
  organizationId: string,
  connectionId: string,
  readFrom: Date,
): Promise<{ externalId: string; stockUnitId: string }[]> {
  const found = await sql<{ externalId: string; stockUnitId: string }>`
    select external_id, stock_unit_id from listing
    where organization_id = ${organizationId} and connection_id = ${connectionId} and state <> 'gone'
      and imported_at < ${readFrom}
    order by external_id`.execute(db)
  return found.rows
}
