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
  toBeijingDay,
  Unavailable,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { anyRow, type ListedOrder, listedOrder, made, type Order, orders, pageOf, voided } from './answers.ts'
import { MEMORY_MS, ORDER_PAGE, OVERLAP_MS, WINDOW_MS, WINDOWS_BACK } from './limits.ts'
import { stateOf, toOpenShipment, toShippedShipment } from './map.ts'
import { toOrderBody } from './order-body.ts'
import { ask, askFor, type Call, type Context, toError } from './transport.ts'

/** A shipment of the hub is an outbound order (海外仓出库单) at Winit, by its `sellerOrderNo`. */

export async function requestShipment(
  context: Context,
  request: ShipmentRequest,
  options?: CallOptions,
): Promise<RequestedShipment> {
  const call: Call = {
    operation: 'requestShipment',
    action: 'createOutboundOrder',
    data: toOrderBody(request, context.settings),
    quotable: { without: textsOf(request.recipient) },
    options,
  }
  const answer = await ask(context, call, made)
  if (answer.kind === 'done') return { externalId: answer.value.outboundOrderNum }
  if (answer.meaning !== 'known') throw toError(answer.refusal, call)
  const existing = await find(context, request.shipmentId, 'requestShipment.find', options)
  if (existing !== undefined) return { externalId: existing.documentNo }
  // Nothing is wrong with the request: it is looked for again.
  throw new Unavailable('requestShipment: Winit has the order and does not show it yet.', true, {
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
  return found === undefined ? undefined : await toShipment(context, found, 'findShipment.order', options)
}

/** Winit lists orders by the day of their submission, and void ones only where it is asked for those: two passes. */
const PASSES = ['all', 'VO'] as const
type Pass = (typeof PASSES)[number]

const wordOf = (pass: Pass) => (pass === 'VO' ? { status: 'VO' } : {})

/** The one under the hub's id that counts: not void, else the newest of those. */
async function find(
  context: Context,
  shipmentId: string,
  operation: string,
  options?: CallOptions,
): Promise<ListedOrder | undefined> {
  const nowMs = context.now()
  for (const pass of PASSES) {
    for (let window = 0; window < WINDOWS_BACK; window += 1) {
      const { value } = await askFor(
        context,
        {
          operation,
          action: 'queryOutboundOrderList',
          data: {
            sellerOrderNo: shipmentId,
            ...daysBefore(nowMs - window * WINDOW_MS),
            ...wordOf(pass),
            pageSize: ORDER_PAGE,
            pageNum: 1,
          },
          quotable: 'nothing',
          options,
        },
        pageOf(listedOrder),
      )
      const own = value.list.filter((row) => hubIdOf(row.sellerOrderNo) === hubIdOf(shipmentId))
      const found = own.find(({ status }) => status !== 'VO') ?? own[0]
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** The days of a window that ends then, the one after it included: clocks differ. */
function daysBefore(endMs: number) {
  return {
    dateOrderedStartDate: toBeijingDay(new Date(endMs - WINDOW_MS)),
    dateOrderedEndDate: toBeijingDay(new Date(endMs + 86_400_000)),
  }
}

async function readOrder(
  context: Context,
  number: string,
  operation: string,
  options?: CallOptions,
): Promise<Order> {
  const { value } = await askFor(
    context,
    {
      operation,
      action: 'queryOutboundOrder',
      data: { outboundOrderNum: number },
      quotable: 'nothing',
      options,
    },
    orders,
  )
  const own = value.find(({ outboundOrderNum }) => outboundOrderNum === number)
  if (own === undefined) throw new NotFound('Winit has no such outbound order.')
  return own
}

/**
 * What left in which package is said by the order itself alone. Whose it is was said by the list: an order that leaves its
 * reference out there is that one still, and one that says another is unreadable.
 */
async function toShipment(
  context: Context,
  row: ListedOrder,
  operation: string,
  options?: CallOptions,
): Promise<WarehouseShipment> {
  if (stateOf(row.status, row.documentNo) !== 'shipped') return toOpenShipment(row)
  const order = await readOrder(context, row.documentNo, operation, options)
  const own = order.sellerOrderNo ?? row.sellerOrderNo
  if (row.sellerOrderNo !== undefined && own !== row.sellerOrderNo)
    throw new Malformed(`outbound order ${row.documentNo} has two references`, '')
  return toShippedShipment({ ...order, sellerOrderNo: own })
}

export async function cancelShipment(
  context: Context,
  { externalId }: { externalId: string },
  options?: CallOptions,
): Promise<ShipmentCancellation> {
  if (!/^[\w-]{1,40}$/.test(externalId)) throw new NotFound('Winit has no such outbound order.')
  const call: Call = {
    operation: 'cancelShipment',
    action: 'voidOutboundOrder',
    data: { outboundOrderNum: externalId },
    quotable: 'nothing',
    options,
  }
  const answer = await ask(context, call, voided)
  if (answer.kind === 'refused') {
    if (answer.meaning === 'gone') return 'cancelled'
    // That it can not be voided is a refusal like any other; what is no answer about it is an error.
    const isAboutIt = answer.meaning === undefined || typeof answer.meaning === 'object'
    if (!isAboutIt) throw toError(answer.refusal, call)
  }
  const { status } = await readOrder(context, externalId, 'cancelShipment.read', options)
  if (status === 'VO') return 'cancelled'
  // It is being stopped, and what becomes of it is told as the order's state.
  if (status === 'VOI') return 'asked'
  return answer.kind === 'done' && stateOf(status, externalId) !== 'shipped' ? 'asked' : 'too-late'
}

/**
 * It cannot be asked what changed: those submitted in the last month are read. What this connection has told, and is as it
 * was, is not told again once the hub asks from a later moment on: then it has it. What it has not told and left long before
 * that moment is taken for told by an earlier one. One that is older and still open is asked for by its reference.
 */
export function createShipments(context: Context) {
  const told = new Map<string, { as: string; atMs: number; seenMs: number }>()

  return async ({ since, cursor }: StreamQuery, options?: CallOptions): Promise<Page<WarehouseShipment>> => {
    const at = passAt(PASSES, cursor)
    const nowMs = context.now()
    if (cursor === undefined)
      for (const [number, { seenMs }] of told) if (seenMs < nowMs - MEMORY_MS) told.delete(number)
    const { value, response } = await askFor(
      context,
      {
        operation: 'shipments',
        action: 'queryOutboundOrderList',
        data: { ...daysBefore(nowMs), ...wordOf(at.pass), pageSize: ORDER_PAGE, pageNum: at.page },
        quotable: 'nothing',
        options,
      },
      pageOf(anyRow),
    )
    const read = await readEachRow(value.list, {
      schema: listedOrder,
      idOf: (raw) => z.object({ documentNo: z.string().min(1) }).safeParse(raw).data?.documentNo,
      async toRow(row) {
        const as = JSON.stringify([row.status, row.dateFinish?.getTime(), row.trackingNo])
        const before = told.get(row.documentNo)
        const isKnown =
          before === undefined
            ? row.dateFinish !== undefined && row.dateFinish.getTime() < since.getTime() - OVERLAP_MS
            : before.as === as && before.atMs < since.getTime()
        const shipment = isKnown ? undefined : await toShipment(context, row, 'shipments.order', options)
        // It is remembered from when it was first told so: a hub that asks from earlier on has not got it yet.
        const isSame = before !== undefined && before.as === as
        told.set(row.documentNo, { as, atMs: isSame && isKnown ? before.atMs : nowMs, seenMs: nowMs })
        return shipment
      },
    })
    return {
      ...read,
      next: passAfter(PASSES, at, {
        isFull: value.list.length === ORDER_PAGE,
        length: value.total ?? (at.page - 1) * ORDER_PAGE + value.list.length,
      }),
      platformTime: response.date,
    }
  }
}
