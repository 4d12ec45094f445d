import {
  type FloorInbound,
  type FloorRequest,
  openUnits,
  type WarehouseFloor,
} from '@plimsoll/connector-kit/simulator'
import { stampOf } from './answers.ts'
import type { Row } from './query-language.ts'

/** What Warehouse Management shows of the floor. */

export function itemRows(floor: WarehouseFloor): Row[] {
  return floor.items().map(({ sku, title, barcode }) => ({
    ItemId: sku,
    Description: title,
    ShortDescription: title,
    PrimaryBarCode: barcode ?? null,
    ItemPackage: [
      { UomId: 'UNIT', Quantity: 1, Standard: true },
      { UomId: 'CASE', Quantity: 12, Standard: true },
    ],
    PK: 1,
  }))
}

export function facilityRows(floor: WarehouseFloor): Row[] {
  return floor.facilities.map(({ id, name }) => ({
    FacilityId: id,
    FacilityName: name,
    Description: name,
    IsActive: true,
    FacilityAddress: { City: 'Springfield', State: 'IL', Country: 'US' },
  }))
}

/** A facility is set up for what has ever lain there. */
export function itemFacilityRows(floor: WarehouseFloor, facilityId: string): Row[] {
  const kept = new Set(floor.shelf({ facilityId }).map(({ sku }) => sku))
  return [...kept].map((sku) => ({ ItemId: sku, FacilityId: facilityId }))
}

const DAMAGED = 'DMG'

/** Containers with something in them: two of what may be sold, another of what is damaged; empty ones are gone. */
export function inventoryRows(floor: WarehouseFloor, facilityId: string): Row[] {
  const allocatedLeft = allocatedUnits(floor, facilityId)
  return floor.shelf({ facilityId }).flatMap(({ sku, lot, expiresOn, sellable, damaged }, at) => {
    const half = Math.floor(sellable / 2)
    const parts = [
      { units: sellable - half, container: containerOf(facilityId, at, 1) },
      { units: half, container: containerOf(facilityId, at, 2) },
      { units: damaged, container: containerOf(facilityId, at, 3) },
    ]
    return parts
      .filter(({ units }) => units > 0)
      .map(({ units, container }, part) => {
        const left = allocatedLeft.get(sku) ?? 0
        const allocated = container.endsWith('3') ? 0 : Math.min(left, units)
        allocatedLeft.set(sku, left - allocated)
        return {
          InventoryId: `INV-${container}`,
          ItemId: sku,
          // Amounts come as numbers and as text.
          OnHand: part === 0 ? units : units.toFixed(4),
          Allocated: allocated,
          InventoryContainerId: container,
          InventoryContainerTypeId: 'ILPN',
          BatchNumber: lot ?? null,
          ExpiryDate: expiresOn ?? null,
        }
      })
  })
}

function containerOf(facilityId: string, at: number, part: number): string {
  return `${facilityId}-${String(at + 1).padStart(6, '0')}-${part}`
}

function allocatedUnits(floor: WarehouseFloor, facilityId: string): Map<string, number> {
  const units = new Map<string, number>()
  for (const request of floor.requests.all()) {
    if (request.state !== 'working' || request.facilityId !== facilityId) continue
    for (const line of request.lines) units.set(line.sku, (units.get(line.sku) ?? 0) + openUnits(line))
  }
  return units
}

export function conditionRows(floor: WarehouseFloor, facilityId: string): Row[] {
  const shelves = floor
    .shelf({ facilityId })
    .flatMap(({ damaged }, at) => (damaged > 0 ? [containerOf(facilityId, at, 3)] : []))
  const received = floor.intake
    .inbounds()
    .filter((inbound) => inbound.facilityId === facilityId)
    .flatMap((inbound) =>
      inbound.received.filter(({ condition }) => condition === 'damaged').map(({ id }) => lpnOf(inbound, id)),
    )
  return [...shelves, ...received].map((container) => ({
    InventoryContainerId: container,
    InventoryContainerTypeId: 'ILPN',
    ConditionCode: DAMAGED,
  }))
}

export function orderRows(floor: WarehouseFloor, facilityId: string): Row[] {
  return floor.requests
    .all()
    .filter((request) => request.facilityId === facilityId)
    .map(toOrderJson)
}

function toOrderJson(request: FloorRequest): Row {
  const [least, most] = statusesOf(request)
  const [address1 = '', address2, address3] = request.recipient.addressLines
  return {
    OriginalOrderId: request.reference,
    OrderType: request.details.orderType ?? 'B2C',
    OriginFacilityId: request.facilityId,
    MinimumStatus: least,
    MaximumStatus: most,
    Cancelled: request.state === 'cancelled' || request.state === 'rejected',
    OnHold: request.state === 'held',
    OrderHold: request.state === 'held' ? [{ HoldTypeId: request.problem?.code ?? null }] : [],
    CreatedTimestamp: stampOf(request.receivedAtMs),
    UpdatedTimestamp: stampOf(request.changedAtMs),
    DestinationAddress: {
      FirstName: request.recipient.name,
      Address1: address1,
      Address2: address2 ?? null,
      Address3: address3 ?? null,
      City: request.recipient.city,
      PostalCode: request.recipient.postalCode ?? null,
      Country: request.recipient.country,
      Email: request.recipient.email ?? null,
    },
    OriginalOrderLine: request.lines.map(({ id, reference, sku, quantity, lot }) => ({
      OriginalOrderLineId: reference ?? String(id),
      ItemId: sku,
      OrderedQuantity: quantity,
      QuantityUomId: 'UNIT',
      BatchNumber: lot ?? null,
    })),
  }
}

/** The least and the most of its lines. */
function statusesOf({ state, isPicked, parcels, heldFrom }: FloorRequest): [string, string] {
  switch (state) {
    case 'shipped':
      return ['8000', '8000']
    case 'cancelled':
    case 'rejected':
      return ['9000', '9000']
    default: {
      const from = state === 'held' ? heldFrom : state
      const least = from === 'received' ? '1000' : isPicked ? '7000' : '2090'
      return [least, parcels.length > 0 ? '8000' : least]
    }
  }
}

/** One for each parcel; and one that is packed and has not left, while somebody works on the rest. */
export function olpnRows(floor: WarehouseFloor, facilityId: string): Row[] {
  return floor.requests
    .all()
    .filter((request) => request.facilityId === facilityId)
    .flatMap((request) => {
      const sent = request.parcels.map(({ id, carrier, trackingNumber, shippedAtMs, lines }) => ({
        ...olpnOf(request, id),
        Status: '8000',
        CarrierId: carrier,
        TrackingNumber: trackingNumber,
        ShippedDateTime: stampOf(shippedAtMs),
        UpdatedTimestamp: stampOf(shippedAtMs),
        OlpnDetail: lines.map(({ lineId, reference, sku, quantity, lot, serials }, at) => ({
          OlpnDetailId: String(at + 1),
          ItemId: sku,
          InitialQuantity: quantity,
          PackedQuantity: quantity,
          QuantityUomId: 'UNIT',
          BatchNumber: lot ?? null,
          OriginalOrderId: request.reference,
          OriginalOrderLineId: reference ?? String(lineId),
          OlpnSerialNumber: serials.map((serial) => ({ SerialNumber: serial })),
        })),
      }))
      const open = request.lines.filter((line) => openUnits(line) > 0)
      if (request.state !== 'working' || !request.isPicked || open.length === 0) return sent
      return [
        ...sent,
        {
          ...olpnOf(request, request.parcels.length + 1),
          Status: '7200',
          CarrierId: null,
          TrackingNumber: null,
          ShippedDateTime: null,
          UpdatedTimestamp: stampOf(request.changedAtMs),
          OlpnDetail: open.map((line) => ({
            ItemId: line.sku,
            InitialQuantity: openUnits(line),
            QuantityUomId: 'UNIT',
            OriginalOrderId: request.reference,
            OriginalOrderLineId: line.reference ?? String(line.id),
          })),
        },
      ]
    })
}

function olpnOf(request: FloorRequest, number: number): Row {
  const olpnId = `${String(request.id).padStart(12, '0')}${String(number).padStart(4, '0')}`
  return { OlpnId: olpnId, OrderId: request.reference, FacilityId: request.facilityId }
}

export function asnRows(floor: WarehouseFloor, facilityId: string): Row[] {
  return floor.intake
    .inbounds()
    .filter((inbound) => inbound.facilityId === facilityId)
    .map((inbound) => ({
      AsnId: inbound.reference ?? `ASN${inbound.id}`,
      AsnLevelId: 'ITEM',
      AsnOriginTypeId: 'P',
      AsnStatus: { announced: '1000', arriving: '3000', closed: '8000', cancelled: '9000' }[inbound.state],
      Canceled: inbound.state === 'cancelled',
      DestinationFacilityId: facilityId,
      UpdatedTimestamp: stampOf(inbound.changedAtMs),
      AsnLine: asnLines(inbound),
      Lpn: inbound.received.map(({ id, sku, quantity, lot, expiresOn, receivedAtMs }) => ({
        LpnId: lpnOf(inbound, id),
        LpnStatus: '4000',
        ReceivedDateTime: stampOf(receivedAtMs),
        LpnDetail: [
          {
            LpnDetailId: '1',
            ItemId: sku,
            ReceivedQuantity: quantity,
            QuantityUomId: 'UNIT',
            BatchNumber: lot ?? null,
            ExpiryDate: expiresOn ?? null,
          },
        ],
      })),
    }))
}

function lpnOf(inbound: FloorInbound, id: number): string {
  return `LPN${inbound.id}${String(id).padStart(4, '0')}`
}

/** Of each item the first line says what came of it; what was not announced has a line of its own. */
function asnLines({ lines, received }: FloorInbound): Row[] {
  const came = new Map<string, number>()
  for (const { sku, quantity } of received) came.set(sku, (came.get(sku) ?? 0) + quantity)
  const rows = lines.map(({ id, reference, sku, quantity, lot, expiresOn }) => {
    const units = came.get(sku) ?? 0
    came.delete(sku)
    return {
      AsnLineId: reference ?? String(id),
      ItemId: sku,
      ShippedQuantity: quantity,
      ReceivedQuantity: units,
      QuantityUomId: 'UNIT',
      BatchNumber: lot ?? null,
      ExpiryDate: expiresOn ?? null,
    }
  })
  const strangers = [...came].map(([sku, units]) => ({
    AsnLineId: `added-${sku}`,
    ItemId: sku,
    ShippedQuantity: 0,
    ReceivedQuantity: units,
    QuantityUomId: 'UNIT',
  }))
  return [...rows, ...strangers]
}
