import { findInboundShipment, isUuid, type Refusal, refuse } from '@plimsoll/stock'
import { sql } from 'kysely'
import type { SyncContext } from '../context.ts'
import { findErrandStanding, makeAgain } from '../fulfilment/errand-standing.store.ts'
import type { ToldTrouble } from '../told-trouble.ts'
import type { Condition, DeliveryKind } from './delivery.ts'

/** What its warehouse knows of an inbound shipment. */
export type Announcement = {
  inboundId: string
  /** `none`: no warehouse that takes announcements counts its location, or it has not got to it yet. */
  state: 'none' | 'waiting' | 'sent' | 'unknown' | 'done' | 'refused' | 'dropped'
  warehouse: string | null
  /** The warehouse's own id. */
  externalId: string | null
  problem: string | null
  attempts: number
}

/** How an inbound shipment stands with the warehouse that it goes to. */
export async function readAnnouncement(
  context: SyncContext,
  inboundId: string,
): Promise<Announcement | Refusal> {
  const { database, organizationId } = context
  const isKnown =
    isUuid(inboundId) && (await findInboundShipment(database.kysely, organizationId, inboundId)) !== undefined
  if (!isKnown) return refuse('unknown-inbound-shipment', 'id', `There is no inbound shipment ${inboundId}.`)
  const found = await findErrandStanding(database.kysely, organizationId, 'announce-inbound', inboundId)
  if (found === undefined)
    return { inboundId, state: 'none', warehouse: null, externalId: null, problem: null, attempts: 0 }
  const { code: _, callsUntil: __, inDoubt: ___, ...standing } = found
  return { inboundId, ...standing }
}

/**
 * Announces an inbound shipment anew that its warehouse had refused, or that could not be told as it was. One that is under
 * way, or done, is left as it is: told again it changes nothing.
 */
export async function announceAgain(
  context: SyncContext,
  inboundId: string,
): Promise<Announcement | Refusal> {
  const known = await readAnnouncement(context, inboundId)
  if ('kind' in known) return known
  await makeAgain(context, 'announce-inbound', inboundId)
  return await readAnnouncement(context, inboundId)
}

/** What a warehouse told of a delivery or a return, and how much of it is in the ledger. Its own units and ids. */
export type DeliveryRead = {
  kind: DeliveryKind
  externalId: string
  warehouse: string
  place: string
  number: string | null
  inboundId: string | null
  shipmentId: string | null
  /** Ours, that it is what came of. */
  returnId: string | null
  complete: boolean
  toldAt: Date
  lines: {
    line: string
    sku: string
    condition: Condition
    told: number
    booked: number
    lot: string | null
    expiresOn: string | null
    receivedAt: Date
    problem: string | null
    problemTold: ToldTrouble | null
  }[]
}

/** The newest deliveries and returns, those that were told of last first. */
export async function readDeliveries(
  context: SyncContext,
  { kind, limit }: { kind?: DeliveryKind | undefined; limit: number },
): Promise<DeliveryRead[]> {
  const { database, organizationId } = context
  const heads = await sql<Omit<DeliveryRead, 'lines'> & { connectionId: string }>`
    select delivery.connection_id, kind, external_id, connection.name as warehouse, place, number, inbound_id, shipment_id,
      return_id, is_complete as complete, told_at
    from warehouse_delivery as delivery
    join connection using (organization_id, connection_id)
    where organization_id = ${organizationId} and (${kind ?? null}::text is null or kind = ${kind ?? null})
    order by told_at desc, connection_id, kind, external_id
    limit ${limit}`.execute(database.kysely)
  const lines = await sql<
    DeliveryRead['lines'][number] & { connectionId: string; kind: string; externalId: string }
  >`
    select connection_id, kind, external_id, line_external_id as line, sku, condition, told, booked, nullif(lot, '') as lot,
      expires_on::text as expires_on, received_at, problem, problem_told
    from warehouse_delivery_line
    where organization_id = ${organizationId}
      and external_id = any(${sql.val(heads.rows.map(({ externalId }) => externalId))}::text[])
      -- What a correction has left as nothing is nothing to read.
      and (told > 0 or booked > 0 or problem is not null)
    order by line_external_id, condition, sku, lot`.execute(database.kysely)
  return heads.rows.map(({ connectionId, ...head }) => ({
    ...head,
    lines: lines.rows
      .filter(
        (line) =>
          line.connectionId === connectionId &&
          line.kind === head.kind &&
          line.externalId === head.externalId,
      )
      .map(({ connectionId: _, kind: __, externalId: ___, ...line }) => line),
  }))
}
