import { type ExternalOrder, Invalid, Malformed, type Page } from '@plimsoll/connector-kit'
import type { WooOrder, WooRefund } from './answers.ts'
import { pageSize, type WooApi } from './api.ts'
import { nextOrderPage, type OrderCursor, oneSecondBefore, readOrderCursor } from './cursors.ts'
import { fromExternalId } from './ids.ts'
import { type CustomStatuses, fromGmt, toGmt, toOrder } from './map.ts'

type Reading = {
  api: WooApi
  statuses: CustomStatuses
  /** Remembers that this shop cannot sort by change. */
  sorting: { orderby: OrderCursor['orderby'] }
  signal?: AbortSignal | undefined
}

/** Orders changed at or after `since`, those in the trash after all others. */
export async function readOrders(
  { since, cursor: text }: { since: Date; cursor: string | undefined },
  reading: Reading,
): Promise<Page<ExternalOrder>> {
  const { sorting } = reading
  const sinceGmt = toGmt(since)
  const start = oneSecondBefore(sinceGmt)
  const cursor = readOrderCursor(text, {
    stage: 'any',
    after: start,
    skip: 0,
    orderby: sorting.orderby,
  })
  const answer = await askSorted(cursor, reading)
  // Sorted by change, the shop's answer is trusted; shops of old ignore the filter instead of refusing it.
  const wanted = answer.data.filter((order) => order.date_modified_gmt >= sinceGmt)
  const read = await Promise.all(wanted.map((order) => readRow(order, reading)))
  const rows = read.flatMap((each) => ('order' in each ? [each.order] : []))
  const unreadable = read.flatMap((each) => ('order' in each ? [] : [each]))
  const next = nextOrderPage(answer.cursor, answer.data, pageSize)
  const after =
    next ??
    (cursor.stage === 'any'
      ? { stage: 'trash' as const, after: start, skip: 0, orderby: answer.cursor.orderby }
      : undefined)
  return { rows, unreadable, next: after && JSON.stringify(after), platformTime: answer.date }
}

/** One order with a status that nobody has explained must not hold up the others on its page. */
async function readRow(
  order: WooOrder,
  reading: Reading,
): Promise<{ order: ExternalOrder } | { externalId: string; version: number | undefined }> {
  const refunds = await refundsOf(order, reading)
  try {
    return { order: toOrder(order, refunds, reading.statuses) }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return { externalId: String(order.id), version: fromGmt(order.date_modified_gmt).getTime() }
  }
}

async function askSorted(cursor: OrderCursor, { api, sorting, signal }: Reading) {
  const ask = (now: OrderCursor) =>
    api.orders({
      modifiedAfter: now.after,
      skip: now.skip,
      trashed: now.stage === 'trash',
      orderby: now.orderby,
      signal,
    })
  try {
    return { ...(await ask(cursor)), cursor }
  } catch (error) {
    if (!(error instanceof Invalid && error.field === 'orderby' && cursor.orderby === 'modified')) throw error
    sorting.orderby = 'id'
    const byId: OrderCursor = { stage: cursor.stage, after: cursor.after, skip: 0, orderby: 'id' }
    return { ...(await ask(byId)), cursor: byId }
  }
}

/** @throws NotFound */
export async function readOrder(externalId: string, reading: Reading): Promise<ExternalOrder> {
  const { api, statuses, signal } = reading
  const { data } = await api.order({ id: fromExternalId(externalId, 'externalId'), signal })
  return toOrder(data, await refundsOf(data, reading), statuses)
}

/** The order names its refunds; which lines they are about is told only by the refunds themselves. */
export async function refundsOf(
  order: Pick<WooOrder, 'id' | 'refunds'>,
  { api, signal }: Pick<Reading, 'api' | 'signal'>,
): Promise<WooRefund[]> {
  const refunds: WooRefund[] = []
  if (order.refunds.length === 0) return refunds
  for (let page = 1; ; page += 1) {
    const { data } = await api.refunds({ orderId: order.id, page, signal })
    refunds.push(...data)
    if (data.length < pageSize) return refunds
  }
}
