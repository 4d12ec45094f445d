import type { Parcel, WarehouseShipment, WarehouseShipmentState } from '@plimsoll/connector-kit'
import type { MappedRow } from './rows.ts'
import type { SaidRow } from './said-rows.ts'

/**
 * Shipments as all files together tell them, those of one shipment put together: each with the position of the file that
 * last said something new of it. Pure.
 */
export function toShipments(
  said: readonly SaidRow<'shipments'>[],
  states: Readonly<Record<string, WarehouseShipmentState>>,
): { shipment: WarehouseShipment; position: number }[] {
  const byId = new Map<string, SaidRow<'shipments'>[]>()
  for (const each of said) byId.set(each.row.shipmentId, [...(byId.get(each.row.shipmentId) ?? []), each])
  return [...byId].map(([shipmentId, rows]) => {
    const position = Math.max(...rows.map((each) => each.position))
    const parcels = toParcels(shipmentId, rows)
    const told = rows.findLast(({ row }) => row.state !== undefined)?.row.state
    const about = rows.findLast(({ row }) => row.problem !== undefined || row.problemCode !== undefined)?.row
    const externalId = rows.findLast(({ row }) => row.externalId !== undefined)?.row.externalId
    return {
      position,
      shipment: {
        externalId: externalId ?? shipmentId,
        shipmentId,
        version: position,
        state: stateOf(told, states, parcels),
        problem:
          about === undefined
            ? undefined
            : { code: about.problemCode ?? 'told', message: about.problem ?? about.problemCode ?? '' },
        parcels,
      },
    }
  })
}

/** What cannot be, whatever the file says: something left, so it is neither rejected nor cancelled as a whole. */
function stateOf(
  told: string | undefined,
  states: Readonly<Record<string, WarehouseShipmentState>>,
  parcels: readonly Parcel[],
): WarehouseShipmentState {
  const state = told === undefined ? undefined : (knownState(told, states) ?? undefined)
  if (state === undefined) return parcels.length > 0 ? 'shipped' : 'received'
  if (parcels.length > 0 && (state === 'rejected' || state === 'cancelled')) return 'shipped'
  return state
}

const CANONICAL = ['received', 'working', 'held', 'rejected', 'shipped', 'cancelled'] as const

/** Undefined: a word that nobody has explained; its row is parked. */
export function knownState(
  told: string,
  states: Readonly<Record<string, WarehouseShipmentState>>,
): WarehouseShipmentState | undefined {
  if (Object.hasOwn(states, told)) return states[told]
  return Object.keys(states).length === 0
    ? CANONICAL.find((state) => state === told.toLowerCase())
    : undefined
}

/** A box is known by its own number, else by its tracking number, else by the file that tells of it. */
function toParcels(shipmentId: string, rows: readonly SaidRow<'shipments'>[]): Parcel[] {
  const byId = new Map<string, SaidRow<'shipments'>[]>()
  for (const each of rows) {
    const { row, file } = each
    if (row.sku === undefined || row.quantity === undefined || row.quantity === 0) continue
    const id = row.parcel ?? row.trackingNumber ?? `${shipmentId} ${file.digest.slice(0, 12)}`
    byId.set(id, [...(byId.get(id) ?? []), each])
  }
  return [...byId].map(([externalId, those]) => {
    const find = <Key extends keyof MappedRow<'shipments'>>(key: Key) =>
      those.find(({ row }) => row[key] !== undefined)?.row[key]
    const shippedAt = find('shippedAt')
    const cameAt = those.map(({ file }) => (file.saidAt ?? file.keptAt).getTime())
    return {
      externalId,
      carrier: find('carrier'),
      trackingNumber: find('trackingNumber'),
      trackingUrl: find('trackingUrl'),
      shippedAt: shippedAt ?? new Date(Math.min(...cameAt)),
      lines: toLines(those),
    }
  })
}

function toLines(rows: readonly SaidRow<'shipments'>[]): Parcel['lines'] {
  const byKey = new Map<string, Parcel['lines'][number]>()
  for (const { row } of rows) {
    const { lineId, sku = '', quantity = 0, lot, serials } = row
    const key = JSON.stringify([lineId, sku, lot])
    const known = byKey.get(key)
    byKey.set(key, {
      ...{ lineId, sku, lot },
      quantity: (known?.quantity ?? 0) + quantity,
      serials: [...new Set([...(known?.serials ?? []), ...serials])],
    })
  }
  return [...byKey.values()]
}
