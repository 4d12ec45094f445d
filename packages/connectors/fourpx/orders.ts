import {
  type CallOptions,
  hubIdOf,
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
  Unavailable,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { anyRow, cancelled, made, type Outbound, outbound, pageOf } from './answers.ts'
import { AHEAD_MS, OUTBOUND_PAGE, WINDOW_MS, WINDOWS_BACK } from './limits.ts'
import { toShipment } from './map.ts'
import { toOrderBody } from './order-body.ts'
import { ask, askFor, type Call, type Context, toError } from './transport.ts'

/** A shipment of the hub is an outbound consignment (出库委托) at 4PX, by its `ref_no`. */

export async function requestShipment(
  context: Context,
  request: ShipmentRequest,
  options?: CallOptions,
): Promise<RequestedShipment> {
  const call: Call = {
    operation: 'requestShipment',
    method: 'fu.wms.outbound.create',
    body: toOrderBody(request, context.settings),
    quotable: { without: textsOf(request.recipient) },
    options,
  }
  const answer = await ask(context, call, made)
  if (answer.kind === 'done') return { externalId: answer.value.consignment_no }
  if (answer.meaning !== 'known') throw toError(answer.refusal, call)
  const existing = await find(context, { ref_no: request.shipmentId }, 'requestShipment.find', options)
  if (existing !== undefined) return { externalId: existing.consignment_no }
  // Nothing is wrong with the request: it is looked for again.
  throw new Unavailable('requestShipment: 4PX has the consignment and does not show it yet.', true, {
    status: 200,
    ...(answer.refusal.code !== undefined && { code: answer.refusal.code }),
  })
}

export async function findShipment(
  context: Context,
  shipmentId: string,
  options?: CallOptions,
): Promise<WarehouseShipment | undefined> {
  const found = await find(context, { ref_no: shipmentId }, 'findShipment', options)
  return found === undefined ? undefined : toShipment(found)
}

const isEnded = ({ status }: Outbound) => status === 'X' || status === 'D'

/**
 * One consignment by a number. Without dates 4PX looks among those of today alone, and among a month's at the most: it is
 * asked month by month. Of several the one that counts is taken: not cancelled, else the newest.
 */
async function find(
  context: Context,
  by: { ref_no: string } | { consignment_no: string },
  operation: string,
  options?: CallOptions,
): Promise<Outbound | undefined> {
  const isIt = (row: Outbound) =>
    'ref_no' in by ? hubIdOf(row.ref_no) === hubIdOf(by.ref_no) : row.consignment_no === by.consignment_no
  const found: Outbound[] = []
  const ahead = Math.floor(context.now() + AHEAD_MS)
  for (let window = 0; window < WINDOWS_BACK; window += 1) {
    const end = ahead - window * WINDOW_MS
    const { value } = await askFor(
      context,
      {
        operation,
        method: 'fu.wms.outbound.getlist',
        body: {
          ...by,
          create_time_start: end - WINDOW_MS,
          create_time_end: end,
          page_no: 1,
          page_size: OUTBOUND_PAGE,
        },
        quotable: 'nothing',
        options,
      },
      pageOf(outbound),
    )
    found.push(...value.data.filter(isIt))
    const counting = found.find((row) => !isEnded(row))
    if (counting !== undefined) return counting
  }
  return found[0]
}

export async function cancelShipment(
  context: Context,
  { externalId }: { externalId: string },
  options?: CallOptions,
): Promise<ShipmentCancellation> {
  if (!/^[\w-]{1,20}$/.test(externalId)) throw new NotFound('4PX has no such consignment.')
  const call: Call = {
    operation: 'cancelShipment',
    method: 'fu.wms.outbound.cancel',
    body: { consignment_no: externalId, cancel_type: 'BC' },
    quotable: 'nothing',
    options,
  }
  const answer = await ask(context, call, cancelled)
  if (answer.kind === 'refused') {
    if (answer.meaning === 'gone') return 'cancelled'
    // That it can not be cancelled is a refusal like any other; what is no answer about it is an error.
    const isAboutIt = answer.meaning === undefined || typeof answer.meaning === 'object'
    if (!isAboutIt) throw toError(answer.refusal, call)
  } else if (answer.value.status === 'X') return 'cancelled'
  const now = await find(context, { consignment_no: externalId }, 'cancelShipment.read', options)
  if (now === undefined) throw new NotFound('4PX has no such consignment.')
  if (isEnded(now)) return 'cancelled'
  return answer.kind === 'done' && now.status !== 'C' ? 'asked' : 'too-late'
}

/**
 * It cannot be asked what changed: what is open is read by state, what has left by when it did, what was cancelled by state,
 * each of the last month, and told if it changed since. What goes on meanwhile goes down this list, or changes later.
 */
const PASSES = ['S', 'P', 'E', 'N', 'C', 'X', 'D'] as const

export async function readShipments(
  context: Context,
  { since, cursor }: StreamQuery,
  options?: CallOptions,
): Promise<Page<WarehouseShipment>> {
  const at = passAt(PASSES, cursor)
  const end = Math.floor(context.now() + AHEAD_MS)
  const monthAgo = end - WINDOW_MS
  const { value, response } = await askFor(
    context,
    {
      operation: 'shipments',
      method: 'fu.wms.outbound.getlist',
      body: {
        status: at.pass,
        ...(at.pass === 'C'
          ? {
              complete_time_start: Math.min(end, Math.max(monthAgo, since.getTime())),
              complete_time_end: end,
            }
          : { create_time_start: monthAgo, create_time_end: end }),
        page_no: at.page,
        page_size: OUTBOUND_PAGE,
      },
      quotable: 'nothing',
      options,
    },
    pageOf(anyRow),
  )
  const read = await readEachRow(value.data, {
    schema: outbound,
    idOf: (raw) => z.object({ consignment_no: z.string().min(1) }).safeParse(raw).data?.consignment_no,
    toRow: (row) => (row.update_time !== undefined && row.update_time < since ? undefined : toShipment(row)),
  })
  const isFull = value.data.length === OUTBOUND_PAGE
  return {
    ...read,
    next: passAfter(PASSES, at, {
      isFull,
      length: value.total ?? (at.page - 1) * OUTBOUND_PAGE + value.data.length,
    }),
    platformTime: response.date,
  }
}
