import {
  type FindOptions,
  Invalid,
  isConnectorError,
  Malformed,
  type ShipmentCancellation,
  type WarehouseOperations,
} from '@plimsoll/connector-kit'
import type { Options, WalmartApi } from './api.ts'
import { type FulfilmentOrder, fulfilmentOrder, type taken } from './mcs-answers.ts'
import { openUnitsOf, sellerOrderIdOf, toShipment } from './mcs-map.ts'
import { channelOf, HEADER, toFulfilment } from './mcs-request.ts'
import { fromError } from './refusals.ts'
import type { Settings } from './settings.ts'

/**
 * Multichannel Solutions: Walmart sends what it keeps, for orders of other channels. Whether an order's number may be used
 * twice is nowhere said, so an answer that was lost is made sure of by looking for it. There is no list by changes.
 */
export function createMultichannel(api: WalmartApi, settings: Settings): WarehouseOperations {
  const find = async (
    sellerOrderId: string,
    operation: string,
    options: Options,
  ): Promise<FulfilmentOrder | undefined> => {
    const query = { orderNumber: sellerOrderId, orderChannelId: channelOf(settings) }
    try {
      const { data } = await api.fulfilment(operation, query, options)
      const rows = data.payload ?? []
      const [row] = rows
      if (row === undefined) return undefined
      const read = fulfilmentOrder.safeParse(row)
      if (!read.success) throw new Malformed(`${operation}: Walmart answered an order of another shape`, '')
      return read.data.sellerOrderId === sellerOrderId ? read.data : undefined
    } catch (error) {
      if (isConnectorError(error) && error.kind === 'not-found') return undefined
      throw error
    }
  }

  return {
    async requestShipment(request, { signal } = {}) {
      const body = toFulfilment(request, settings)
      const externalId = sellerOrderIdOf(request.shipmentId)
      const { data, detail } = await api.createFulfilment(body, { signal })
      assertTaken(data, { operation: 'requestShipment', detail })
      return { externalId }
    },

    async findShipment(shipmentId, { signal, asked }: FindOptions = {}) {
      const order = await find(sellerOrderIdOf(shipmentId), 'findShipment', { signal })
      return order === undefined ? undefined : toShipment(order, { shipmentId, asked })
    },

    async cancelShipment({ externalId }, { signal } = {}): Promise<ShipmentCancellation> {
      const order = await find(externalId, 'cancelShipment.find', { signal })
      // Asked of it all the same, Walmart says in its own words that there is none.
      const open = order === undefined ? [1] : openUnitsOf(order)
      const orderItems = open.flatMap((units, at) =>
        units === 0
          ? []
          : [{ sellerLineId: String(at + 1), qty: { unitOfMeasure: 'EACH', measurementValue: units } }],
      )
      if (order !== undefined && orderItems.length === 0) return isCancelled(order) ? 'cancelled' : 'too-late'
      let isRefused = false
      try {
        const body = { header: HEADER, payload: { sellerOrderId: externalId, orderItems } }
        const { data, detail } = await api.cancelFulfilment(body, { signal })
        assertTaken(data, { operation: 'cancelShipment', detail })
      } catch (error) {
        if (!(error instanceof Invalid)) throw error
        isRefused = true
      }
      const after = await find(externalId, 'cancelShipment.read', { signal })
      if (after !== undefined && isCancelled(after)) return 'cancelled'
      // What it took it works on; whether it ships is told by its state.
      return isRefused ? 'too-late' : 'asked'
    },
  }
}

/** All of its units came to nothing. */
function isCancelled(order: FulfilmentOrder): boolean {
  const { state } = toShipment({ ...order, shipments: [] }, { shipmentId: '', asked: [] })
  return state === 'cancelled'
}

/** @throws Invalid where Walmart says `FAIL` with status 200 */
function assertTaken(
  { status, errors }: ReturnType<typeof taken.parse>,
  call: Omit<Parameters<typeof fromError>[2], 'isPersonal'>,
): void {
  if (/^(ACCEPTED|SUCCESS|OK)$/i.test(status)) return
  const [first] = errors ?? []
  if (first === undefined)
    throw new Malformed(`${call.operation}: Walmart answered ${status.slice(0, 40)}`, '')
  throw fromError(first, undefined, { ...call, isPersonal: true })
}
