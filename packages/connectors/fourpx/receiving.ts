import {
  type CallOptions,
  hubIdOf,
  type InboundNotice,
  Invalid,
  type Page,
  readEachRow,
  type StreamQuery,
  type WarehouseReceipt,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { anyRow, type Flow, flow, type Inbound, inbound, made, pageOf } from './answers.ts'
import { AHEAD_MS, INBOUND_PAGE, INBOUND_WINDOW_MS, LOG_PAGE, WINDOW_MS } from './limits.ts'
import { isInboundComplete, toReceipt } from './map.ts'
import { askFor, type Context } from './transport.ts'

const DAY_MS = 86_400_000

/**
 * An inbound consignment (入库委托) that the brand sends itself, to the warehouse that it is shelved at. References are not
 * promised to be unique: it is looked for before it is made.
 */
export async function announceInbound(
  context: Context,
  notice: InboundNotice,
  options?: CallOptions,
): Promise<{ externalId: string }> {
  const { originCountry, originState, originCity, originDistrict, inboundBy } = context.settings
  if (originState === undefined || originCity === undefined)
    throw new Invalid(
      '4PX asks where goods come from: give the province and city in the connection’s settings.',
      'locationId',
    )
  const existing = await findInbound(context, notice.inboundId, options)
  if (existing !== undefined) return { externalId: existing.consignment_no }
  const { value } = await askFor(
    context,
    {
      operation: 'announceInbound',
      method: 'fu.wms.inbound.create',
      body: {
        ref_no: notice.inboundId,
        is_pickup: 'N',
        // The same at both ends: sent by the customer (客户自发).
        from_warehouse_code: notice.locationId,
        to_warehouse_code: notice.locationId,
        transport_type: inboundBy,
        tracking_no: notice.trackingNumber ?? '',
        supplier_address: {
          country: originCountry,
          state: originState,
          city: originCity,
          district: originDistrict ?? '',
          plan_arrive_time: (notice.expectedAt ?? new Date(context.now() + 30 * DAY_MS)).getTime(),
        },
        print_box_no: 'Y',
        print_box_type: 'P',
        remark: notice.number.slice(0, 200),
        iconsignment_sku: notice.lines.map(({ stockUnitId, quantity, lot, expiresOn }) => ({
          box_no: '1',
          sku_code: stockUnitId,
          plan_qty: quantity,
          ...(lot !== undefined && { batch_no: lot }),
          ...(expiresOn !== undefined && { expired_date: Date.parse(`${expiresOn}T00:00:00Z`) }),
        })),
      },
      quotable: 'all',
      options,
    },
    made,
  )
  return { externalId: value.consignment_no }
}

async function findInbound(
  context: Context,
  inboundId: string,
  options?: CallOptions,
): Promise<Inbound | undefined> {
  const { value } = await askFor(
    context,
    {
      operation: 'announceInbound.find',
      method: 'fu.wms.inbound.getlist',
      body: { ref_no: inboundId, ...period(context), page_no: 1, page_size: INBOUND_PAGE },
      quotable: 'all',
      options,
    },
    pageOf(inbound),
  )
  return value.data.find(
    ({ ref_no, status }) => hubIdOf(ref_no) === hubIdOf(inboundId) && status !== 'X' && status !== 'D',
  )
}

function period({ now }: Context) {
  const end = Math.floor(now() + AHEAD_MS)
  return { create_time_start: end - INBOUND_WINDOW_MS, create_time_end: end }
}

/**
 * Inbound consignments of three months, since it cannot be asked what changed. Of those with units put away the inventory's
 * log is read. What this connection has told already, and is as it was, is not read again once the hub asks from a later
 * moment on: then it has what was told.
 */
export function createReceipts(context: Context) {
  const told = new Map<string, { as: string; atMs: number }>()

  return async ({ since, cursor }: StreamQuery, options?: CallOptions): Promise<Page<WarehouseReceipt>> => {
    const page = cursor === undefined ? 1 : Number(cursor)
    const askedAtMs = context.now()
    const { value, response } = await askFor(
      context,
      {
        operation: 'receipts',
        method: 'fu.wms.inbound.getlist',
        body: { ...period(context), page_no: page, page_size: INBOUND_PAGE },
        quotable: 'all',
        options,
      },
      pageOf(anyRow),
    )
    const read = await readEachRow(value.data, {
      schema: inbound,
      idOf: (raw) => z.object({ consignment_no: z.string().min(1) }).safeParse(raw).data?.consignment_no,
      async toRow(one) {
        const as = JSON.stringify([one.status, one.lstsku])
        const before = told.get(one.consignment_no)
        if (before !== undefined && before.as === as && since.getTime() > before.atMs) return undefined
        const receipt = await readReceipt(context, one, options)
        told.set(one.consignment_no, { as, atMs: askedAtMs })
        return receipt
      },
    })
    return {
      ...read,
      next: value.data.length === INBOUND_PAGE ? String(page + 1) : undefined,
      platformTime: response.date,
    }
  }
}

async function readReceipt(
  context: Context,
  one: Inbound,
  options?: CallOptions,
): Promise<WarehouseReceipt | undefined> {
  const isComplete = isInboundComplete(one)
  const hasUnits = one.lstsku.some(({ putaway_qty }) => putaway_qty !== 0)
  const receipt = toReceipt(one, hasUnits ? await readLog(context, one, options) : [])
  return receipt.lines.length > 0 || isComplete ? receipt : undefined
}

/** All of the log about one inbound consignment, month by month from when it was made. */
async function readLog(context: Context, one: Inbound, options?: CallOptions): Promise<Flow[]> {
  const end = Math.floor(context.now() + AHEAD_MS)
  const flows: Flow[] = []
  const start = Math.max(end - INBOUND_WINDOW_MS, (one.create_time?.getTime() ?? 0) - DAY_MS)
  for (let from = start; from < end; from += WINDOW_MS) {
    for (let page = 1; ; page += 1) {
      const { value } = await askFor(
        context,
        {
          operation: 'receipts.log',
          method: 'fu.wms.inventory.getlog',
          body: {
            consignment_no: one.consignment_no,
            warehouse_code: one.to_warehouse_code,
            create_time_start: from,
            create_time_end: Math.min(end, from + WINDOW_MS),
            page_no: page,
            page_size: LOG_PAGE,
          },
          quotable: 'all',
          options,
        },
        pageOf(flow),
      )
      flows.push(...value.data)
      if (value.data.length < LOG_PAGE) break
    }
  }
  // Two windows share a moment.
  return [...new Map(flows.map((each) => [each.inventory_flow_id, each])).values()]
}
