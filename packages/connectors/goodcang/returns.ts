import {
  type CallOptions,
  isConnectorError,
  type Page,
  readEachRow,
  type StreamQuery,
  toBeijingTime,
  type WarehouseReturn,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { anyRow, orderReference, returned } from './answers.ts'
import { RETURN_PAGE } from './limits.ts'
import { toReturn } from './map.ts'
import { readOrder } from './orders.ts'
import { pageOf } from './stock.ts'
import { askForPage, type Context } from './transport.ts'

const DAY_MS = 86_400_000
/** So many orders' references are remembered; then it begins anew. */
const KNOWN_MAX = 5_000

/** Returns (退件单) that changed since. They name GoodCang's order, of which the hub's reference is asked for once. */
export function createReturns(context: Context) {
  const references = new Map<string, string>()

  const referenceOf = async (
    orderCode: string | undefined,
    options?: CallOptions,
  ): Promise<string | undefined> => {
    if (orderCode === undefined) return undefined
    const known = references.get(orderCode)
    if (known !== undefined) return known
    try {
      const found = await readOrder(context, orderCode, {
        schema: orderReference,
        operation: 'returns.order',
        options,
      })
      const reference_no = found.reference_no ?? ''
      if (references.size >= KNOWN_MAX) references.clear()
      references.set(orderCode, reference_no)
      return reference_no
    } catch (error) {
      // Of an order that is not there any more it is a return all the same.
      if (isConnectorError(error) && error.kind === 'not-found') return undefined
      throw error
    }
  }

  return async ({ since, cursor }: StreamQuery, options?: CallOptions): Promise<Page<WarehouseReturn>> => {
    const page = pageOf(cursor)
    const { rows, next, response } = await askForPage(
      context,
      {
        operation: 'returns',
        path: '/return_order/list',
        body: {
          currentPage: String(page),
          pageSize: String(RETURN_PAGE),
          startUpdateTime: toBeijingTime(since),
          endUpdateTime: toBeijingTime(new Date(Math.max(context.now(), since.getTime()) + DAY_MS)),
        },
        quotable: 'nothing',
        options,
      },
      { row: anyRow, page, size: RETURN_PAGE },
    )
    const read = await readEachRow(rows, {
      schema: returned,
      idOf: (raw) => z.object({ asro_code: z.string().min(1) }).safeParse(raw).data?.asro_code,
      toRow: async (one) => toReturn(one, await referenceOf(one.order_code, options)),
    })
    return { ...read, next: next?.toString(), platformTime: response.date }
  }
}
