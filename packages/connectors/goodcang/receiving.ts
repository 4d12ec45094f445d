import {
  type CallOptions,
  hubIdOf,
  type InboundNotice,
  Invalid,
  type Page,
  readEachRow,
  type StreamQuery,
  toBeijingDay,
  toBeijingTime,
  unitsBySku,
  type WarehouseReceipt,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { anyRow, type Inbound, inbound, madeInbound, putAway } from './answers.ts'
import { INBOUND_PAGE, ORDER_PAGE } from './limits.ts'
import { isInboundComplete, toReceipt } from './map.ts'
import { checkSku } from './order-body.ts'
import { modified } from './orders.ts'
import { pageOf } from './stock.ts'
import { askFor, askForPage, type Context } from './transport.ts'

const DAY_MS = 86_400_000
/** How far back an announcement is looked for. It is made once, and told again within minutes or days. */
const LOOKED_BACK_MS = 31 * DAY_MS
const DISCARDED = 100
/** 海外仓收货中: before it nothing can have been put away. */
const RECEIVING = 8

/**
 * An inbound order (入库单) of goods that the brand sends itself. GoodCang does not promise that references are unique and
 * cannot be asked for one, so that those made lately are looked through before it is announced.
 */
export async function announceInbound(
  context: Context,
  notice: InboundNotice,
  options?: CallOptions,
): Promise<{ externalId: string }> {
  const lines = unitsBySku(notice.lines.map((line) => ({ ...line, sku: line.stockUnitId })))
  for (const { sku } of lines) checkSku(sku)
  if ((notice.trackingNumber?.length ?? 0) > 35)
    throw new Invalid('GoodCang takes a tracking number of 35 characters.', 'trackingNumber')
  const existing = await findInbound(context, notice.inboundId, options)
  if (existing !== undefined) return { externalId: existing.receiving_code }
  const { value } = await askFor(
    context,
    {
      operation: 'announceInbound',
      path: '/inbound_order/create_grn',
      body: {
        reference_no: notice.inboundId,
        transit_type: 0,
        receiving_shipping_type: Number(context.settings.inboundBy),
        warehouse_code: notice.locationId,
        tracking_number: notice.trackingNumber ?? '',
        eta_date: toBeijingDay(notice.expectedAt ?? new Date(context.now() + 30 * DAY_MS)),
        receiving_desc: notice.number.slice(0, 255),
        // One without a tracking number cannot be submitted: it stays a draft, which a person completes.
        verify: notice.trackingNumber === undefined ? 0 : 1,
        items: [
          {
            box_no: 1,
            box_details: lines.map(({ sku, quantity }) => ({ product_sku: sku, quantity })),
          },
        ],
      },
      quotable: 'all',
      options,
    },
    madeInbound,
  )
  return { externalId: value.data.receiving_code }
}

async function findInbound(
  context: Context,
  inboundId: string,
  options?: CallOptions,
): Promise<Inbound | undefined> {
  const now = context.now()
  for (let page = 1; ; ) {
    const { rows, next } = await askForPage(
      context,
      {
        operation: 'announceInbound.find',
        path: '/inbound_order/get_grn_list',
        body: {
          page,
          page_size: ORDER_PAGE,
          create_date_from: toBeijingTime(new Date(now - LOOKED_BACK_MS)),
          create_date_to: toBeijingTime(new Date(now + DAY_MS)),
        },
        quotable: 'all',
        options,
      },
      { row: inbound, page, size: ORDER_PAGE },
    )
    const found = rows.find(
      ({ reference_no, receiving_status }) =>
        hubIdOf(reference_no) === hubIdOf(inboundId) && receiving_status !== DISCARDED,
    )
    if (found !== undefined || next === undefined) return found
    page = next
  }
}

/** Inbound orders that changed since; of each that may have units put away the batches are read, one call. */
export async function readReceipts(
  context: Context,
  { since, cursor }: StreamQuery,
  options?: CallOptions,
): Promise<Page<WarehouseReceipt>> {
  const page = pageOf(cursor)
  const { rows, next, response } = await askForPage(
    context,
    {
      operation: 'receipts',
      path: '/inbound_order/get_grn_list',
      body: { page, page_size: INBOUND_PAGE, ...modified(context, since) },
      quotable: 'all',
      options,
    },
    { row: anyRow, page, size: INBOUND_PAGE },
  )
  const read = await readEachRow(rows, {
    schema: inbound,
    idOf: (raw) => z.object({ receiving_code: z.string().min(1) }).safeParse(raw).data?.receiving_code,
    toRow: (one) => readReceipt(context, one, options),
  })
  return { ...read, next: next?.toString(), platformTime: response.date }
}

async function readReceipt(
  context: Context,
  one: Inbound,
  options?: CallOptions,
): Promise<WarehouseReceipt | undefined> {
  const isComplete = isInboundComplete(one)
  if (one.receiving_status < RECEIVING) return undefined
  const { rows } = await askForPage(
    context,
    {
      operation: 'receipts.batches',
      path: '/inbound_order/get_batch',
      body: { receiving_code: one.receiving_code },
      quotable: 'all',
      options,
    },
    { row: putAway, page: 1, size: Number.POSITIVE_INFINITY },
  )
  const receipt = toReceipt(one, rows)
  return receipt.lines.length > 0 || isComplete ? receipt : undefined
}
