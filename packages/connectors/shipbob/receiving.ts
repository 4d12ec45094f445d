import {
  type CallOptions,
  type InboundNotice,
  Invalid,
  Malformed,
  type Page,
  type StreamQuery,
  type WarehouseReceipt,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { boxes, type Receiving, receivings } from './answers.ts'
import { SMALL_PAGE_SIZE } from './limits.ts'
import { isReceivingComplete, toReceipt } from './map.ts'
import { isId } from './stock.ts'
import { ask, type Context } from './transport.ts'

const DAY_MS = 86_400_000

/**
 * A receiving order has no field for the hub's id: it goes behind the purchase order's number, which it can be found by.
 * ShipBob does not keep two of one number apart, so the hub looks before it announces.
 */
export async function announceInbound(
  context: Context,
  notice: InboundNotice,
  options?: CallOptions,
): Promise<{ externalId: string }> {
  if (!isId(notice.locationId)) throw new Invalid('ShipBob’s facilities have numbers for ids.', 'locationId')
  const stranger = notice.lines.find(({ stockUnitId }) => !isId(stockUnitId))
  if (stranger !== undefined) throw new Invalid('ShipBob’s inventory has numbers for ids.', 'lines.sku')
  const purchaseOrder = purchaseOrderOf(notice)
  const known = await ask(
    context,
    {
      operation: 'announceInbound.find',
      path: '/receiving',
      query: { PurchaseOrderNumbers: purchaseOrder, Limit: SMALL_PAGE_SIZE, Page: 1 },
      scope: 'receiving_read',
      options,
    },
    receivings,
  )
  const existing = known.value.find(
    ({ purchase_order_number, status }) => purchase_order_number === purchaseOrder && status !== 'Cancelled',
  )
  if (existing !== undefined) return { externalId: String(existing.id) }
  const { value } = await ask(
    context,
    {
      operation: 'announceInbound',
      method: 'POST',
      path: '/receiving',
      scope: 'receiving_write',
      options,
      body: {
        fulfillment_center: { id: Number(notice.locationId) },
        package_type: 'Package',
        box_packaging_type: 'EverythingInOneBox',
        expected_arrival_date: (notice.expectedAt ?? new Date(context.now() + 7 * DAY_MS)).toISOString(),
        purchase_order_number: purchaseOrder,
        boxes: [
          {
            tracking_number: notice.trackingNumber ?? null,
            box_items: notice.lines.map(({ stockUnitId, quantity, lot, expiresOn }) => ({
              inventory_id: Number(stockUnitId),
              quantity,
              ...(lot !== undefined && { lot_number: lot }),
              ...(expiresOn !== undefined && { lot_date: `${expiresOn}T00:00:00Z` }),
            })),
          },
        ],
      },
    },
    z.object({ id: z.int() }),
  )
  return { externalId: String(value.id) }
}

/** The list of numbers to look for is separated by commas. */
function purchaseOrderOf({ number, inboundId }: InboundNotice): string {
  return `${number.replaceAll(',', ' ').trim()} ${inboundId}`.trim()
}

const openStatuses = [
  'Processing',
  'Incomplete',
  'Arrived',
  'PartiallyArrived',
  'PartiallyArrivedAtHub',
  'ArrivedAtHub',
  'ProcessingAtHub',
  'InternalTransfer',
].join(',')

/**
 * ShipBob lists what is under way, and what was completed since a moment, but not what changed: the first are all looked
 * at, then the second. Of those that changed the boxes are read, one call each.
 */
export async function readReceipts(
  context: Context,
  { since, cursor }: StreamQuery,
  options?: CallOptions,
): Promise<Page<WarehouseReceipt>> {
  const [pass, number] = fromPassCursor(cursor)
  const { value, response } = await ask(
    context,
    {
      operation: 'receipts',
      path: '/receiving',
      query: {
        ...(pass === 'open'
          ? { Statuses: openStatuses }
          : {
              Statuses: 'Completed,Cancelled',
              CompletedStartDate: new Date(Math.max(0, since.getTime() - 1_000)).toISOString(),
            }),
        Limit: SMALL_PAGE_SIZE,
        Page: number,
      },
      scope: 'receiving_read',
      options,
    },
    receivings,
  )
  const rows: WarehouseReceipt[] = []
  const unreadable: { externalId: string; version: number | undefined }[] = []
  for (const one of value.filter((each) => each.last_updated_date >= since)) {
    try {
      const receipt = await readReceipt(context, one, options)
      if (receipt.lines.length > 0 || receipt.isComplete) rows.push(receipt)
    } catch (error) {
      // An answer that is no answer is the page's failure; a row that makes no sense is parked by itself.
      if (!(error instanceof Malformed) || error.platform.status !== undefined) throw error
      unreadable.push({ externalId: String(one.id), version: one.last_updated_date.getTime() })
    }
  }
  return {
    rows,
    unreadable,
    next: nextPass(pass, number, value.length === SMALL_PAGE_SIZE),
    platformTime: response.date,
  }
}

async function readReceipt(
  context: Context,
  one: Receiving,
  options?: CallOptions,
): Promise<WarehouseReceipt> {
  isReceivingComplete(one)
  const { value } = await ask(
    context,
    { operation: 'receipts.boxes', path: `/receiving/${one.id}/boxes`, scope: 'receiving_read', options },
    boxes,
  )
  return toReceipt(one, value)
}

/** First all that are open, then those that ended. */
export function fromPassCursor(cursor: string | undefined): ['open' | 'ended', number] {
  const [pass, number] = cursor?.split(':') ?? []
  return [pass === 'ended' ? 'ended' : 'open', number === undefined ? 1 : Number(number)]
}

export function nextPass(pass: 'open' | 'ended', number: number, isFull: boolean): string | undefined {
  if (isFull) return `${pass}:${number + 1}`
  return pass === 'open' ? 'ended:1' : undefined
}
