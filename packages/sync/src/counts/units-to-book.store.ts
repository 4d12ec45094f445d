import { arrayOf, type CountProblem, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { SuddenKind } from '../safety/stampede.ts'
import type { ToldTrouble } from '../told-trouble.ts'

export type UnitToBook = {
  stockUnitId: string
  available: number
  held: number
  onHand: number | null
  countedAt: Date
  /** The same by the platform's own clock, where it says so. */
  toldAt: Date | null
  /** The read that named it last. */
  readAt: Date
  itemId: string | null
  unitsPerListing: number
  bookedItemId: string | null
  heldKind: SuddenKind | null
  acceptedKind: SuddenKind | null
}

/** What was told of a place, each stock unit with the item that its listings sell. */
export async function findUnitsToBook(
  db: Db,
  organizationId: string,
  place: { connectionId: string; externalId: string },
): Promise<UnitToBook[]> {
  const found = await sql<UnitToBook>`
    select told.stock_unit_id, available, held, on_hand, counted_at, told_at, told.read_at, booked_item_id,
      held_kind, accepted_kind, sold.item_id,
      coalesce(sold.units_per_listing, 1) as units_per_listing
    from counted_stock as told
    left join lateral (
      -- As rebuildLevels decides it for levels.
      select (array_agg(item_id order by item_id))[1] as item_id, max(units_per_listing) as units_per_listing
      from listing
      where listing.organization_id = told.organization_id and listing.connection_id = told.connection_id
        and listing.stock_unit_id = told.stock_unit_id and item_id is not null
    ) as sold on true
    where told.organization_id = ${organizationId} and told.connection_id = ${place.connectionId}
      and told.external_id = ${place.externalId}
    order by told.stock_unit_id`.execute(db)
  return found.rows
}

export type LedgerAtPlace = {
  itemId: string
  sku: string
  tracking: 'plain' | 'lot' | 'serial'
  isKit: boolean
  onHand: number
  reserved: number
  held: number
  /** Of the reserved, for this connection's own orders, which the platform has taken off its number. */
  subtracted: number
  /** Of shipments that the connection sends from there: asked for and not left, and taken off its number. */
  askedSurely: number
  /** The same where nobody knows whether it has taken them off already. */
  askedPerhaps: number
  /** And those that have left, where nobody knows whether it had taken them off by then. */
  gonePerhaps: number
}

/** @param sureUntil as `toSureUntil` says it; undefined: what is asked for is in the count until it has left */
export async function findLedgerAt(
  db: Db,
  organizationId: string,
  place: { connectionId: string; locationId: string },
  itemIds: readonly string[],
  sureUntil: Date | undefined,
): Promise<LedgerAtPlace[]> {
  if (itemIds.length === 0) return []
  const found = await sql<LedgerAtPlace>`
    with asked as materialized (
      select line.item_id,
        coalesce(sum(line.units - line.shipped - line.given_up) filter (
          where state in ('asked', 'received', 'working', 'held') and asked_at <= ${sureUntil ?? null}::timestamptz
        ), 0)::bigint as surely,
        coalesce(sum(line.units - line.shipped - line.given_up) filter (
          where ended_at is null and (asked_at is null or asked_at > ${sureUntil ?? null}::timestamptz)
        ), 0)::bigint as perhaps,
        coalesce(sum(line.shipped) filter (
          where asked_at is null or asked_at > ${sureUntil ?? null}::timestamptz
        ), 0)::bigint as gone
      from shipment
      join shipment_line as line using (organization_id, shipment_id)
      where organization_id = ${organizationId} and ${sureUntil !== undefined}::boolean
        and warehouse_id = ${place.connectionId} and location_id = ${place.locationId}
        and (
          state in ('asked', 'received', 'working', 'held') or asked_at > ${sureUntil ?? null}::timestamptz
          -- It may have heard of one whose answer was lost.
          or (state in ('planned', 'ready') and exists (
            select from errand
            where errand.organization_id = shipment.organization_id and errand.kind = 'request-shipment'
              and errand.subject_id = shipment.shipment_id and errand.sent_at is not null
          ))
        )
      group by line.item_id
    )
    select item.item_id, item.sku, item.tracking, item.kit_kind is not distinct from 'virtual' as is_kit,
      coalesce(there.on_hand, 0) as on_hand, coalesce(there.reserved, 0) as reserved, coalesce(there.held, 0) as held,
      coalesce(own.subtracted, 0) as subtracted,
      coalesce(asked.surely, 0) as asked_surely, coalesce(asked.perhaps, 0) as asked_perhaps,
      coalesce(asked.gone, 0) as gone_perhaps
    from item
    left join asked using (item_id)
    left join lateral (
      select sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved, sum(held)::bigint as held
      from balance
      where balance.organization_id = item.organization_id and balance.item_id = item.item_id
        and balance.location_id = ${place.locationId}
    ) as there on true
    left join lateral (
      select sum(greatest(0, reservation.reserved - reservation.released - reservation.shipped
        - order_line.unsubtracted * order_line.units_per_listing))::bigint as subtracted
      from reservation
      join order_line on order_line.organization_id = reservation.organization_id
        and order_line.line_id = reservation.owner_id
      where reservation.organization_id = item.organization_id and reservation.item_id = item.item_id
        and reservation.location_id = ${place.locationId} and reservation.owner_kind = 'order-line'
        and reservation.released + reservation.shipped < reservation.reserved
        and order_line.connection_id = ${place.connectionId}
    ) as own on true
    where item.organization_id = ${organizationId} and item.item_id = any(${arrayOf(itemIds, 'uuid')})
    order by item.item_id`.execute(db)
  return found.rows
}

export type BookedUnit = {
  stockUnitId: string
  bookedItemId: string | null
  /** The moment for which it was booked. */
  bookedAt: Date
  problemCode: CountProblem | null
  problem: string | null
  problemTold: ToldTrouble | null
  heldKind: SuddenKind | null
  /** What a person accepted and was known as this was booked: it has had its effect. */
  spent: SuddenKind | null
}

/** Notes what became of each stock unit, and that the read was booked. */
export async function saveBooked(
  tx: Tx,
  organizationId: string,
  place: { connectionId: string; externalId: string },
  { units, readAt }: { units: readonly BookedUnit[]; readAt: Date },
): Promise<void> {
  if (units.length > 0) {
    const rows = units.map((unit) => ({
      ...unit,
      told: unit.problemTold === null ? null : JSON.stringify(unit.problemTold),
    }))
    const source = unnestRows('booked', rows, {
      stockUnitId: 'text',
      bookedItemId: 'uuid',
      bookedAt: 'timestamptz',
      problemCode: 'text',
      problem: 'text',
      told: 'text',
      heldKind: 'text',
      spent: 'text',
    })
    await sql`
      update counted_stock set booked_item_id = booked.booked_item_id, problem_code = booked.problem_code,
        problem = booked.problem, problem_told = booked.told::jsonb, held_kind = booked.held_kind,
        accepted_kind = nullif(accepted_kind, booked.spent),
        booked_at = case when booked.booked_item_id is null then null else booked.booked_at end
      from ${source}
      where organization_id = ${organizationId} and connection_id = ${place.connectionId}
        and external_id = ${place.externalId} and counted_stock.stock_unit_id = booked.stock_unit_id`.execute(
      tx,
    )
  }
  await sql`
    update counted_place set reads = reads + 1, read_at = ${readAt}
    where organization_id = ${organizationId} and connection_id = ${place.connectionId}
      and external_id = ${place.externalId}`.execute(tx)
}

/**
 * How far the ledger's own judgement, by our clock, of what left since a count is off what the warehouse's clock says: units
 * that it takes for sent afterwards and that had left before, less those that it takes for sent before. Parcels are told
 * by the warehouse's clock, as its counts are.
 * @param wanted `at`: the moment of the count by our clock; `toldAt`: by the warehouse's
 */
export async function findMisjudgedParcels(
  db: Db,
  organizationId: string,
  place: { connectionId: string; locationId: string },
  wanted: readonly { itemId: string; at: Date; toldAt: Date }[],
): Promise<Map<string, number>> {
  if (wanted.length === 0) return new Map()
  // Clocks are less than that apart, or nothing else would fit either.
  const heardSince = (at: Date, toldAt: Date) => new Date(Math.min(at.getTime(), toldAt.getTime()) - 600_000)
  const source = unnestRows(
    'wanted',
    wanted.map((one) => ({ ...one, heardSince: heardSince(one.at, one.toldAt) })),
    { itemId: 'uuid', at: 'timestamptz', toldAt: 'timestamptz', heardSince: 'timestamptz' },
  )
  const found = await sql<{ itemId: string; units: number }>`
    select wanted.item_id,
      (coalesce(sum(units) filter (where least(shipped_at, parcel.recorded_at) > wanted.at), 0)
        - coalesce(sum(units) filter (where shipped_at > wanted.told_at), 0))::bigint as units
    from ${source}
    join shipment on shipment.organization_id = ${organizationId} and warehouse_id = ${place.connectionId}
      and location_id = ${place.locationId}
      and heard_at >= wanted.heard_since
    join parcel on parcel.organization_id = ${organizationId} and parcel.shipment_id = shipment.shipment_id
    join parcel_line on parcel_line.organization_id = ${organizationId}
      and parcel_line.parcel_id = parcel.parcel_id and parcel_line.item_id = wanted.item_id
    group by wanted.item_id`.execute(db)
  return new Map(found.rows.map(({ itemId, units }) => [itemId, units]))
}
