import { z } from 'zod'
import type { ExternalCount, ExternalListing } from '../../canonical.ts'
import { Malformed } from '../../errors.ts'
import type {
  WarehouseReceipt,
  WarehouseReturn,
  WarehouseShipment,
  WarehouseShipmentState,
} from '../../warehouse/shapes.ts'

/** The Depot's shapes and what they mean. Pure. */
const units = z.int().min(0)
const text = z.string().nullish()
export const page = <Row>(row: z.ZodType<Row>) =>
  z.object({ rows: z.array(row), next: z.number().nullable() })
export const item = z.object({ stockUnitId: z.string(), sku: z.string(), title: z.string(), barcode: text })
export const count = z.object({
  stockUnitId: z.string(),
  facilityId: z.string(),
  onHand: units,
  sellable: units,
  damaged: units,
  committed: units,
  incoming: units,
  lots: z.array(z.object({ lot: text, expiresOn: text, sellable: units, damaged: units })),
})
const parcel = z.object({
  id: z.int(),
  carrier: z.string(),
  trackingNumber: z.string(),
  trackingUrl: z.string(),
  shippedAtMs: z.number(),
  lines: z.array(
    z.object({
      reference: text,
      sku: z.string(),
      quantity: z.int().min(1),
      lot: text,
      serials: z.array(z.string()),
    }),
  ),
})
export const request = z.object({
  id: z.string(),
  reference: z.string(),
  state: z.string(),
  problem: z.object({ code: z.string(), message: z.string() }).nullable(),
  parcels: z.array(parcel),
  version: z.int(),
})
const numbered = z.object({ id: z.int().transform(String), changedAtMs: z.int() })
const arrived = z.object({
  id: z.int(),
  sku: z.string(),
  quantity: z.int(),
  lot: text,
  expiresOn: text,
  serials: z.array(z.string()),
  receivedAtMs: z.number(),
})
export const inbound = numbered
  .extend({
    reference: text,
    facilityId: z.string(),
    state: z.string(),
    received: z.array(arrived.extend({ condition: z.enum(['sellable', 'damaged']) })),
  })
  .transform(({ changedAtMs, ...rest }) => ({ ...rest, version: changedAtMs }))
export const returned = numbered
  .extend({
    returnId: z.string().nullable(),
    number: z.string(),
    shipment: z.string().nullable(),
    facilityId: z.string(),
    isComplete: z.boolean(),
    lines: z.array(arrived.extend({ condition: z.enum(['sellable', 'damaged', 'disposed', 'waiting']) })),
  })
  .transform(({ changedAtMs, ...rest }) => ({ ...rest, version: changedAtMs }))

export function toListing({ stockUnitId, sku, title, barcode }: z.infer<typeof item>): ExternalListing {
  return {
    externalId: stockUnitId,
    sku,
    barcode: barcode ?? undefined,
    title,
    stockUnitId,
    tracked: true,
    fulfilledBy: 'platform',
    sellsBeyondZero: false,
    state: 'active',
  }
}

export function toCount(raw: z.infer<typeof count>): ExternalCount {
  const lots = raw.lots.flatMap(({ lot, expiresOn, sellable, damaged }) =>
    lot == null
      ? []
      : [{ code: lot, expiresOn: expiresOn ?? undefined, onHand: sellable + damaged, held: damaged }],
  )
  return {
    stockUnitId: raw.stockUnitId,
    locationId: raw.facilityId,
    available: Math.max(0, raw.sellable - raw.committed),
    held: raw.damaged,
    incoming: raw.incoming,
    countedAt: undefined,
    onHand: raw.onHand,
    ...(lots.length > 0 && { lots }),
  }
}

const states: ReadonlySet<string> = new Set<WarehouseShipmentState>([
  'received',
  'working',
  'held',
  'rejected',
  'shipped',
  'cancelled',
])
const isState = (state: string): state is WarehouseShipmentState => states.has(state)

export function toShipment({
  id,
  reference,
  state,
  problem,
  parcels,
  version,
}: z.infer<typeof request>): WarehouseShipment {
  if (!isState(state)) throw new Malformed(`request ${id} has the unknown state "${state}"`, state)
  return {
    externalId: id,
    shipmentId: reference,
    version,
    state,
    problem: problem ?? undefined,
    parcels: parcels.map((one) => ({
      externalId: `${id}-${one.id}`,
      carrier: one.carrier,
      trackingNumber: one.trackingNumber,
      trackingUrl: one.trackingUrl,
      shippedAt: new Date(one.shippedAtMs),
      lines: one.lines.map((line) => ({
        lineId: line.reference ?? undefined,
        sku: line.sku,
        quantity: line.quantity,
        lot: line.lot ?? undefined,
        serials: line.serials,
      })),
    })),
  }
}

function toArrived(raw: z.infer<typeof arrived>) {
  return {
    externalId: String(raw.id),
    sku: raw.sku,
    quantity: raw.quantity,
    lot: raw.lot ?? undefined,
    expiresOn: raw.expiresOn ?? undefined,
    serials: raw.serials,
    receivedAt: new Date(raw.receivedAtMs),
  }
}

export function toReceipt(raw: z.infer<typeof inbound>): WarehouseReceipt {
  return {
    externalId: raw.id,
    inboundId: raw.reference ?? undefined,
    version: raw.version,
    locationId: raw.facilityId,
    isComplete: raw.state === 'closed',
    lines: raw.received.map((line) => ({ ...toArrived(line), condition: line.condition })),
  }
}

export function toReturn(raw: z.infer<typeof returned>): WarehouseReturn {
  return {
    externalId: raw.id,
    returnId: raw.returnId ?? undefined,
    number: raw.number,
    shipmentId: raw.shipment ?? undefined,
    version: raw.version,
    locationId: raw.facilityId,
    isComplete: raw.isComplete,
    lines: raw.lines.map((line) => ({ ...toArrived(line), condition: line.condition })),
  }
}
