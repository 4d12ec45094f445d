import {
  type CallOptions,
  type Page,
  readEachRow,
  type StreamQuery,
  type WarehouseReturn,
} from '@plimsoll/connector-kit'
import { returned, returnRows } from './answers.ts'
import { PAGE_SIZE } from './limits.ts'
import { toReturn } from './map.ts'
import { idOfRow } from './orders.ts'
import { fromPassCursor, nextPass } from './receiving.ts'
import { ask, type Context, nextCursor } from './transport.ts'

/** As receipts: those under way are all looked at, then those that ended since; none is told whose state is older. */
export async function readReturns(
  context: Context,
  { since, cursor }: StreamQuery,
  options?: CallOptions,
): Promise<Page<WarehouseReturn>> {
  const [pass, number] = fromPassCursor(cursor)
  const { value, response } = await ask(
    context,
    {
      operation: 'returns',
      path: '/return',
      query: {
        ...(pass === 'open'
          ? { Status: 'Arrived,Processing' }
          : {
              Status: 'Completed,Cancelled',
              CompletedStartDate: new Date(Math.max(0, since.getTime() - 1_000)).toISOString(),
            }),
        SortOrder: 'Asc',
        Limit: PAGE_SIZE,
        Cursor: number,
      },
      scope: 'returns_read',
      options,
    },
    returnRows,
  )
  const { rows, unreadable } = await readEachRow(value.items, {
    schema: returned,
    idOf: idOfRow,
    toRow: toReturn,
  })
  return {
    rows: rows.filter(({ version }) => version === undefined || version >= since.getTime()),
    unreadable,
    next: nextPass(pass, number, nextCursor(value.next) !== undefined),
    platformTime: response.date,
  }
}
