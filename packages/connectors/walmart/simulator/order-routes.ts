import { z } from 'zod'
import { invalid, notFound } from './api-error.ts'
import type { Dialect } from './dialect.ts'
import { fieldOf } from './inventory-routes.ts'
import type { Marketplace } from './marketplace.ts'
import { acknowledge, cancelUnits, shipUnits } from './order-steps.ts'
import type { Line, PurchaseOrder, Tracking } from './records.ts'
import type { Route, RouteCall } from './server.ts'
import { type Shapes, toOrderShape } from './shapes.ts'

const API = 'GMP_ORDER_API'
const LIMIT_MAX = 200
const LIMIT_DEFAULT = 100
const DAY_MS = 86_400_000

const units = z.object({ unitOfMeasurement: z.enum(['EACH', 'EA']), amount: z.string().regex(/^[1-9]\d*$/) })
const trackingInfo = z.object({
  shipDateTime: z.int(),
  carrierName: z.object({ carrier: z.string().optional(), otherCarrier: z.string().optional() }),
  methodCode: z.enum(['Standard', 'Express', 'OneDay', 'Freight', 'WhiteGlove', 'Value']),
  trackingNumber: z.string().min(1),
  trackingURL: z.string().optional(),
})
const linesOf = <Row>(row: z.ZodType<Row>) =>
  z.object({
    orderLine: z
      .array(
        z.object({
          lineNumber: z.string(),
          orderLineStatuses: z.object({ orderLineStatus: z.array(row).min(1) }),
        }),
      )
      .min(1),
  })
const shippedRow = z.object({ status: z.literal('Shipped'), statusQuantity: units, trackingInfo })
const cancelledRow = z.object({
  status: z.literal('Cancelled'),
  cancellationReason: z.string(),
  statusQuantity: units,
})
const shipBody = z.object({ orderShipment: z.object({ orderLines: linesOf(shippedRow) }) })
const cancelBody = z.object({ orderCancellation: z.object({ orderLines: linesOf(cancelledRow) }) })

/** Purchase orders: list, read, acknowledge, ship, cancel. */
export function orderRoutes(
  marketplace: Marketplace,
  shapes: Shapes,
  { partnerId, dialect }: { partnerId: string; dialect: Pick<Dialect, 'cancellationReasons' | 'carriers'> },
): Route[] {
  const { now } = marketplace.options
  const orderOf = ({ params }: RouteCall): PurchaseOrder => {
    const order = marketplace.orders.get(params.id ?? '')
    if (order === undefined) throw notFound(API, `No order ${params.id}.`)
    return order
  }
  const toShape = (order: PurchaseOrder) => toOrderShape(order, marketplace, shapes)
  const lineOf = (order: PurchaseOrder, number: string): Line => {
    const line = order.lines.find((each) => each.number === number)
    if (line === undefined) throw invalid(API, 'lineNumber', `No line ${number}.`)
    return line
  }

  const list = ({ query }: RouteCall) => {
    const limit = Math.min(LIMIT_MAX, Number(query.limit ?? LIMIT_DEFAULT) || LIMIT_DEFAULT)
    const isWanted = toFilter(query, now())
    const from = query.poIndex === undefined ? 0 : Number(query.poIndex)
    const first = marketplace.log.before(momentOf(query.lastModifiedStartDate) ?? 0)
    const page: PurchaseOrder[] = []
    let hasMore = false
    for (const order of marketplace.log.after(Math.max(from, first))) {
      if (!isWanted(order)) continue
      if (page.length === limit) {
        hasMore = true
        break
      }
      page.push(order)
    }
    let totalCount = 0
    for (const order of marketplace.log.after(first)) if (isWanted(order)) totalCount += 1
    const last = page.at(-1)
    const next = {
      ...query,
      hasMoreElements: 'true',
      soIndex: String(totalCount),
      poIndex: String(last?.sequence),
    }
    const nextCursor = `?${new URLSearchParams({ ...next, partnerId, sellerId: '8' })}`
    return {
      list: {
        meta: { totalCount, limit, ...(hasMore && { nextCursor }) },
        elements: { order: page.map(toShape) },
      },
    }
  }

  const ship = (call: RouteCall) => {
    const order = orderOf(call)
    const parsed = shipBody.safeParse(call.body)
    if (!parsed.success) throw invalid(API, fieldOf(parsed.error), 'Request content is invalid.')
    for (const { lineNumber, orderLineStatuses } of parsed.data.orderShipment.orderLines.orderLine) {
      const line = lineOf(order, lineNumber)
      for (const row of orderLineStatuses.orderLineStatus) {
        const tracking = assertTracking(row.trackingInfo, order)
        const why = shipUnits(marketplace, order, {
          line,
          units: Number(row.statusQuantity.amount),
          tracking,
          byApi: true,
        })
        if (why !== undefined) throw invalid(API, 'statusQuantity', why)
      }
    }
    return { order: toShape(order) }
  }
  const assertTracking = (tracking: Tracking, order: PurchaseOrder): Tracking => {
    const { carrier, otherCarrier } = tracking.carrierName
    if (carrier !== undefined && dialect.carriers?.includes(carrier) === false) {
      throw invalid(API, 'carrier', `No carrier is called ${carrier}.`)
    }
    const isNamed = carrier !== undefined && carrier !== 'Other'
    if (!isNamed && (otherCarrier === undefined || tracking.trackingURL === undefined)) {
      throw invalid(API, 'carrierName', 'Another carrier needs a tracking URL.')
    }
    if (tracking.shipDateTime < order.createdMs || tracking.shipDateTime > now() + 60_000) {
      throw invalid(API, 'shipDateTime', 'The order cannot have left then.')
    }
    return tracking
  }

  const cancel = (call: RouteCall) => {
    const order = orderOf(call)
    const parsed = cancelBody.safeParse(call.body)
    if (!parsed.success) throw invalid(API, fieldOf(parsed.error), 'Request content is invalid.')
    for (const { lineNumber, orderLineStatuses } of parsed.data.orderCancellation.orderLines.orderLine) {
      const line = lineOf(order, lineNumber)
      for (const { statusQuantity, cancellationReason: reason } of orderLineStatuses.orderLineStatus) {
        if (!dialect.cancellationReasons.includes(reason))
          throw invalid(API, 'cancellationReason', `No reason is called ${reason}.`)
        const why = cancelUnits(marketplace, order, { line, units: Number(statusQuantity.amount), reason })
        if (why !== undefined) throw invalid(API, 'statusQuantity', why)
      }
    }
    return { order: toShape(order) }
  }

  return [
    { method: 'GET', path: '/v3/orders', limit: 'orders-get', handle: list },
    {
      method: 'GET',
      path: '/v3/orders/:id',
      limit: 'order-get',
      handle: (call) => ({ order: toShape(orderOf(call)) }),
    },
    {
      method: 'POST',
      path: '/v3/orders/:id/acknowledge',
      limit: 'acknowledge',
      handle(call) {
        const order = orderOf(call)
        acknowledge(marketplace, order)
        return { order: toShape(order) }
      },
    },
    { method: 'POST', path: '/v3/orders/:id/shipping', limit: 'shipping', handle: ship },
    { method: 'POST', path: '/v3/orders/:id/cancel', limit: 'cancel', handle: cancel },
  ]
}

/** As the list judges. Without a moment of creation it leaves out what is older than a week. */
function toFilter(query: Readonly<Record<string, string>>, now: number): (order: PurchaseOrder) => boolean {
  const createdFrom = momentOf(query.createdStartDate) ?? now - 7 * DAY_MS
  const createdTo = momentOf(query.createdEndDate) ?? Number.POSITIVE_INFINITY
  const changedFrom = momentOf(query.lastModifiedStartDate) ?? Number.NEGATIVE_INFINITY
  const changedTo = momentOf(query.lastModifiedEndDate) ?? Number.POSITIVE_INFINITY
  const isKept = query.shipNodeType === 'WFSFulfilled'
  return (order) =>
    order.visibleFromMs <= now &&
    (order.node === undefined) === isKept &&
    query.shipNodeType !== '3PLFulfilled' &&
    order.createdMs >= Math.max(createdFrom, now - 180 * DAY_MS) &&
    order.createdMs <= createdTo &&
    order.modifiedMs >= changedFrom &&
    order.modifiedMs <= changedTo &&
    (query.purchaseOrderId === undefined || query.purchaseOrderId === order.id) &&
    (query.customerOrderId === undefined || query.customerOrderId === order.customerOrderId) &&
    (query.sku === undefined || order.lines.some(({ sku }) => sku === query.sku)) &&
    (query.status === undefined ||
      order.lines.some(({ statuses }) => statuses.some(({ status }) => status === query.status)))
}

function momentOf(said: string | undefined): number | undefined {
  if (said === undefined) return undefined
  const at = new Date(said).getTime()
  if (Number.isNaN(at)) throw invalid(API, 'date', `${said} is no date.`)
  return at
}
