import type { LocationKind } from '@plimsoll/database'
import { arrayOf, type Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type ReplenishedPlace = {
  locationId: string
  code: string
  kind: LocationKind
  country: string | null
  routingPriority: number
  offsetSeconds: number
  /** The day that it is there, as 2026-11-27. */
  today: string
}

/** Places that may hold what is sold, the main warehouse first: the own one that routing prefers. */
export async function findReplenishedPlaces(
  db: Db,
  organizationId: string,
  at: Date,
): Promise<ReplenishedPlace[]> {
  const found = await sql<ReplenishedPlace>`
    select location_id, code, kind, country, routing_priority, (${at}::timestamptz at time zone time_zone)::date::text as today,
      extract(epoch from (${at}::timestamptz at time zone time_zone) - (${at}::timestamptz at time zone 'UTC'))::int
        as offset_seconds
    from location
    where organization_id = ${organizationId} and archived_at is null and kind <> 'transit'
    order by kind <> 'warehouse', routing_priority, code`.execute(db)
  return found.rows
}

export type StockOfItem = {
  itemId: string
  locationId: string
  onHand: number
  reserved: number
  held: number
  blocked: number
}

/** Lots added up. `blocked`: units of lots that are recalled, in quarantine or expired there. */
export async function findStockOfItems(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<StockOfItem[]> {
  if (itemIds.length === 0) return []
  const found = await sql<StockOfItem>`
    select balance.item_id, balance.location_id, sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved,
      sum(held)::bigint as held,
      coalesce(sum(greatest(0, on_hand - held)) filter (
        where lot.status <> 'released' or lot.expires_on < (${at}::timestamptz at time zone location.time_zone)::date
      ), 0)::bigint as blocked
    from balance
    join location on location.organization_id = balance.organization_id
      and location.location_id = balance.location_id and location.kind <> 'transit' and location.archived_at is null
    left join lot on lot.organization_id = balance.organization_id and lot.lot_id = balance.lot_id
    where balance.organization_id = ${organizationId} and balance.item_id = any(${arrayOf(itemIds, 'uuid')})
    group by balance.item_id, balance.location_id`.execute(db)
  return found.rows
}

/** Units on their way. `since`: when they left, of a transfer; `on`: the day that a supplier named. */
export type ComingUnits = {
  itemId: string
  locationId: string
  /** Where a transfer is from; null: an inbound shipment. */
  fromLocationId: string | null
  document: 'transfer' | 'inbound'
  documentId: string
  isDraft: boolean
  units: number
  since: Date | null
  on: string | null
}

/** What open documents are to bring; drafts of transfers too, though nothing of them is in the ledger yet. */
export async function findComingUnits(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<ComingUnits[]> {
  if (itemIds.length === 0) return []
  const found = await sql<ComingUnits>`
    select item_id, transfer.to_location_id as location_id, transfer.from_location_id, 'transfer' as document,
      transfer_id as document_id, state = 'draft' as is_draft,
      sum(case when state = 'draft' then requested else dispatched - received - lost - returned end)::bigint as units,
      coalesce(dispatched_at, created_at) as since, null as "on"
    from transfer_line
    join transfer using (organization_id, transfer_id)
    where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})
      and state in ('draft', 'dispatched', 'partly-received')
    group by item_id, transfer.to_location_id, transfer.from_location_id, transfer_id, state, dispatched_at, created_at
    union all
    select item_id, location_id, null, 'inbound', inbound_id, false,
      sum(expected - (received - over) - cancelled)::bigint, null, expected_on::text
    from inbound_line
    join inbound_shipment using (organization_id, inbound_id)
    where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})
      and state in ('expected', 'partly-received')
    group by item_id, location_id, inbound_id, expected_on
    order by 1, 2, 5`.execute(db)
  return found.rows.filter(({ units }) => units > 0)
}

/** Those of these items that are replenished: neither archived nor a virtual kit, whose stock is that of its parts. */
export async function findReplenishedItems(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<string[]> {
  if (itemIds.length === 0) return []
  const found = await sql<{ itemId: string }>`
    select item_id from item
    where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})
      and archived_at is null and kit_kind <> 'virtual'`.execute(db)
  return found.rows.map(({ itemId }) => itemId)
}
