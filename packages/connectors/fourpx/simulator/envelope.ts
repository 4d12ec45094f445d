/** Everything is answered with 200; these are the two kinds. Codes that the public SDKs do not list are made up. */

export function success(data: unknown) {
  return { result: '1', msg: 'System processing succeeded', errors: [], data }
}

export function failure(
  error_code: string,
  error_msg: string = error_code,
  error_data: string | null = null,
) {
  return {
    result: '0',
    msg: 'System processing failed',
    errors: [{ error_code, error_msg, error_data }],
    data: null,
  }
}

export type Body = Record<string, unknown>

/** One page of rows; pages are longer than allowed at nobody's. */
export function page<Row>(body: Body, rows: readonly Row[], sizeMax: number, toJson: (row: Row) => object) {
  const number = Number(body.page_no ?? 1)
  const size = Number(body.page_size ?? Math.min(50, sizeMax))
  if (!Number.isInteger(number) || number < 1) return failure('ERR_PAGE_NO', '页码必须为正整数')
  if (!Number.isInteger(size) || size < 1 || size > sizeMax)
    return failure('ERR_PAGE_SIZE', `每页记录数最大支持${sizeMax}条`)
  return success({
    page_no: number,
    page_size: size,
    total: rows.length,
    data: rows.slice((number - 1) * size, number * size).map(toJson),
  })
}

const DAY_MS = 86_400_000

/** A period in milliseconds; today where none is given. Undefined: it is longer than allowed. */
export function periodOf(
  { start, end }: { start: unknown; end: unknown },
  { nowMs, daysMax }: { nowMs: number; daysMax: number },
): ((ms: number) => boolean) | undefined {
  const today = nowMs - (nowMs % DAY_MS)
  const [from, to] = [Number(start ?? today), Number(end ?? today + DAY_MS)]
  if (!Number.isFinite(from) || !Number.isFinite(to) || to - from > daysMax * DAY_MS) return undefined
  return (ms) => ms >= from && ms <= to
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
}
