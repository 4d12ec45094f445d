import type { ConnectionIntake, DifferencePage, DriftPage, SyncJobView } from '@plimsoll/client'
import type { Db, StreamCursorTable, WebhookHealthTable } from '@plimsoll/database'
import { BY_HAND, findDifferences, type OrderGap, type SyncJob } from '@plimsoll/sync'
import { sql } from 'kysely'

/** How connections take in and are read back, as the API tells it. */

export function toJobView(job: SyncJob): SyncJobView {
  const { fromAt, toAt, position: _, ...rest } = job
  return {
    ...rest,
    // Written by the job itself, an object always.
    result: job.result as SyncJobView['result'],
    from: textOf(fromAt),
    to: textOf(toAt),
    createdAt: job.createdAt.toISOString(),
    startedAt: textOf(job.startedAt),
    finishedAt: textOf(job.finishedAt),
  }
}

export function toGapView({
  connectionId: _,
  tries: __,
  ...gap
}: OrderGap): ConnectionIntake['gaps'][number] {
  const { fromAt, toAt, ...rest } = gap
  return {
    ...rest,
    from: fromAt.toISOString(),
    to: toAt.toISOString(),
    foundAt: gap.foundAt.toISOString(),
    closedAt: textOf(gap.closedAt),
  }
}

function textOf(moment: Date | null): string | null {
  return moment?.toISOString() ?? null
}

type Row = Pick<ConnectionIntake, 'editRule'> &
  Omit<WebhookHealthTable, 'organizationId' | 'connectionId' | 'missedInRow'> & {
    lastWebhookAt: Date | null
    checkedAt: Date | null
    staleKind: 'notice' | 'buffer' | 'percent' | 'zero' | null
    staleAmount: number | null
    staleSince: Date | null
  }

/** All but the gaps and jobs. @returns undefined: there is no such connection */
export async function findIntake(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<Pick<ConnectionIntake, 'editRule' | 'webhooks' | 'staleOrders'> | undefined> {
  const found = await sql<Row>`
    select edit_rule, last_webhook_at, webhooks_checked_at as checked_at,
      coalesce(verdict, 'unknown') as verdict, coalesce(arrived, 0) as arrived, coalesce(missed, 0) as missed, delay_ms,
      judged_at, coalesce(repairs, 0) as repairs, repaired_at, coalesce(failures, 0) as failures,
      webhook_health.problem, stale_orders.kind as stale_kind, stale_orders.amount as stale_amount,
      stale_orders.since as stale_since
    from connection
    left join webhook_health on webhook_health.organization_id = connection.organization_id
      and webhook_health.connection_id = connection.connection_id
    left join stale_orders on stale_orders.organization_id = connection.organization_id
      and stale_orders.connection_id = connection.connection_id
    where connection.organization_id = ${organizationId} and connection.connection_id = ${connectionId}
      and connection.connector <> ${BY_HAND}`.execute(db)
  const [row] = found.rows
  if (row === undefined) return undefined
  const { editRule, staleKind, staleAmount, staleSince, ...webhooks } = row
  return {
    editRule,
    webhooks: {
      ...webhooks,
      lastWebhookAt: textOf(row.lastWebhookAt),
      checkedAt: textOf(row.checkedAt),
      judgedAt: textOf(row.judgedAt),
      repairedAt: textOf(row.repairedAt),
    },
    staleOrders:
      staleKind === null || staleAmount === null || staleSince === null
        ? null
        : { kind: staleKind, amount: staleAmount, since: staleSince.toISOString() },
  }
}

export async function findStreams(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<ConnectionIntake['streams']> {
  type Stream = Pick<
    StreamCursorTable,
    'stream' | 'since' | 'readAt' | 'changedAt' | 'nextAt' | 'failures' | 'problem'
  >
  const found = await sql<Stream>`
    select stream, since, read_at, changed_at, next_at, failures, problem from stream_cursor
    where organization_id = ${organizationId} and connection_id = ${connectionId}
    order by stream`.execute(db)
  return found.rows.map((row) => ({
    ...row,
    since: row.since.toISOString(),
    readAt: textOf(row.readAt),
    changedAt: textOf(row.changedAt),
    nextAt: textOf(row.nextAt),
  }))
}

export async function findDifferencePage(
  db: Db,
  organizationId: string,
  jobId: string,
  page: { cursor?: string | undefined; limit: number },
): Promise<DifferencePage> {
  const found = await findDifferences(db, organizationId, jobId, {
    after: page.cursor,
    limit: page.limit + 1,
  })
  const rows = found.slice(0, page.limit)
  return {
    rows: rows.map(({ listingExternalId, stockUnitId, externalLocationId, readAt, ...row }) => ({
      ...row,
      listing: listingExternalId,
      stockUnit: stockUnitId,
      externalLocation: externalLocationId,
      readAt: readAt.toISOString(),
    })),
    next: found.length > page.limit ? (rows.at(-1)?.differenceId ?? null) : null,
  }
}

/** Differences that reconciliation found, newest first; `asked`: those that wait for a person. */
export async function findDrifts(
  db: Db,
  organizationId: string,
  query: {
    cursor?: string | undefined
    limit: number
    asked: boolean
    connection?: string | undefined
    sku?: string | undefined
  },
): Promise<DriftPage> {
  type Drift = Omit<DriftPage['rows'][number], 'foundAt' | 'healedAt' | 'listing' | 'accepting'> & {
    foundAt: Date
    healedAt: Date | null
    listingId: string | null
    externalId: string | null
    title: string | null
    location: string | null
    unitsPerListing: number | null
  }
  const isWanted = sql`(${query.connection ?? null}::uuid is null or drift.connection_id = ${query.connection ?? null}::uuid)
    and (${query.sku ?? null}::text is null or item.sku = ${query.sku ?? null}::text)`
  const counted = await sql<{ asked: number }>`
    select count(*) as asked from drift
    left join level on level.organization_id = drift.organization_id and level.level_id = drift.level_id
    left join item on item.organization_id = level.organization_id and item.item_id = level.item_id
    where drift.organization_id = ${organizationId} and healed = 'asked' and ${isWanted}`.execute(db)
  const found = await sql<Drift>`
    select drift_id, drift.connection_id, drift.level_id, item.sku, drift.observed, drift.expected, cause, rule, healed,
      found_at, healed_at, listing.listing_id, listing.external_id, listing.title, level.external_location_id as place,
      level.units_per_listing, (
        -- As an edit is booked: at the connection's own location where the pool has it.
        select location.code from pool_location
        join location on location.organization_id = level.organization_id
          and location.location_id = pool_location.location_id
        join connection on connection.organization_id = level.organization_id
          and connection.connection_id = level.connection_id
        where pool_location.organization_id = level.organization_id
          and pool_location.connection_id = level.connection_id
          and pool_location.external_id = level.external_location_id
        order by location.location_id = connection.default_location_id desc, location.code
        limit 1
      ) as location
    from drift
    left join level on level.organization_id = drift.organization_id and level.level_id = drift.level_id
    left join item on item.organization_id = level.organization_id and item.item_id = level.item_id
    left join lateral (
      select listing_id, external_id, title from listing
      where listing.organization_id = level.organization_id and listing.connection_id = level.connection_id
        and listing.stock_unit_id = level.stock_unit_id
      order by external_id
      limit 1
    ) as listing on true
    where drift.organization_id = ${organizationId} and (not ${query.asked} or healed = 'asked') and ${isWanted}
      and (${query.cursor ?? null}::uuid is null or (found_at, drift_id) < (
        select found_at, drift_id from drift
        where organization_id = ${organizationId} and drift_id = ${query.cursor ?? null}::uuid
      ))
    order by found_at desc, drift_id desc
    limit ${query.limit + 1}`.execute(db)
  const rows = found.rows.slice(0, query.limit)
  return {
    asked: counted.rows[0]?.asked ?? 0,
    rows: rows.map(({ listingId, externalId, title, location, unitsPerListing, ...row }) => ({
      ...row,
      listing: listingId === null ? null : { listingId, externalId: externalId ?? '', title: title ?? '' },
      accepting:
        location === null || unitsPerListing === null || row.expected === null
          ? null
          : { location, units: (row.observed - row.expected) * unitsPerListing },
      foundAt: row.foundAt.toISOString(),
      healedAt: textOf(row.healedAt),
    })),
    next: found.rows.length > query.limit ? (rows.at(-1)?.driftId ?? null) : null,
  }
}
