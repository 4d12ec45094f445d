import type { Page, WebhookEvent } from '../canonical.ts'
import type { CallOptions } from '../contract.ts'
import type {
  InboundNotice,
  RequestedShipment,
  ReturnNotice,
  ReturnWithdrawal,
  ShipmentCancellation,
  ShipmentRequest,
  WarehouseReceipt,
  WarehouseReturn,
  WarehouseShipment,
  WithdrawnNotice,
} from './shapes.ts'

/**
 * What a warehouse does beside counting (`counts`) and naming its stock units (`listings`). Like all operations: async,
 * cancellable, free of retries and sleeps. What a capability does not declare is absent.
 */
export type WarehouseOperations = {
  /**
   * Asks for a shipment. Asked again under the same `shipmentId` it answers the same and ships once, where the manifest
   * declares `requests: 'by-key'`. Throws Invalid where the warehouse refuses it as it is.
   */
  requestShipment(request: ShipmentRequest, options?: CallOptions): Promise<RequestedShipment>
  /**
   * The shipment that was asked for under this id, as it is now; undefined: the warehouse has none. With
   * `requests: 'by-read-back'` an answer that was lost is looked for by this before anything is asked again.
   */
  findShipment(shipmentId: string, options?: FindOptions): Promise<WarehouseShipment | undefined>
  /** Cancelling what is cancelled is `cancelled`, what has left is `too-late`. NotFound where it has none. */
  cancelShipment?(
    shipment: { shipmentId: string; externalId: string },
    options?: CallOptions,
  ): Promise<ShipmentCancellation>
  /** Shipments that changed at or after `since`, oldest change first, in every state. */
  shipments?(query: StreamQuery, options?: CallOptions): Promise<Page<WarehouseShipment>>
  /** Announces goods; told again under the same id it changes nothing. */
  announceInbound?(notice: InboundNotice, options?: CallOptions): Promise<{ externalId: string }>
  /** Deliveries of which something was taken in, or that were closed, at or after `since`. */
  receipts?(query: StreamQuery, options?: CallOptions): Promise<Page<WarehouseReceipt>>
  /**
   * Tells of a return before its parcel comes; told again under the same id it changes nothing. Throws Invalid where the
   * warehouse refuses it. Declared by `returnNotices`; absent where settings switch it off.
   */
  announceReturn?(notice: ReturnNotice, options?: CallOptions): Promise<{ externalId: string }>
  /** Takes that back; what was taken back before is `withdrawn`. */
  withdrawReturn?(notice: WithdrawnNotice, options?: CallOptions): Promise<ReturnWithdrawal>
  /** Returns that changed at or after `since`. */
  returns?(query: StreamQuery, options?: CallOptions): Promise<Page<WarehouseReturn>>
}

/**
 * `asked`: the lines as `requestShipment` was given them, in their order, for a warehouse whose answers name a line by its
 * number alone. Whoever wants to know what left hands them over.
 */
export type FindOptions = CallOptions & {
  asked?: readonly Pick<ShipmentRequest['lines'][number], 'lineId' | 'sku'>[]
}

export type StreamQuery = { since: Date; cursor: string | undefined }

/** What a warehouse can do, and what its numbers mean. The hub goes by nothing else. */
export type WarehouseTerms = {
  /**
   * How a request that was not answered is made sure of. It is looked for, and asked again where it is not there: under its
   * key as soon as the call has ended; by reading back only once it can act no more (`latestEffectMs`).
   */
  requests: 'by-key' | 'by-read-back'
  /** Until how long after sending a request may still take effect. */
  latestEffectMs: number
  /** How late its lists may show a change. */
  visibilityLagMs: number
  /** Up to when a shipment can be cancelled: never, until it is being worked on, or until it has left. */
  cancel: false | 'until-working' | 'until-shipped'
  /**
   * When what it counts falls by what ships. `shipped`: as it leaves; `requested`: already when it takes the request, so
   * that what is asked for and has not left is no more in it. Where its counts name no `onHand`, the hub adds that itself.
   */
  deducts: 'shipped' | 'requested'
  /**
   * With `requested`: how late a count may show that a request was taken. So long the hub takes what was counted for true
   * either way. Absent: at once.
   */
  deductsWithinMs?: number
  /** How far the moment of a count may be off the moments of its shipments; absent: two seconds. */
  countErrorMs?: number
  /** Lists that it has, read from a cursor. Empty: it tells everything by itself (webhook, file). */
  follows: readonly ('shipments' | 'receipts' | 'returns')[]
  /**
   * Of these, lists that tell of units long after they came, or of no day: its counts have them whether or not they were
   * read. What such a list tells is booked on documents and orders; how much lies there is what the counts say, which do
   * not wait for it. Absent: none; counts wait until what is followed was read up to them.
   */
  byCountsAlone?: readonly ('receipts' | 'returns')[]
  /**
   * Where no list tells what became of shipments by the hub's ids: each that is open is looked for so often. Absent: it tells
   * by itself, or by `shipments`.
   */
  asksEachMs?: number
  /**
   * How it is made sure of a return that was told and not answered, as with `requests`: told again under its key as soon as
   * the call has ended; or, looked for by `announceReturn` itself, only once the first can act no more. Absent: the warehouse
   * takes no word of returns.
   */
  returnNotices?: 'by-key' | 'by-read-back'
  /** The same of goods that were announced (`announceInbound`). Absent: under their key. */
  inboundNotices?: 'by-key' | 'by-read-back'
  lots: boolean
  serials: boolean
  /** Lines in one request at the most: a shipment of more is sent from elsewhere, or a person is asked. */
  linesMax: number
  /** Units in one request at the most, all lines together; absent: as many as there are. */
  unitsMax?: number
  /** It must be asked again when so long nothing was heard of a request. */
  stuckAfterMs: number
  facts: readonly { fact: string; source: string; verified: boolean }[]
}

/** What a warehouse tells by webhook, queue or file. With the whole thing, or as a hint to read it. */
export type WarehouseEvent = Extract<WebhookEvent, { kind: 'shipment' | 'receipt' | 'return' | 'counted' }>
