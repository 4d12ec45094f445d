import type { Tx } from '@plimsoll/database'
import type { NewMovement, StockContext } from '@plimsoll/stock'
import { sql } from 'kysely'
import { type OrderInHand, settleOrder, takeOrderInHand } from './order-in-hand.ts'
import { afterHearing, afterLeaving, type HeardState, isOpen } from './shipment.ts'
import {
  findParcels,
  insertOrderEvents,
  insertParcel,
  type NewOrderEvent,
  type ParcelLineRow,
  type ShipmentRow,
  type StoredShipmentLine,
  saveShipment,
  saveShipmentLines,
  saveTracking,
} from './shipments.store.ts'
import type { ToldLot } from './told-lots.ts'

/** What whoever sends a shipment says of it, in base units and with its SKUs tied to items. */
export type Heard = {
  state: HeardState
  externalId: string | null
  /** Larger is newer; null: nothing is said, and what is told counts. */
  version: number | null
  problem: { code: string; message: string } | null
  /** All that have left so far. */
  parcels: HeardParcel[]
}

export type HeardParcel = {
  externalId: string
  carrier: string | null
  trackingNumber: string | null
  trackingUrl: string | null
  shippedAt: Date
  lines: {
    shipmentLineId: string | null
    itemId: string | null
    sku: string
    units: number
    lot: string | null
    serials: readonly string[]
  }[]
}

export type HearingOutcome =
  | { kind: 'unknown' }
  /** Something newer is known, or just the same. */
  | { kind: 'nothing-new' }
  | {
      kind: 'heard'
      orderId: string
      /** Of the order's channel. */
      connectionId: string
      shipment: ShipmentRow
      /** Parcels that are known since now, and known ones of which the tracking is. */
      newParcelIds: string[]
      trackedParcelIds: string[]
      movements: NewMovement[]
      itemIds: string[]
      /** Base units by SKU that left and nobody had asked for. */
      unexpected: { sku: string; units: number }[]
      /** Base units that were asked for and will not leave. */
      shortUnits: number
      /** It left though its order was cancelled, the hub had asked to cancel it, or it had been rejected. */
      isAgainstWill: boolean
      /** Others left later: once all of this is written, the same is to be heard again. */
      isMore: boolean
    }

/**
 * Applies what a warehouse (or a person at the packing table) says of a shipment: what has left leaves the ledger at its
 * location, what will not leave is given up. Told again, or told something older, it changes nothing (I3); the caller writes
 * the movements and works out what channels show.
 */
export async function hearShipment(
  tx: Tx,
  context: StockContext,
  { shipmentId, heard, actor }: { shipmentId: string; heard: Heard; actor: string },
): Promise<HearingOutcome> {
  const { organizationId } = context
  const hand = await handOf(tx, organizationId, shipmentId)
  const shipment = hand?.shipments.find((each) => each.shipmentId === shipmentId)
  if (hand === undefined || shipment === undefined) return { kind: 'unknown' }
  if (isOlder(shipment, heard)) return { kind: 'nothing-new' }

  const at = context.now()
  const own = hand.shipmentLines.filter((line) => line.shipmentId === shipmentId)
  const parcels = await findParcels(tx, organizationId, [shipmentId])
  const known = new Map(parcels.map((parcel) => [parcel.externalId, parcel]))
  // One for all: what one new parcel holds of a line is no room for the next.
  const filled = fillOf(parcels)
  const isFresh = ({ externalId }: HeardParcel) => !known.has(externalId)
  // A movement has one moment: what left later is heard of by itself.
  const { first, isMore } = firstToLeave(heard.parcels.filter(isFresh))
  const fresh = first.map((parcel) => ({
    parcel,
    parcelId: context.uuid(),
    lines: matchLines(parcel, own, filled),
  }))

  const left = leftBy([...parcels.flatMap(({ lines }) => lines), ...fresh.flatMap(({ lines }) => lines)])
  const state = isMore ? shipment.state : afterHearing(shipment.state, heard.state)
  const hasEnded = !isOpen(state)
  const after = afterLeaving(own, left, hasEnded)
  const shortUnits = after.lines.reduce(
    (sum, { givenUp }, nth) => sum + givenUp - (own[nth]?.givenUp ?? 0),
    0,
  )
  const next: ShipmentRow = {
    ...shipment,
    state,
    externalId: heard.externalId ?? shipment.externalId,
    externalVersion: heard.version ?? shipment.externalVersion,
    problemCode: heard.problem?.code ?? null,
    problem: heard.problem?.message ?? null,
    heardAt: at,
    endedAt: hasEnded ? (shipment.endedAt ?? at) : null,
  }
  const trackedParcelIds: string[] = []
  for (const told of heard.parcels) {
    const parcel = known.get(told.externalId)
    if (parcel === undefined) continue
    const { carrier, trackingNumber, trackingUrl } = told
    if (await saveTracking(tx, organizationId, { ...parcel, carrier, trackingNumber, trackingUrl }))
      trackedParcelIds.push(parcel.parcelId)
  }
  const isNew =
    fresh.length > 0 ||
    trackedParcelIds.length > 0 ||
    state !== shipment.state ||
    shortUnits > 0 ||
    next.problemCode !== shipment.problemCode ||
    next.problem !== shipment.problem ||
    next.externalId !== shipment.externalId
  await saveShipment(tx, organizationId, next)
  if (!isNew) return { kind: 'nothing-new' }

  hand.shipments = hand.shipments.map((each) => (each.shipmentId === shipmentId ? next : each))
  const lines = new Map(withShipment(after.lines, shipmentId).map((line) => [line.shipmentLineId, line]))
  hand.shipmentLines = hand.shipmentLines.map((line) => lines.get(line.shipmentLineId) ?? line)
  const effectiveAt = first[0]?.shippedAt ?? at
  const settled = await settleOrder(tx, context, hand, {
    base: {
      commandKey:
        `shipment:${shipmentId}:${fresh.map(({ parcel }) => parcel.externalId).join(',')}:${state}`.slice(
          0,
          300,
        ),
      reason: null,
      actor,
      // A clock ahead of ours makes nothing true that is still to come.
      effectiveAt: new Date(Math.min(effectiveAt.getTime(), at.getTime())),
    },
    ...(fresh.length > 0 && {
      leaving: {
        locationId: shipment.locationId,
        told: await toToldLots(
          tx,
          organizationId,
          fresh.flatMap(({ lines }) => lines),
          { locationId: shipment.locationId, own },
        ),
      },
    }),
  })
  for (const { parcel, parcelId, lines } of fresh)
    await insertParcel(
      tx,
      organizationId,
      {
        ...parcel,
        parcelId,
        shipmentId,
        lines: lines.map((line, nth) => ({ ...line, parcelId, lineNo: nth + 1 })),
      },
      at,
    )
  await saveShipmentLines(
    tx,
    organizationId,
    hand.shipmentLines.filter((line) => line.shipmentId === shipmentId),
  )
  await insertOrderEvents(tx, context, toEvents(hand, next, { from: shipment, fresh, shortUnits, actor, at }))
  const unexpected = fresh
    .flatMap(({ lines }) => lines)
    .filter(({ shipmentLineId }) => shipmentLineId === null)
    .map(({ sku, units }) => ({ sku, units }))
  // What was rejected is sent from elsewhere.
  const wasUnwanted =
    shipment.cancelReason !== null || shipment.state === 'rejected' || hand.order.state === 'cancelled'
  return {
    kind: 'heard',
    orderId: hand.order.orderId,
    connectionId: hand.connectionId,
    shipment: next,
    newParcelIds: fresh.map(({ parcelId }) => parcelId),
    trackedParcelIds,
    ...settled,
    unexpected,
    shortUnits,
    isAgainstWill: wasUnwanted && fresh.length > 0,
    isMore,
  }
}

/** Parcels that left at the same moment, the earliest that there is; and whether others left later. */
function firstToLeave(parcels: readonly HeardParcel[]): { first: HeardParcel[]; isMore: boolean } {
  const earliest = Math.min(...parcels.map(({ shippedAt }) => shippedAt.getTime()))
  const first = parcels.filter(({ shippedAt }) => shippedAt.getTime() === earliest)
  return { first, isMore: first.length < parcels.length }
}

async function handOf(tx: Tx, organizationId: string, shipmentId: string): Promise<OrderInHand | undefined> {
  const found = await sql<{ orderId: string }>`
    select order_id from shipment
    where organization_id = ${organizationId} and shipment_id = ${shipmentId}`.execute(tx)
  const [row] = found.rows
  return row === undefined ? undefined : await takeOrderInHand(tx, organizationId, row.orderId)
}

function isOlder(shipment: ShipmentRow, heard: Heard): boolean {
  return (
    heard.version !== null && shipment.externalVersion !== null && heard.version < shipment.externalVersion
  )
}

type Line = Omit<ParcelLineRow, 'parcelId' | 'lineNo'>

/** Base units in parcels already, by shipment line. */
function fillOf(parcels: readonly { lines: readonly Line[] }[]): Map<string, number> {
  return leftBy(parcels.flatMap(({ lines }) => lines))
}

function leftBy(lines: readonly Line[]): Map<string, number> {
  const left = new Map<string, number>()
  for (const { shipmentLineId, units } of lines)
    if (shipmentLineId !== null) left.set(shipmentLineId, (left.get(shipmentLineId) ?? 0) + units)
  return left
}

/**
 * Which lines of the shipment the units in a parcel are. Named ones are taken by their names as far as they were asked for; others
 * by their item. What nobody asked for has no line.
 * @param filled what other parcels hold of each line; grows
 */
export function matchLines(
  parcel: Pick<HeardParcel, 'lines'>,
  own: readonly StoredShipmentLine[],
  filled: Map<string, number>,
): Line[] {
  return parcel.lines.flatMap((told) => {
    const { sku, itemId, lot } = told
    let left = told.units
    // Numbers go with as many units of each line.
    const serialsOf = (units: number) => {
      const from = told.units - left
      return told.serials.slice(from, from + units)
    }
    const lines: Line[] = []
    const byName = own.filter((line) => line.shipmentLineId === told.shipmentLineId)
    const byItem = own.filter((line) => line.itemId === itemId && line.shipmentLineId !== told.shipmentLineId)
    for (const line of [...byName, ...byItem]) {
      const room = line.units - (filled.get(line.shipmentLineId) ?? 0)
      const units = Math.min(left, Math.max(0, room))
      if (units === 0) continue
      const serials = serialsOf(units)
      left -= units
      filled.set(line.shipmentLineId, (filled.get(line.shipmentLineId) ?? 0) + units)
      lines.push({
        shipmentLineId: line.shipmentLineId,
        itemId: line.itemId,
        sku,
        units,
        lot,
        serials,
      })
    }
    if (left > 0)
      lines.push({
        shipmentLineId: null,
        itemId,
        sku,
        units: left,
        lot,
        serials: serialsOf(left),
      })
    return lines
  })
}

/** Lots that were told by code, as the hub knows them. */
async function toToldLots(
  tx: Tx,
  organizationId: string,
  lines: readonly Line[],
  { locationId, own }: { locationId: string; own: readonly StoredShipmentLine[] },
): Promise<ToldLot[]> {
  const told = lines.flatMap(({ lot, units, shipmentLineId }) => {
    const line = own.find((each) => each.shipmentLineId === shipmentLineId)
    return lot === null || line === undefined
      ? []
      : [{ lot, units, lineId: line.lineId, itemId: line.itemId }]
  })
  if (told.length === 0) return []
  const found = await sql<{ itemId: string; lotId: string; code: string }>`
    select item_id, lot_id, code from lot
    where organization_id = ${organizationId} and item_id = any(${sql.val(told.map(({ itemId }) => itemId))}::uuid[])
      and code = any(${sql.val(told.map(({ lot }) => lot))}::text[])
    order by item_id, code`.execute(tx)
  return told.flatMap(({ itemId, lot, units, lineId }) => {
    const known = found.rows.find((row) => row.itemId === itemId && row.code === lot)
    return known === undefined ? [] : [{ lineId, itemId, locationId, lotId: known.lotId, units }]
  })
}

function withShipment(
  lines: readonly Omit<StoredShipmentLine, 'shipmentId'>[],
  shipmentId: string,
): StoredShipmentLine[] {
  return lines.map((line) => ({ ...line, shipmentId }))
}

function toEvents(
  { order }: OrderInHand,
  shipment: ShipmentRow,
  {
    from,
    fresh,
    shortUnits,
    actor,
    at,
  }: {
    from: ShipmentRow
    fresh: readonly { parcel: HeardParcel }[]
    shortUnits: number
    actor: string
    at: Date
  },
): NewOrderEvent[] {
  const event = (kind: string, when: Date, detail: Record<string, unknown>): NewOrderEvent => ({
    orderId: order.orderId,
    at: when,
    kind,
    shipmentId: shipment.shipmentId,
    actor,
    detail: { shipment: shipment.number, ...detail },
  })
  const { problemCode: code, problem: message } = shipment
  return [
    ...fresh.map(({ parcel }) =>
      event('parcel-left', parcel.shippedAt, {
        carrier: parcel.carrier,
        trackingNumber: parcel.trackingNumber,
        units: parcel.lines.reduce((sum, { units }) => sum + units, 0),
      }),
    ),
    ...(shipment.state === from.state && message === from.problem
      ? []
      : [event(`shipment-${shipment.state}`, at, { ...(code !== null && { code, message }), shortUnits })]),
  ]
}
