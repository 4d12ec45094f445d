import { fromBeijingTime } from '@plimsoll/connector-kit'
import { z } from 'zod'

/** Everything is answered with 200; these are the two kinds (V1). Codes other than the three known ones are made up. */

export function success(more: Record<string, unknown>) {
  return { ask: 'Success', message: 'Success', ...more }
}

export function failure(errMessage: string, errCode: string | number = '10103000') {
  return { ask: 'Failure', message: errMessage, Error: { errMessage, errCode }, request_id: '5F962FBD16668' }
}

/** As public clients have seen it. */
export const noData = () => failure('没有数据(ERROR ID 99-UVU8HX)', '400')

/** Numbers come as text or as numbers. */
export const wholeNumber = z.coerce.number().int()

/** One page of rows, `count` as text as its inventory writes it. Refuses pages longer than allowed. */
export function pageOf<Row>(
  rows: readonly Row[],
  { page, size, sizeMax }: { page: number; size: number; sizeMax: number },
  toJson: (row: Row) => object,
) {
  if (page < 1) return failure('参数[page]必须大于0')
  if (size < 1 || size > sizeMax) return failure(`参数[pageSize]超过最大值${sizeMax}`)
  if (rows.length === 0) return noData()
  const shown = rows.slice((page - 1) * size, page * size)
  return success({ data: shown.map(toJson), count: String(rows.length) })
}

/** Whether a moment lies in a period given as Beijing time, both ends included, to the second. */
export function isWithin(ms: number, from: string | undefined, to: string | undefined): boolean {
  const second = Math.floor(ms / 1_000) * 1_000
  const start = from ? fromBeijingTime(from)?.getTime() : undefined
  const end = to ? fromBeijingTime(to)?.getTime() : undefined
  return second >= (start ?? 0) && second <= (end ?? Number.POSITIVE_INFINITY)
}

/** What a body lacks or has too much of, as GoodCang would say it: by the name of the first field. */
export function faultOf({ issues }: z.ZodError) {
  const name = issues[0]?.path.map(String).join('.') ?? ''
  return failure(`参数[${name}]不符合要求`, '10103010')
}
