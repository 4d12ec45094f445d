import { type ExternalOrder, Invalid, Malformed, type Page } from '@plimsoll/connector-kit'
import { order as orderSchema, type WooOrder, type WooOrderRow, type WooRefund } from './answers.ts'
import { pageSize, type WooApi } from './api.ts'
import { nextOrderPage, type OrderCursor, oneSecondBefore, readOrderCursor } from './cursors.ts'
import { fromExternalId } from './ids.ts'
import { type CustomStatuses, fromGmt, type OrderParts, toGmt, toOrder } from './map.ts'
import { readFulfillments } from './order-fulfillments.ts'
import { readAllPages } from './pages.ts'
import type { UnpaidOrders } from './unpaid-orders.ts'

type Reading = {
  api: WooApi
  statuses: CustomStatuses
  /** Remembers that this shop cannot sort by change. */
  sorting: { orderby: OrderCursor['orderby']; isTried?: boolean }
  unpaid: UnpaidOrders
  now: () => number
  signal?: AbortSignal | undefined
}

/**
 * Orders changed at or after `since`, those in the trash after all others. Most reads find less than a
 * page of either, so the first call asks for both at once.
 */
export async function readOrders(
  { since, cursor: text }: { since: Date; cursor: string | undefined },
  reading: Reading,
): Promise<Page<ExternalOrder>> {
  const after = oneSecondBefore(toGmt(since))
  const first = (stage: OrderCursor['stage']): OrderCursor => ({
    stage,
    after,
    skip: 0,
    orderby: reading.sorting.orderby,
  })
  // Only once it is known how the shop sorts: else both would be refused.
  if (text === undefined && reading.sorting.isTried === true) {
    const [all, trash] = await Promise.all([
      readStage(first('any'), since, reading),
      readStage(first('trash'), since, reading),
    ])
    const isOver = all.after === undefined
    const read = isOver ? toPage([all, trash], trash.after) : toPage([all], all.after)
    return await withUnpaid(read, reading)
  }
  const read = await readStage(readOrderCursor(text, first('any')), since, reading)
  reading.sorting.isTried = true
  const page = toPage([read], read.after ?? (read.stage === 'any' ? first('trash') : undefined))
  return text === undefined ? await withUnpaid(page, reading) : page
}

/** With the unpaid orders that must be told anew, since a hold runs out and nothing of the order changes. */
async function withUnpaid(page: Page<ExternalOrder>, reading: Reading): Promise<Page<ExternalOrder>> {
  const at = page.platformTime ?? new Date(reading.now())
  const due = reading.unpaid.due(at)
  if (due !== 'all' && due.length === 0) return page
  const { api, signal } = reading
  const found =
    due === 'all'
      ? await readAllPages<WooOrderRow>((number) => api.unpaidOrders({ page: number, signal }))
      : (await api.ordersById({ ids: due.slice(0, pageSize), signal })).data
  const told = new Set([...page.rows, ...(page.unreadable ?? [])].map(({ externalId }) => externalId))
  const others = found.filter((row) => !told.has(String(row.id)))
  const rows = await Promise.all(others.map((row) => readRow(row, { ...reading, at })))
  if (due === 'all') reading.unpaid.noteAll()
  return {
    ...page,
    rows: [...page.rows, ...rows.filter((row) => 'lines' in row)],
    unreadable: [...(page.unreadable ?? []), ...rows.filter((row) => !('lines' in row))],
  }
}

type StageRead = {
  rows: (ExternalOrder | UnreadableOrder)[]
  stage: OrderCursor['stage']
  /** Where this stage goes on; undefined after its last page. */
  after: OrderCursor | undefined
  date: Date | undefined
}
type UnreadableOrder = { externalId: string; version: number | undefined }

async function readStage(cursor: OrderCursor, since: Date, reading: Reading): Promise<StageRead> {
  const sinceGmt = toGmt(since)
  const answer = await askSorted(cursor, reading)
  // Sorted by change, the shop's answer is trusted; shops of old ignore the filter instead of refusing it.
  const wanted = answer.data.filter((row) => !row.date_modified_gmt || row.date_modified_gmt >= sinceGmt)
  return {
    rows: await Promise.all(wanted.map((row) => readRow(row, { ...reading, at: answer.date }))),
    stage: answer.cursor.stage,
    after: nextOrderPage(answer.cursor, { rows: answer.data, total: answer.total }, pageSize),
    date: answer.date,
  }
}

function toPage(stages: readonly StageRead[], after: OrderCursor | undefined): Page<ExternalOrder> {
  const all = stages.flatMap((stage) => stage.rows)
  return {
    rows: all.filter((row) => 'lines' in row),
    unreadable: all.filter((row) => !('lines' in row)),
    next: after && JSON.stringify(after),
    platformTime: stages[0]?.date,
  }
}

/**
 * One order that cannot be read (a status that nobody has explained, a plugin's fraction of a unit) must not hold up
 * the others on its page.
 */
async function readRow(
  row: WooOrderRow,
  reading: Reading & { at: Date | undefined },
): Promise<ExternalOrder | UnreadableOrder> {
  const unreadable: UnreadableOrder = {
    externalId: String(row.id),
    version: row.date_modified_gmt ? fromGmt(row.date_modified_gmt).getTime() : undefined,
  }
  const parsed = orderSchema.safeParse(row)
  if (!parsed.success) return unreadable
  try {
    return toOrder(parsed.data, await partsOf(parsed.data, reading), reading.statuses)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return unreadable
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
  const { data, date } = await api.order({ id: fromExternalId(externalId, 'externalId'), signal })
  if (String(data.id) !== externalId)
    throw new Malformed(`The shop answered ${externalId} with ${data.id}`, '')
  return toOrder(data, await partsOf(data, { ...reading, at: date }), statuses)
}

/**
 * What the order only says that there is, and whether its units are held.
 * @param reading.at the shop's clock; ours where it does not tell
 * @param reading.unpaid absent: for what does not ask
 */
export async function partsOf(
  order: WooOrder,
  reading: Pick<Reading, 'api' | 'signal'> &
    Partial<Pick<Reading, 'unpaid' | 'now'>> & { at?: Date | undefined },
): Promise<OrderParts> {
  const { unpaid, now, at = new Date(now?.() ?? 0), signal } = reading
  const [refunds, fulfillments, isHeld = false] = await Promise.all([
    refundsOf(order, reading),
    readFulfillments(order, reading),
    unpaid?.isHeld(order, at, signal),
  ])
  return { refunds, fulfillments, isHeld }
}

/**
 * The order names its refunds; which lines they are about is told only by the refunds themselves.
 * @throws Malformed when one that is named does not come: its units would still be promised
 */
export async function refundsOf(
  order: Pick<WooOrder, 'id' | 'refunds'>,
  { api, signal }: Pick<Reading, 'api' | 'signal'>,
): Promise<WooRefund[]> {
  if (order.refunds.length === 0) return []
  const refunds = await readAllPages<WooRefund>((page) => api.refunds({ orderId: order.id, page, signal }))
  const read = new Set(refunds.map((refund) => refund.id))
  const missing = order.refunds.find((refund) => !read.has(refund.id))
  if (missing !== undefined) {
    throw new Malformed(`Order ${order.id} names refund ${missing.id}, which the shop does not show`, '')
  }
  return refunds
}
