import {
  feedOfMessage,
  Malformed,
  type QueuedMessage,
  type WarehouseShipment,
  type WebhookEvent,
  type WebhookMessage,
} from '@plimsoll/connector-kit'
import { z } from 'zod'

/** What a file told, as the hub keeps it: names, numbers and quantities, and nobody's address. */
export type Told =
  | { kind: 'shipment'; shipment: WarehouseShipment }
  | { kind: 'receipt'; externalId: string }
  | { kind: 'counted' }

type Content = { name: string; told: readonly Told[]; problems: readonly string[] }

export function toMessage(receipt: string, content: Content): QueuedMessage {
  return {
    receipt,
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(content)),
  }
}

const optional = z.string().optional()
const shipmentShape = z.object({
  externalId: z.string(),
  shipmentId: optional,
  version: z.number().optional(),
  state: z.enum(['received', 'working', 'held', 'rejected', 'shipped', 'cancelled']),
  problem: z.object({ code: z.string(), message: z.string() }).optional(),
  parcels: z.array(
    z.object({
      externalId: z.string(),
      carrier: optional,
      trackingNumber: optional,
      trackingUrl: optional,
      shippedAt: z.iso.datetime().transform((at) => new Date(at)),
      lines: z.array(
        z.object({
          lineId: optional,
          sku: z.string(),
          quantity: z.number(),
          lot: optional,
          serials: z.array(z.string()),
        }),
      ),
    }),
  ),
})
const contentShape = z.object({
  name: z.string(),
  told: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('shipment'), shipment: shipmentShape }),
      z.object({ kind: z.literal('receipt'), externalId: z.string() }),
      z.object({ kind: z.literal('counted') }),
    ]),
  ),
  problems: z.array(z.string()),
})

/** What a file that was kept may have changed; what it is, the log says. */
const KEPT: readonly WebhookEvent[] = [
  { kind: 'shipment', externalId: 'files', version: undefined, shipment: undefined },
  { kind: 'receipt', externalId: 'files', version: undefined, receipt: undefined },
  { kind: 'counted' },
]

/** @throws Malformed for what could not be read, with the place in the file */
export function parseMessage(message: WebhookMessage): WebhookEvent[] {
  if (feedOfMessage(message) !== undefined) return [...KEPT]
  const { body } = message
  const text = new TextDecoder().decode(body)
  let content: z.infer<typeof contentShape>
  try {
    content = contentShape.parse(JSON.parse(text))
  } catch (error) {
    throw new Malformed('This is no message of the exchange.', text, true, { cause: error })
  }
  if (content.problems.length > 0)
    throw new Malformed(`${content.name}: ${content.problems.join('; ')}`, text)
  if (content.told.length === 0) return [{ kind: 'ignored', why: 'It is about nothing that the hub asked.' }]
  return content.told.map((each): WebhookEvent => {
    switch (each.kind) {
      case 'shipment': {
        const shipment = withEveryField(each.shipment)
        return { kind: 'shipment', externalId: shipment.externalId, version: shipment.version, shipment }
      }
      case 'receipt':
        return { kind: 'receipt', externalId: each.externalId, version: undefined, receipt: undefined }
      case 'counted':
        return { kind: 'counted' }
      default: {
        const never: never = each
        return never
      }
    }
  })
}

/** JSON leaves out what is undefined; the contract names it. */
function withEveryField(shipment: z.infer<typeof shipmentShape>): WarehouseShipment {
  const { externalId, shipmentId, version, state, problem, parcels } = shipment
  return {
    externalId,
    shipmentId,
    version,
    state,
    problem,
    parcels: parcels.map((parcel) => ({
      externalId: parcel.externalId,
      carrier: parcel.carrier,
      trackingNumber: parcel.trackingNumber,
      trackingUrl: parcel.trackingUrl,
      shippedAt: parcel.shippedAt,
      lines: parcel.lines.map(({ lineId, sku, quantity, lot, serials }) => ({
        lineId,
        sku,
        quantity,
        lot,
        serials,
      })),
    })),
  }
}
