import { type SerialEventKind, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'
import type { SerialRow } from './serials.ts'

export type SerialKey = { itemId: string; serial: string }

/** One moment of a serial's life, with how it stands after it. */
export type SerialEvent = SerialRow & {
  kind: SerialEventKind
  referenceKind: string | null
  referenceId: string | null
  commandKey: string
  reason: string | null
  actor: string
}

/**
 * Locks serials in key order: those that are named, all that are in stock at some places, and all that left with some
 * order lines. One statement, or two transactions could lock the same ones in different orders.
 */
export async function lockSerials(
  tx: Tx,
  organizationId: string,
  {
    named,
    places,
    owners,
  }: {
    named: readonly SerialKey[]
    places: readonly { itemId: string; locationId: string }[]
    owners: readonly string[]
  },
): Promise<SerialRow[]> {
  if (named.length + places.length + owners.length === 0) return []
  const keys = unnestRows('named', named, { itemId: 'uuid', serial: 'text' })
  const at = unnestRows('place', places, { itemId: 'uuid', locationId: 'uuid' })
  const found = await sql<SerialRow>`
    select item_id, serial, state, location_id, owner_id, effective_at
    from serial
    where organization_id = ${organizationId} and (item_id, serial) in (
      select item_id, serial from ${keys}
      union
      select here.item_id, here.serial from serial as here
      join ${at} on place.item_id = here.item_id and place.location_id = here.location_id
      where here.organization_id = ${organizationId} and here.state in ('in-stock', 'held')
      union
      select out.item_id, out.serial from serial as out
      where out.organization_id = ${organizationId} and out.owner_id = any(${sql.val(owners)}::uuid[])
    )
    order by item_id, serial
    for update`.execute(tx)
  return found.rows
}

export type SerialCount = { itemId: string; locationId: string; units: number }

/**
 * How many serials are in stock at places whose balances the caller has locked: whoever brings one in or out changes
 * them, so the figures stay true until the end of the transaction.
 */
export async function countSerials(
  tx: Tx,
  organizationId: string,
  places: readonly { itemId: string; locationId: string }[],
): Promise<SerialCount[]> {
  if (places.length === 0) return []
  const at = unnestRows('place', places, { itemId: 'uuid', locationId: 'uuid' })
  const found = await sql<SerialCount>`
    select item_id, location_id, count(*) as units
    from serial
    where organization_id = ${organizationId} and state in ('in-stock', 'held')
      and (item_id, location_id) in (select item_id, location_id from ${at})
    group by item_id, location_id`.execute(tx)
  return found.rows
}

/**
 * Units that left a place after a moment without anybody telling their serials: what moved since, less the serials that
 * moved with it. A serial that was told afterwards of an order that had left before the moment is none of these.
 */
export async function findUntoldSince(
  tx: Tx,
  organizationId: string,
  wanted: readonly { itemId: string; locationId: string; at: Date }[],
): Promise<(SerialCount & { at: Date })[]> {
  if (wanted.length === 0) return []
  const source = unnestRows('wanted', wanted, { itemId: 'uuid', locationId: 'uuid', at: 'timestamptz' })
  const found = await sql<SerialCount & { at: Date }>`
    select wanted.item_id, wanted.location_id, wanted.at, told.units - coalesce((
        select sum(on_hand_delta)::bigint from movement
        where organization_id = ${organizationId} and item_id = wanted.item_id
          and location_id = wanted.location_id
          and recorded_at > wanted.at and effective_at > wanted.at
      ), 0) as units
    from ${source}
    cross join lateral (
      select count(*) filter (where now.location_id = wanted.location_id and now.state in ('in-stock', 'held'))
        - count(*) filter (where before.location_id = wanted.location_id and before.state in ('in-stock', 'held'))
        as units
      from serial as now
      left join lateral (
        select state, location_id from serial_event
        where organization_id = ${organizationId} and item_id = now.item_id and serial = now.serial
          and effective_at <= wanted.at
        order by effective_at desc, event_id desc
        limit 1
      ) as before on true
      where now.organization_id = ${organizationId} and now.item_id = wanted.item_id
        and now.effective_at > wanted.at
        and exists (
          select from serial_event as since
          join movement on movement.organization_id = since.organization_id
            and movement.item_id = since.item_id and movement.location_id = wanted.location_id
            and movement.recorded_at > wanted.at and movement.effective_at > wanted.at
            and (movement.command_key = since.command_key
              or since.reference_kind = 'order' and movement.reference_kind = 'order'
                and movement.reference_id = since.reference_id)
          where since.organization_id = ${organizationId} and since.item_id = now.item_id
            and since.serial = now.serial and since.effective_at > wanted.at
        )
    ) as told`.execute(tx)
  return found.rows
}

/**
 * Writes how serials stand and what happened to them. The new ones are claimed in key order: another transaction that
 * brings in the same one is waited for, and has then won.
 * @returns the new serials that were not ours to bring in
 */
export async function saveSerials(
  tx: Tx,
  context: StockContext,
  { added, changed, events }: { added: SerialRow[]; changed: SerialRow[]; events: readonly SerialEvent[] },
): Promise<SerialKey[]> {
  if (events.length === 0) return []
  const columns = {
    itemId: 'uuid',
    serial: 'text',
    state: 'text',
    locationId: 'uuid',
    ownerId: 'uuid',
    effectiveAt: 'timestamptz',
  } as const
  const fresh = [...added].sort(byKey)
  const inserting =
    fresh.length === 0
      ? undefined
      : sql<SerialKey>`
          insert into serial (organization_id, item_id, serial, state, location_id, owner_id, effective_at)
          select ${context.organizationId}, item_id, serial, state, location_id, owner_id, effective_at
          from ${unnestRows('added', fresh, columns)}
          on conflict do nothing
          returning item_id, serial`.execute(tx)
  const updating =
    changed.length === 0
      ? undefined
      : sql`
          update serial set
            state = changed.state,
            location_id = changed.location_id,
            owner_id = changed.owner_id,
            effective_at = changed.effective_at
          from ${unnestRows('changed', changed, columns)}
          where serial.organization_id = ${context.organizationId}
            and serial.item_id = changed.item_id and serial.serial = changed.serial`.execute(tx)
  const rows = events.map((event) => ({ ...event, eventId: context.uuid() }))
  const source = unnestRows('added', rows, {
    ...columns,
    eventId: 'uuid',
    kind: 'text',
    referenceKind: 'text',
    referenceId: 'uuid',
    commandKey: 'text',
    reason: 'text',
    actor: 'text',
  })
  // An event of a serial that another transaction brought in is rolled back with everything else.
  const [inserted] = await Promise.all([
    inserting,
    updating,
    sql`
      insert into serial_event
        (organization_id, item_id, serial, event_id, kind, state, location_id, reference_kind, reference_id, owner_id,
         command_key, reason, actor, effective_at, recorded_at)
      select ${context.organizationId}, item_id, serial, event_id, kind, state, location_id, reference_kind,
        reference_id, owner_id, command_key, reason, actor, effective_at, ${context.now()}
      from ${source}`.execute(tx),
  ])
  const ours = new Set((inserted?.rows ?? []).map(serialText))
  return fresh.filter((row) => !ours.has(serialText(row)))
}

/** One string per serial, for maps. */
export function serialText({ itemId, serial }: SerialKey): string {
  return `${itemId} ${serial}`
}

function byKey(a: SerialKey, b: SerialKey): number {
  return serialText(a) < serialText(b) ? -1 : 1
}
