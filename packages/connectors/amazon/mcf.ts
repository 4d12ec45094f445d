import {
  type CallOptions,
  type ConnectorContext,
  Invalid,
  isConnectorError,
  Malformed,
  type Page,
  type RequestedShipment,
  type ShipmentCancellation,
  type ShipmentRequest,
  type StreamQuery,
  type WarehouseOperations,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import type { Reading } from './levels.ts'
import { readCursor, toCursor } from './list-place.ts'
import {
  type FulfillmentOrder,
  fulfillmentOrder,
  fulfillmentOrderAnswer,
  fulfillmentOrders,
  packageTracking,
  taken,
} from './mcf-answers.ts'
import { hubIdOf, mayHaveParcels, packageToFollow, stateOf, toShipment } from './mcf-map.ts'
import { toFulfillmentOrder } from './mcf-request.ts'
import type { Credentials, Settings } from './settings.ts'

/**
 * Multi-Channel Fulfilment: Amazon sends what it keeps, for orders of other channels. An order of it goes by the id that
 * the seller gives, which is the hub's id of the shipment: there is one under it, or none.
 * Source: models/fulfillment-outbound-api-model/fulfillmentOutbound_2020-07-01.json.
 */
const PATH = '/fba/outbound/2020-07-01/fulfillmentOrders'

/** The list names an order when its status changes: one that is being picked may send parcels without that. */
const WORKED_ON_MS = 3 * 86_400_000
/** So each of those is looked at again, as often as that. */
const AGAIN_MS = 10 * 60_000
/** Calls of one page at the most: a decrease waits for no more than these. */
const LOOKS_MAX = 8
const WAIT_MS_MAX = 500
/** Remembers when so many were looked at; then begins anew. */
const REMEMBERED_MAX = 20_000

type Sending = Reading & Pick<ConnectorContext<Settings, Credentials>, 'http' | 'now'>

type Row = { sellerFulfillmentOrderId: string; [name: string]: unknown }
type ListPage = { token: string | undefined; rows: Row[]; next: string | undefined; date: Date | undefined }

export function createMultiChannel(sending: Sending): WarehouseOperations {
  const { transport, settings, now } = sending
  const lookedAt = new Map<string, number>()
  /** Those whose parcels were not all told, or could not be read, when they were looked at. */
  const unfinished = new Set<string>()
  let listed: ListPage | undefined

  const read = async (id: string, operation: string, signal: AbortSignal | undefined) => {
    const { data } = await transport.ask(
      { operation, method: 'GET', path: `${PATH}/${encodeURIComponent(id)}`, isPersonal: true, signal },
      fulfillmentOrderAnswer,
    )
    return data.payload
  }
  const find = async (id: string, operation: string, signal: AbortSignal | undefined) => {
    try {
      return await read(id, operation, signal)
    } catch (error) {
      if (isConnectorError(error) && error.kind === 'not-found') return undefined
      throw error
    }
  }
  /** Amazon's own carrier is followed on its own page alone, which is named with the package. */
  const withPages = async (shipment: WarehouseShipment, signal: AbortSignal | undefined) => {
    const parcels: WarehouseShipment['parcels'] = []
    for (const parcel of shipment.parcels) {
      const packageNumber = packageToFollow(parcel)
      if (packageNumber === undefined) {
        parcels.push(parcel)
        continue
      }
      const { data } = await transport.ask(
        {
          operation: 'tracking',
          method: 'GET',
          path: '/fba/outbound/2020-07-01/tracking',
          query: { packageNumber: String(packageNumber) },
          isPersonal: true,
          signal,
        },
        packageTracking,
      )
      const { trackingNumber, customerTrackingLink, carrierCode } = data.payload
      parcels.push({
        ...parcel,
        carrier: parcel.carrier ?? (carrierCode || undefined),
        trackingNumber: parcel.trackingNumber ?? (trackingNumber || undefined),
        trackingUrl: customerTrackingLink || undefined,
      })
    }
    return { ...shipment, parcels }
  }
  const shown = async (id: string, operation: string, signal: AbortSignal | undefined) => {
    const detail = await find(id, operation, signal)
    return detail === undefined
      ? undefined
      : await withPages(toShipment(detail.fulfillmentOrder, detail), signal)
  }

  /** The page as it was listed, while it is gone through; another process lists it again. */
  const list = async (
    { token, isBegun }: { token: string | undefined; isBegun: boolean },
    since: Date,
    signal: AbortSignal | undefined,
  ): Promise<ListPage & { isSame: boolean }> => {
    if (isBegun && listed !== undefined && listed.token === token) return { ...listed, isSame: true }
    const from = new Date(Math.max(0, since.getTime() - WORKED_ON_MS))
    const { data, date } = await transport.ask(
      {
        operation: 'shipments',
        method: 'GET',
        path: PATH,
        query: token === undefined ? { queryStartDate: from.toISOString() } : { nextToken: token },
        isPersonal: true,
        signal,
      },
      fulfillmentOrders,
    )
    const { nextToken, fulfillmentOrders: rows } = data.payload
    listed = { token, rows: rows ?? [], next: nextToken || undefined, date }
    return { ...listed, isSame: false }
  }
  const isRecent = (id: string) => now() - (lookedAt.get(id) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS
  const noteLooked = (id: string) => {
    if (lookedAt.size >= REMEMBERED_MAX) lookedAt.clear()
    lookedAt.set(id, now())
  }
  const noteFinished = (id: string, isFinished: boolean) => {
    if (isFinished) unfinished.delete(id)
    else if (unfinished.size < REMEMBERED_MAX) unfinished.add(id)
  }
  /** Whether there is something to tell of it. @throws Malformed */
  const isWanted = (order: FulfillmentOrder, since: Date) =>
    Date.parse(order.statusUpdatedDate) >= since.getTime() ||
    unfinished.has(order.sellerFulfillmentOrderId) ||
    (stateOf(order) === 'working' && !isRecent(order.sellerFulfillmentOrderId))
  const isSoon = () =>
    sending.http.budgets.readyInMs({ cost: 1, priority: 3, operation: 'shipments.one' }) <= WAIT_MS_MAX

  return {
    async requestShipment(
      request: ShipmentRequest,
      { signal }: CallOptions = {},
    ): Promise<RequestedShipment> {
      const body = toFulfillmentOrder(request, settings)
      const { shipmentId } = request
      try {
        await transport.ask(
          { operation: 'requestShipment', method: 'POST', path: PATH, body, isPersonal: true, signal },
          taken,
        )
      } catch (error) {
        if (!(error instanceof Invalid)) throw error
        // It is refused as it is, or because it is there already.
        if ((await find(shipmentId, 'requestShipment.find', signal)) === undefined) throw error
        return { externalId: shipmentId }
      }
      // The answer names nothing: that it is there is seen by reading it.
      if ((await find(shipmentId, 'requestShipment.find', signal)) === undefined)
        throw new Malformed('requestShipment: Amazon took the order and does not show it', '')
      return { externalId: shipmentId }
    },

    findShipment: (shipmentId, { signal } = {}) => shown(shipmentId, 'findShipment', signal),

    async cancelShipment({ externalId }, { signal } = {}): Promise<ShipmentCancellation> {
      let isRefused = false
      try {
        await transport.ask(
          {
            operation: 'cancelShipment',
            method: 'PUT',
            path: `${PATH}/${encodeURIComponent(externalId)}/cancel`,
            isPersonal: true,
            signal,
          },
          taken,
        )
      } catch (error) {
        if (!(error instanceof Invalid)) throw error
        isRefused = true
      }
      const detail = await read(externalId, 'cancelShipment.read', signal)
      const { state } = toShipment(detail.fulfillmentOrder, detail)
      if (state === 'cancelled') return 'cancelled'
      // What came to nothing by itself is told by its state, as is what Amazon only stops trying to send.
      return isRefused && state !== 'rejected' ? 'too-late' : 'asked'
    },

    async shipments(query: StreamQuery, { signal }: CallOptions = {}): Promise<Page<WarehouseShipment>> {
      const { since } = query
      const { token, from } = readCursor(query.cursor)
      const page = await list({ token, isBegun: from > 0 }, since, signal)
      const rows: WarehouseShipment[] = []
      const unreadable: NonNullable<Page<WarehouseShipment>['unreadable']> = []
      let looks = 0
      // Listed anew it may be another: it is gone through from its beginning.
      let at = page.isSame ? from : 0
      for (; at < page.rows.length; at += 1) {
        const row = page.rows[at]
        const id = row?.sellerFulfillmentOrderId ?? ''
        // What others made says nothing to the hub.
        if (hubIdOf(id) === undefined) continue
        const order = fulfillmentOrder.safeParse(row).data
        try {
          if (order === undefined) throw new Malformed('a row of another shape', '')
          if (!isWanted(order, since)) continue
          if (!mayHaveParcels(order)) {
            rows.push(toShipment(order, undefined))
            continue
          }
          if (looks > 0 && (looks >= LOOKS_MAX || !isSoon())) break
          looks += 1
          const found = await shown(id, 'shipments.one', signal)
          noteLooked(id)
          noteFinished(id, found?.state !== 'working' || stateOf(order) === 'working')
          if (found !== undefined) rows.push(found)
        } catch (error) {
          if (!(error instanceof Malformed)) throw error
          noteFinished(id, false)
          unreadable.push({ externalId: id, version: undefined })
        }
      }
      const isEnd = at >= page.rows.length
      const next = isEnd
        ? page.next && toCursor({ token: page.next, from: 0 })
        : toCursor({ token: page.token, from: at })
      return {
        rows,
        ...(unreadable.length > 0 && { unreadable }),
        next: next || undefined,
        platformTime: page.date,
      }
    },
  }
}
