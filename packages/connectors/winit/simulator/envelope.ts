import { fromBeijingTime } from '@plimsoll/connector-kit'

/** Everything is answered with 200; these are the two kinds. Codes of refusals are made up: Winit publishes none. */
export function success(data: unknown) {
  return { code: '0', msg: '操作成功', data }
}

export function failure(code: string, msg: string) {
  return { code, msg, data: null }
}

export type Data = Record<string, unknown>

/** So many at most on a page. */
const SIZE_MAX = 200

/** One page of rows, by the two names that Winit has for its number. */
export function pageOf<Row>(data: Data, rows: readonly Row[]) {
  const number = Number(data.pageNum ?? data.pageNo ?? 1)
  const size = Number(data.pageSize ?? 20)
  if (!Number.isInteger(number) || number < 1) return undefined
  if (!Number.isInteger(size) || size < 1 || size > SIZE_MAX) return undefined
  return { number, size, total: rows.length, list: rows.slice((number - 1) * size, number * size) }
}

const DAY_MS = 86_400_000

/** Days of Beijing, both included. Undefined: none are given, or too many. */
export function daysOf(start: unknown, end: unknown, daysMax: number): ((ms: number) => boolean) | undefined {
  const from = fromBeijingTime(textOf(start))?.getTime()
  const to = fromBeijingTime(textOf(end))?.getTime()
  if (from === undefined || to === undefined || to - from > daysMax * DAY_MS) return undefined
  return (ms) => ms >= from && ms < to + DAY_MS
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
}
