import {
  type CallOptions,
  hubIdOf,
  Malformed,
  NotFound,
  type Page,
  passAfter,
  passAt,
  type RequestedShipment,
  readEachRow,
  type ShipmentCancellation,
  type ShipmentRequest,
  type StreamQuery,
  textsOf,
  toBeijingTime,
  Unavailable,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { anyRow, cancelled, madeOrder, order } from './answers.ts'
import { ORDER_PAGE } from './limits.ts'
import { toShipment } from './map.ts'
import { toOrderBody } from './order-body.ts'
import { ask, askFor, askForPage, type Call, type Context, toError } from './transport.ts'

/** A shipment of the hub is an outbound order (出库单) at GoodCang, by its `reference_no`. */

/** Reference numbers are unique among orders that are not discarded: `order/create_order`. */
export async function requestShipment(
  context: Context,
  request: ShipmentRequest,
  options?: CallOptions,
): Promise<RequestedShipment> {
  const call: Call = {
    operation: 'requestShipment',
    path: '/order/create_order',
    body: toOrderBody(request, context.settings),
    quotable: { without: textsOf(request.recipient) },
    options,
  }
  const answer = await ask(context, call, madeOrder)
  if (answer.kind === 'done') return { externalId: answer.value }
  if (answer.meaning !== 'known') throw toError(answer.refusal, call)
  const existing = await find(context, request.shipmentId, 'requestShipment.find', options)
  if (existing !== undefined) return { externalId: existing.order_code }
  // Nothing is wrong with the request: it is asked again.
  throw new Unavailable('requestShipment: GoodCang has the order and does not show it yet.', true, {
    status: 200,
    ...(answer.refusal.code !== undefined && { code: answer.refusal.code }),
  })
}

export async function findShipment(
  context: Context,
  shipmentId: string,
  options?: CallOptions,
): Promise<WarehouseShipment | undefined> {
  const found = await find(context, shipmentId, 'findShipment', options)
  return found === undefined ? undefined : toShipment(found)
}

async function find(context: Context, shipmentId: string, operation: string, options?: CallOptions) {
  const call: Call = {
    operation,
    path: '/order/get_order_by_ref_code',
    body: { reference_no: shipmentId },
    quotable: 'nothing',
    options,
  }
  const answer = await ask(context, call, z.object({ data: order }))
  if (answer.kind === 'refused') {
    if (answer.meaning === 'not-found') return undefined
    throw toError(answer.refusal, call)
  }
  const { data } = answer.value
  if (hubIdOf(data.reference_no) !== hubIdOf(shipmentId))
    throw new Malformed(`${operation}: GoodCang answers with an order of another reference`, '', true, {
      status: 200,
    })
  return data
}

/** The order by its number, as far as the schema reads it. @throws NotFound */
export async function readOrder<T extends { order_code: string }>(
  context: Context,
  orderCode: string,
  {
    schema,
    operation,
    options,
  }: { schema: z.ZodType<T>; operation: string; options: CallOptions | undefined },
): Promise<T> {
  const { value } = await askFor(
    context,
    {
      operation,
      path: '/order/get_order_by_code',
      body: { order_code: orderCode },
      quotable: 'nothing',
      options,
    },
    z.object({ data: schema }),
  )
  if (value.data.order_code !== orderCode)
    throw new Malformed(`${operation}: GoodCang answers with another order`, '', true, { status: 200 })
  return value.data
}

/** What `cancel_status` says: 1 is being stopped on the floor, 2 stopped, 3 not stopped. Other than 2 only assumed. */
const STOPPING = 1
const STOPPED = 2
const NOT_STOPPED = 3

export async function cancelShipment(
  context: Context,
  { externalId }: { externalId: string },
  options?: CallOptions,
): Promise<ShipmentCancellation> {
  if (!/^[\w-]{1,50}$/.test(externalId)) throw new NotFound('GoodCang has no such order.')
  const call: Call = {
    operation: 'cancelShipment',
    path: '/order/cancel_order',
    body: { order_code: externalId, reason: '客户取消订单' },
    quotable: 'nothing',
    options,
  }
  const answer = await ask(context, call, cancelled)
  if (answer.kind === 'done') {
    const { cancel_status: status } = answer.value
    if (status === STOPPED) return 'cancelled'
    if (status === STOPPING) return 'asked'
    if (status !== NOT_STOPPED)
      throw new Malformed('cancelShipment: cancel_status is none that is known', String(status ?? ''), true, {
        status: 200,
      })
  } else {
    if (answer.meaning === 'gone') return 'cancelled'
    // That it can not be cancelled is a refusal like any other; what is no answer about the order is an error.
    const isAboutTheOrder = answer.meaning === undefined || typeof answer.meaning === 'object'
    if (!isAboutTheOrder) throw toError(answer.refusal, call)
  }
  const now = await readOrder(context, externalId, {
    schema: order,
    operation: 'cancelShipment.read',
    options,
  })
  return toShipment(now).state === 'cancelled' ? 'cancelled' : 'too-late'
}

/** The list of orders leaves out drafts and those set aside: they are a list of their own, by state. */
const PASSES = ['all', 'C', 'H'] as const

/** Orders that changed since, first those of the list, then drafts and what is set aside. */
export async function readShipments(
  context: Context,
  { since, cursor }: StreamQuery,
  options?: CallOptions,
): Promise<Page<WarehouseShipment>> {
  const at = passAt(PASSES, cursor)
  const { pass, page } = at
  const { rows, next, count, response } = await askForPage(
    context,
    {
      operation: 'shipments',
      path: pass === 'all' ? '/order/get_order_list' : '/order/get_draft_order_list',
      body: {
        page,
        pageSize: ORDER_PAGE,
        ...(pass !== 'all' && { order_status: pass }),
        ...modified(context, since),
      },
      quotable: 'nothing',
      options,
    },
    { row: anyRow, page, size: ORDER_PAGE },
  )
  const read = await readEachRow(rows, {
    schema: order,
    idOf: (raw) => z.object({ order_code: z.string().min(1) }).safeParse(raw).data?.order_code,
    toRow: toShipment,
  })
  return {
    ...read,
    next: passAfter(PASSES, at, { isFull: next !== undefined, length: count }),
    platformTime: response.date,
  }
}

const DAY_MS = 86_400_000

/** From that second on. What changes while pages are read must not leave the list, so that it ends a day from now. */
export function modified(
  { now }: Context,
  since: Date,
): { modify_date_from: string; modify_date_to: string } {
  return {
    modify_date_from: toBeijingTime(since),
    modify_date_to: toBeijingTime(new Date(Math.max(now(), since.getTime()) + DAY_MS)),
  }
}
