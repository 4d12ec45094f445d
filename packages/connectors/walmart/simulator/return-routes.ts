import type { Marketplace } from './marketplace.ts'
import { unitsIn } from './records.ts'
import type { Route, RouteCall } from './server.ts'

type Granted = {
  id: string
  purchaseOrderId: string
  customerOrderId: string
  atMs: number
  modifiedMs: number
  status: 'INITIATED' | 'CANCELLED'
  lines: { number: string; sku: string; units: number }[]
}

const LIMIT_MAX = 200
const LIMIT_DEFAULT = 10

/** Return orders: granted by customer care, listed by when they changed last. */
export class Returns {
  readonly #marketplace: Marketplace
  readonly #granted: Granted[] = []

  constructor(marketplace: Marketplace) {
    this.#marketplace = marketplace
  }

  /** @returns why not, or the return's number; units of what has shipped */
  grant(
    orderId: string,
    units: number,
  ): { kind: 'refused'; why: string } | { kind: 'granted'; number: string } {
    const order = this.#marketplace.orders.get(orderId)
    const line = order?.lines[0]
    if (order === undefined || line === undefined) return { kind: 'refused', why: `No order ${orderId}.` }
    const left = unitsIn(line, 'Shipped', 'Delivered')
    if (units > left) return { kind: 'refused', why: `${left} units of it have left.` }
    const now = this.#marketplace.options.now()
    const id = String(300_000_000_000_000 + this.#granted.length)
    this.#granted.push({
      id,
      purchaseOrderId: order.id,
      customerOrderId: order.customerOrderId,
      atMs: now,
      modifiedMs: now,
      status: 'INITIATED',
      lines: [{ number: line.number, sku: line.sku, units }],
    })
    return { kind: 'granted', number: id }
  }

  /** The customer keeps it after all. */
  callOff(number: string): boolean {
    const granted = this.#granted.find(({ id }) => id === number)
    if (granted === undefined) return false
    granted.status = 'CANCELLED'
    granted.modifiedMs = Math.max(this.#marketplace.options.now(), granted.modifiedMs + 1_000)
    return true
  }

  get routes(): Route[] {
    return [{ method: 'GET', path: '/v3/returns', limit: 'returns-get', handle: (call) => this.#list(call) }]
  }

  #list({ query }: RouteCall) {
    const limit = Math.min(LIMIT_MAX, Number(query.limit ?? LIMIT_DEFAULT) || LIMIT_DEFAULT)
    const from = Date.parse(query.returnLastModifiedStartDate ?? '1970-01-01')
    const offset = Number(query.offset ?? 0)
    const found = this.#granted.filter(({ modifiedMs }) => modifiedMs >= from)
    const rows = found.slice(offset, offset + limit)
    const hasMore = offset + limit < found.length
    const next = new URLSearchParams({ ...query, limit: String(limit), offset: String(offset + limit) })
    return {
      // The contract has it always; that the last page's is empty is assumed.
      meta: { totalCount: found.length, limit, nextCursor: hasMore ? `?${next}` : '' },
      returnOrders: rows.map(toShape),
    }
  }
}

function toShape(granted: Granted) {
  const statusTime = new Date(granted.modifiedMs).toISOString()
  return {
    returnOrderId: granted.id,
    customerOrderId: granted.customerOrderId,
    returnOrderDate: new Date(granted.atMs).toISOString(),
    returnType: 'REFUND',
    returnOrderLines: granted.lines.map(({ number, sku, units }, nth) => ({
      returnOrderLineNumber: nth + 1,
      salesOrderLineNumber: Number(number),
      purchaseOrderId: granted.purchaseOrderId,
      purchaseOrderLineNumber: Number(number),
      returnReason: 'DAMAGED',
      item: { sku, productName: sku },
      quantity: { unitOfMeasure: 'EACH', measurementValue: units },
      returnExpectedFlag: true,
      isKeepIt: false,
      status: granted.status,
      statusTime,
    })),
  }
}
