import {
  type ConnectorError,
  type ExternalLevel,
  Invalid,
  type LevelKey,
  type LevelWrite,
  Malformed,
  NotFound,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import { type Api, pageSize, type WrittenRow } from './api.ts'

export const locationId = 'default'
export const quantityMax = 1_000_000

type Calling = { api: Api; signal: AbortSignal | undefined }

/** Reads levels now; those that the platform no longer has are left out. */
export async function readLevels(
  keys: readonly LevelKey[],
  { api, signal }: Calling,
): Promise<ExternalLevel[]> {
  const own = keys.filter((key) => key.locationId === locationId)
  const pages = await Promise.all(
    inPages(own).map((page) =>
      api.stock(
        page.map(({ stockUnitId }) => stockUnitId),
        signal,
      ),
    ),
  )
  return pages
    .flatMap(({ data }) => data.rows)
    .map(({ id, stock }) => ({
      stockUnitId: String(id),
      locationId,
      quantity: stock ?? undefined,
      updatedAt: undefined,
    }))
}

/** One outcome for every write. The echo of the platform decides, never the status of its answer. */
export async function setLevels(
  writes: readonly LevelWrite[],
  { api, signal }: Calling,
): Promise<WriteOutcome[]> {
  const refused = writes.flatMap((write): WriteOutcome[] => {
    const error = whyImpossible(write)
    return error === undefined ? [] : [{ writeId: write.writeId, kind: 'refused', error }]
  })
  const possible = writes.filter((write) => whyImpossible(write) === undefined)
  if (possible.length === 0) return refused
  const rows = possible.map(({ stockUnitId, quantity }) => ({ id: Number(stockUnitId), stock: quantity }))
  const { data } = await api.setStock(rows, signal)
  const byId = new Map(data.rows.map((row) => [String(row.id), row]))
  return [...refused, ...possible.map((write) => toOutcome(write, byId.get(write.stockUnitId)))]
}

function toOutcome({ writeId, stockUnitId }: LevelWrite, row: WrittenRow | undefined): WriteOutcome {
  if (row === undefined) throw new Malformed(`The answer has no row for ${stockUnitId}.`, '')
  if ('error' in row) {
    const { code, message } = row.error
    const error =
      code === 'unknown_product'
        ? new NotFound(message, { code })
        : new Invalid(message, 'quantity', { code })
    return { writeId, kind: 'refused', error }
  }
  if (row.stock === null)
    return { writeId, kind: 'refused', error: new Invalid('It is not counted.', 'stock') }
  return { writeId, kind: 'applied', quantity: row.stock }
}

function whyImpossible({ stockUnitId, locationId: at, quantity }: LevelWrite): ConnectorError | undefined {
  if (!Number.isSafeInteger(quantity) || quantity < 0 || quantity > quantityMax)
    return new Invalid(`${quantity} is no quantity: 0 to ${quantityMax}.`, 'quantity')
  if (at !== locationId || !/^\d+$/.test(stockUnitId))
    return new NotFound(`There is no ${stockUnitId} at ${at}.`)
  return undefined
}

function inPages<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / pageSize) }, (_, at) =>
    rows.slice(at * pageSize, (at + 1) * pageSize),
  )
}
