import {
  type CallOptions,
  type InboundNotice,
  Invalid,
  isConnectorError,
  type Page,
  readEachRow,
  type StreamQuery,
  type WarehouseOperations,
  type WarehouseReceipt,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type Options, PAGE_INBOUND, type WalmartApi } from './api.ts'
import { type InboundShipment, inboundShipment } from './inbound-answers.ts'
import { type AnnouncedItem, toInboundOrder, toReceipt } from './inbound-map.ts'
import type { Settings } from './settings.ts'

const DAY_MS = 86_400_000
/** How far back announcements are followed: goods that are half a year on their way are none. */
const FOLLOWED_MS = 180 * DAY_MS
/** So many announcements' states are remembered; then it begins anew. */
const KNOWN_MAX = 5_000

/**
 * Goods on their way to Walmart's centres: announced under the hub's own id, which Walmart takes once, and followed by the list
 * of what was announced. The list says not when anything changed: what this process has told and is as it was is not told again.
 */
export function createInbound(
  api: WalmartApi,
  settings: Settings,
  now: () => number,
): Pick<WarehouseOperations, 'announceInbound' | 'receipts'> {
  /** By part: as it was last seen, and since when it is so. */
  const known = new Map<string, { state: string; at: number }>()

  const seenAt = ({ shipmentId, status, receivedUnits }: InboundShipment): number => {
    const state = `${status} ${receivedUnits ?? 0}`
    const before = known.get(shipmentId)
    if (before?.state === state) return before.at
    if (known.size >= KNOWN_MAX) known.clear()
    const at = now()
    known.set(shipmentId, { state, at })
    return at
  }

  return {
    async announceInbound(notice: InboundNotice, { signal }: CallOptions = {}) {
      const announced = { externalId: notice.inboundId }
      if (await isAnnounced(api, notice.inboundId, { signal })) return announced
      const items: AnnouncedItem[] = []
      for (const { stockUnitId } of notice.lines)
        items.push(...(await readItem(api, stockUnitId, { signal })))
      const body = toInboundOrder(notice, items, { settings, now: now() })
      try {
        await api.createInbound(body, { signal })
      } catch (error) {
        // An id that it has is refused: told by two at once, the other has made it.
        if (!(error instanceof Invalid) || !(await isAnnounced(api, notice.inboundId, { signal })))
          throw error
      }
      return announced
    },

    async receipts({ since, cursor }: StreamQuery, { signal }: CallOptions = {}) {
      const offset = offsetOf(cursor)
      const from = new Date(now() - FOLLOWED_MS).toISOString()
      const { data, date } = await api.inboundPage({ offset, from }, { signal })
      const rows = data.payload ?? []
      const told = new Set<string>()
      const { rows: receipts, unreadable } = await readEachRow<InboundShipment, WarehouseReceipt>(rows, {
        schema: inboundShipment,
        idOf: (raw) => z.object({ inboundOrderId: z.string().min(1) }).safeParse(raw).data?.inboundOrderId,
        async toRow(shipment) {
          const { inboundOrderId } = shipment
          if (seenAt(shipment) < since.getTime() || told.has(inboundOrderId)) return undefined
          told.add(inboundOrderId)
          const receipt = await readReceipt(api, inboundOrderId, { signal })
          return receipt.lines.length > 0 || receipt.isComplete ? receipt : undefined
        },
      })
      return {
        rows: receipts,
        unreadable,
        next: rows.length < PAGE_INBOUND ? undefined : String(offset + rows.length),
        platformTime: date,
      } satisfies Page<WarehouseReceipt>
    },
  }
}

async function isAnnounced(api: WalmartApi, inboundOrderId: string, options: Options): Promise<boolean> {
  return (await shipmentsOf(api, 'announceInbound.find', inboundOrderId, options)).length > 0
}

/** The parts that Walmart divided an announcement into. */
async function shipmentsOf(
  api: WalmartApi,
  operation: string,
  inboundOrderId: string,
  options: Options,
): Promise<InboundShipment[]> {
  try {
    const { data } = await api.inboundOf(operation, inboundOrderId, options)
    // Asked for one, it is not said to leave others out.
    return (data.payload ?? []).filter((each) => each.inboundOrderId === inboundOrderId)
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'not-found') return []
    throw error
  }
}

async function readReceipt(
  api: WalmartApi,
  inboundOrderId: string,
  options: Options,
): Promise<WarehouseReceipt> {
  const shipments = await shipmentsOf(api, 'receipts.order', inboundOrderId, options)
  const items = []
  for (const { shipmentId, receivedUnits } of shipments) {
    if ((receivedUnits ?? 0) === 0) continue
    for (let offset = 0; ; ) {
      const { data } = await api.inboundItems({ shipmentId, offset }, options)
      const rows = data.payload ?? []
      items.push(...rows)
      if (rows.length < PAGE_INBOUND) break
      offset += rows.length
    }
  }
  return toReceipt(inboundOrderId, shipments, items)
}

/** @throws Invalid where Walmart would not take it */
async function readItem(api: WalmartApi, sku: string, options: Options): Promise<AnnouncedItem[]> {
  const { data } = await api.itemsOf(sku, options)
  const item = data.ItemResponse.find((each) => each.sku === sku)
  if (item === undefined) return []
  const gtin = item.gtin || item.upc
  if (!gtin) throw new Invalid(`Walmart knows no GTIN of ${sku}, and announces by it.`, 'lines.sku')
  return [{ sku, gtin: gtin.padStart(14, '0'), name: item.productName || sku }]
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (!/^[1-9]\d{0,8}$/.test(cursor)) throw new Invalid('The cursor is none of this connector.', 'cursor')
  return Number(cursor)
}
