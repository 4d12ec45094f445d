import type { CallOptions, Page, StreamQuery, WarehouseReturn } from '@plimsoll/connector-kit'
import { returned, returns } from './answers.ts'
import { toReturn } from './deliveries.ts'
import * as documents from './documents.ts'
import { DELIVERIES_DAYS } from './limits.ts'
import { DAY_MS } from './purchase-orders.ts'
import { readRows, since } from './rows.ts'
import { type Context, read } from './transport.ts'

/** As receipts: all that were made within half a year are looked at, and those told that changed since. */
export async function readReturns(
  context: Context,
  query: StreamQuery,
  options?: CallOptions,
): Promise<Page<WarehouseReturn>> {
  const madeSince = new Date(query.since.getTime() - DELIVERIES_DAYS * DAY_MS)
  const { data, date } = await read(
    context,
    documents.returns,
    { since: since(madeSince), after: query.cursor },
    returns,
    options,
  )
  const { nodes, next } = data.returns.data
  const { rows, unreadable } = readRows(nodes, returned, toReturn)
  const from = query.since.getTime() - 1_000
  return {
    rows: rows.filter(({ version }) => version === undefined || version >= from),
    unreadable,
    next,
    platformTime: date,
  }
}
