import type { InboundNotice } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { findInboundShipment, type InboundShipment, outstandingOf } from '@plimsoll/stock'
import { sql } from 'kysely'
import { warehouseTermsOf } from '../connections/sends-for-others.ts'
import { nowOf, type Tx } from '../context.ts'
import type { ErrandHandler } from '../fulfilment/errand-runner.ts'
import { insertErrands } from '../fulfilment/errands.store.ts'
import { refuseToTell, toNoticeLines } from '../fulfilment/notice-lines.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'

const INBOUNDS_PER_TURN = 20

/**
 * Sees to it that each inbound shipment to a place of this warehouse is announced to it, and that a person hears of what was
 * cancelled after: no warehouse takes an announcement back by itself.
 * @returns how many were noted
 */
export async function noteInbounds(context: WorkerContext): Promise<number> {
  const { database, organizationId, connection, operations } = context
  if (operations.warehouse?.announceInbound === undefined) return 0
  const { connectionId } = connection
  const fresh = await sql<{ inboundId: string }>`
    select inbound_id from inbound_shipment
    join counted_place as place using (organization_id, location_id)
    where organization_id = ${organizationId} and place.connection_id = ${connectionId}
      and state in ('expected', 'partly-received')
      and not exists (
        select from errand
        where errand.organization_id = inbound_shipment.organization_id and errand.kind = 'announce-inbound'
          and errand.subject_id = inbound_id)
    order by inbound_id
    limit ${INBOUNDS_PER_TURN}`.execute(database.kysely)
  if (fresh.rows.length > 0)
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, context.lease)
      const errands = fresh.rows.map(({ inboundId }) => ({
        connectionId,
        kind: 'announce-inbound' as const,
        subjectId: inboundId,
      }))
      await insertErrands(tx, context, errands, nowOf(context))
    })
  return fresh.rows.length + (await noteCancelled(context))
}

/** Units that were announced, or may have been, and will not come: the warehouse cannot be told, and waits for them. */
async function noteCancelled(context: WorkerContext): Promise<number> {
  const { database, organizationId, connection, uuid } = context
  const found = await sql<{
    inboundId: string
    reference: string | null
    cancelled: number
    fresh: number
    inDoubt: boolean
  }>`
    select inbound_id, reference, errand.state <> 'done' as in_doubt, lines.cancelled, lines.cancelled - cancel_told as fresh
    from errand
    join inbound_shipment on inbound_shipment.organization_id = errand.organization_id
      and inbound_id = errand.subject_id
    cross join lateral (
      select sum(cancelled)::bigint as cancelled from inbound_line
      where inbound_line.organization_id = inbound_shipment.organization_id
        and inbound_line.inbound_id = inbound_shipment.inbound_id
    ) as lines
    where errand.organization_id = ${organizationId} and errand.connection_id = ${connection.connectionId}
      and errand.kind = 'announce-inbound' and lines.cancelled > cancel_told
      and (errand.state = 'done' or (errand.state in ('refused', 'dropped') and errand.in_doubt))
    order by inbound_id
    limit ${INBOUNDS_PER_TURN}`.execute(database.kysely)
  for (const { inboundId, reference, cancelled, fresh, inDoubt } of found.rows)
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, context.lease)
      const were = `${fresh} units of the inbound shipment ${nameOf({ inboundId, reference })} were cancelled`
      const detail = inDoubt
        ? `${were}. ${connection.name} may have been told of it before: its answer was lost. Ask them, and tell them.`
        : `${were} after it was announced to ${connection.name}, which cannot be told by itself. Tell them.`
      await openTask(
        tx,
        organizationId,
        {
          kind: 'inbound-changed',
          subject: inboundId,
          connectionId: connection.connectionId,
          sku: null,
          units: fresh,
          detail,
          told: {
            code: inDoubt ? 'inbound-changed-in-doubt' : 'inbound-changed',
            facts: { inbound: nameOf({ inboundId, reference }), warehouse: connection.name, units: fresh },
          },
        },
        { at: nowOf(context), uuid },
      )
      await saveCancelTold(tx, organizationId, inboundId, cancelled)
    })
  return found.rows.length
}

export async function saveCancelTold(
  tx: Tx,
  organizationId: string,
  inboundId: string,
  units: number,
): Promise<void> {
  await sql`
    update inbound_shipment set cancel_told = ${units}
    where organization_id = ${organizationId} and inbound_id = ${inboundId}`.execute(tx)
}

/** Announces an inbound shipment; its id, or what the warehouse knows it by, makes that once. */
export function announceHandler(context: WorkerContext): ErrandHandler {
  const terms = warehouseTermsOf(context)
  return {
    proof: terms?.inboundNotices ?? 'by-key',
    latestEffectMs: terms?.latestEffectMs ?? 0,
    prepare: async ({ subjectId, attempts }) => {
      const { organizationId, database, operations, signal } = context
      const { warehouse } = operations
      const announce = warehouse?.announceInbound
      const shipment = await findInboundShipment(database.kysely, organizationId, subjectId)
      const isOpen = shipment?.state === 'expected' || shipment?.state === 'partly-received'
      if (warehouse === undefined || announce === undefined || shipment === undefined || !isOpen)
        return { kind: 'drop' }
      const notice = await toNotice(context, shipment)
      if ('problem' in notice)
        return refuseToTell(notice.problem, (tx) => noteRefused(context, tx, shipment, notice.problem))
      const cancelled = shipment.lines.reduce((sum, line) => sum + line.cancelled, 0)
      return {
        kind: 'ready',
        make: async () => {
          const { externalId } = await announce.call(warehouse, notice, { signal })
          return {
            externalId,
            settle: async (tx) => {
              // An earlier call may have named more: then a person is told of what was cancelled since.
              if (attempts === 0) await saveCancelTold(tx, organizationId, subjectId, cancelled)
              await closeTasks(tx, organizationId, 'inbound-refused', [subjectId], nowOf(context))
            },
          }
        },
        refused: (tx, error) => noteRefused(context, tx, shipment, error.message),
      }
    },
  }
}

async function noteRefused(
  context: WorkerContext,
  tx: Tx,
  shipment: InboundShipment,
  message: string,
): Promise<void> {
  const { organizationId, connection, uuid } = context
  const detail = `The inbound shipment ${nameOf(shipment)} was not announced to ${connection.name}: ${message} Announce it again once that is put right, or tell them yourself.`
  await openTask(
    tx,
    organizationId,
    {
      kind: 'inbound-refused',
      subject: shipment.inboundId,
      connectionId: connection.connectionId,
      sku: null,
      units: null,
      detail,
      told: {
        code: 'inbound-refused',
        facts: { inbound: nameOf(shipment), warehouse: connection.name, message },
      },
    },
    { at: nowOf(context), uuid },
  )
}

/** As people call it; its own number where it was given none. */
export function nameOf({ inboundId, reference }: Pick<InboundShipment, 'inboundId' | 'reference'>): string {
  return reference ?? inboundId.slice(-12)
}

/** The inbound shipment as its warehouse is told of it, or why it cannot be. */
async function toNotice(
  context: WorkerContext,
  shipment: InboundShipment,
): Promise<InboundNotice | { problem: string }> {
  const { organizationId, database } = context
  const skus = shipment.lines.map(({ sku }) => sku)
  const found = await sql<{ locationId: string; itemIds: Record<string, string> }>`
    select location_id, (
      select coalesce(jsonb_object_agg(sku, item_id), '{}') from item
      where item.organization_id = location.organization_id and sku = any(${sql.val(skus)}::text[])
    ) as item_ids
    from location
    where organization_id = ${organizationId} and code = ${shipment.locationCode}`.execute(database.kysely)
  const [row] = found.rows
  const wanted = shipment.lines
    .map((line) => ({ ...line, itemId: row?.itemIds[line.sku], units: outstandingOf(line) }))
    .filter(({ units }) => units > 0)
  const { locationCode } = shipment
  const told = await toNoticeLines(context, { locationId: row?.locationId, locationCode }, wanted)
  if ('problem' in told) return told
  return {
    inboundId: shipment.inboundId,
    number: nameOf(shipment),
    locationId: told.place,
    expectedAt: shipment.expectedOn === null ? undefined : new Date(`${shipment.expectedOn}T00:00:00Z`),
    carrier: undefined,
    trackingNumber: undefined,
    lines: told.lines.map(({ of: _, ...line }) => ({ ...line, lot: undefined, expiresOn: undefined })),
  }
}
