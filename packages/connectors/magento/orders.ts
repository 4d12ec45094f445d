import { type ExternalOrder, Malformed, type Page, type WebhookEvent } from '@plimsoll/connector-kit'
import { type OrderRow, order as orderSchema } from './answers.ts'
import type { MagentoApi } from './api.ts'
import { filtersFrom, nextPlace } from './cursors.ts'
import { fromExternalId } from './ids.ts'
import { toOrder } from './map.ts'
import { readHistory } from './refunded-units.ts'
import { atMost, type Scope, type Scopes } from './scope.ts'
import { type FilterGroup, fromGmt, toGmt, toGmtUp } from './search.ts'

export type OrderReading = {
  api: MagentoApi
  scopes: Scopes
  /** Rows that the shop gives at once, if fewer than ours. */
  limits: { page: number }
  signal?: AbortSignal | undefined
}

/** Orders changed at or after `since`, in the order of their changes. */
export async function readOrders(
  { since, cursor }: { since: Date; cursor: string | undefined },
  reading: OrderReading,
): Promise<Page<ExternalOrder>> {
  const scope = await reading.scopes.get(reading)
  const { data, date } = await withLimit(reading, (pageSize) =>
    reading.api.orders({
      groups: [...filtersFrom('updated_at', toGmt(since), cursor), ...ofStores(scope)],
      sort: ['updated_at', 'entity_id'],
      pageSize,
      signal: reading.signal,
    }),
  )
  const rows = await Promise.all(data.items.map((row) => readRow(row, scope, reading)))
  return {
    rows: rows.filter((row) => 'lines' in row),
    unreadable: rows.filter((row) => !('lines' in row)),
    next: nextPlace(cursor, {
      rows: data.items.map(({ entity_id, updated_at }) => ({ id: entity_id, at: updated_at ?? undefined })),
      total: data.total_count,
      pageSize: reading.limits.page,
    }),
    platformTime: date,
  }
}

/** One order that cannot be read (units in fractions, a state of a plugin) must not hold up the others on its page. */
async function readRow(
  row: OrderRow,
  scope: Scope,
  reading: Pick<OrderReading, 'api' | 'signal'>,
): Promise<ExternalOrder | { externalId: string; version: number | undefined }> {
  const unreadable = {
    externalId: String(row.entity_id),
    version: row.updated_at ? fromGmt(row.updated_at).getTime() : undefined,
  }
  const parsed = orderSchema.safeParse(row)
  if (!parsed.success) return unreadable
  try {
    return toOrder(parsed.data, subtractedIn(scope), await readHistory(parsed.data, reading))
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return unreadable
  }
}

/** Sources fall when a unit ships (`shipment_created`), the single stock of old when it is ordered. */
export function subtractedIn({ kind }: Pick<Scope, 'kind'>): 'yes' | 'no' {
  return kind === 'sources' ? 'no' : 'yes'
}

/** Orders of websites that sell from another stock take nothing from these sources. */
function ofStores({ storeIds }: Scope): FilterGroup[] {
  return storeIds === undefined ? [] : [[{ field: 'store_id', value: storeIds.join(','), condition: 'in' }]]
}

/** Asks again with the shop's own limit on pages, where it has one. */
async function withLimit<T>(
  { limits }: Pick<OrderReading, 'limits'>,
  ask: (pageSize: number) => Promise<T>,
): Promise<T> {
  try {
    return await ask(limits.page)
  } catch (error) {
    limits.page = atMost(error, limits.page)
    return await ask(limits.page)
  }
}

/** @throws NotFound */
export async function readOrder(externalId: string, reading: OrderReading): Promise<ExternalOrder> {
  const { api, scopes, signal } = reading
  const id = fromExternalId(externalId, 'externalId')
  const [{ data }, scope] = await Promise.all([api.order({ id, signal }), scopes.get(reading)])
  if (data.entity_id !== id) throw new Malformed(`The shop answered order ${id} with ${data.entity_id}`, '')
  return toOrder(data, subtractedIn(scope), await readHistory(data, reading))
}

/** How many orders were placed from `from` on and before `to`. */
export async function countOrders(
  { from, to }: { from: Date; to: Date },
  reading: OrderReading,
): Promise<number> {
  const scope = await reading.scopes.get(reading)
  const { data } = await reading.api.countOrders({
    groups: [
      [{ field: 'created_at', value: toGmtUp(from), condition: 'gteq' }],
      [{ field: 'created_at', value: toGmtUp(to), condition: 'lt' }],
      ...ofStores(scope),
    ],
    pageSize: 1,
    signal: reading.signal,
  })
  return data.total_count
}

export const streams = ['shipments', 'creditmemos'] as const

/**
 * Orders that a shipment or credit memo was made for. A part that is shipped in the shop's own admin changes a line and
 * leaves the order's time of change alone, so the list of orders does not show it.
 */
export async function readStream(
  name: string,
  { since, cursor }: { since: Date; cursor: string | undefined },
  reading: OrderReading,
): Promise<Page<WebhookEvent>> {
  const kind = streams.find((stream) => stream === name)
  if (kind === undefined) throw new TypeError(`there is no stream "${name}"`)
  const scope = await reading.scopes.get(reading)
  const { data, date } = await withLimit(reading, (pageSize) =>
    reading.api.documents({
      kind,
      groups: [...filtersFrom('created_at', toGmt(since), cursor), ...ofStores(scope)],
      sort: ['created_at', 'entity_id'],
      pageSize,
      signal: reading.signal,
    }),
  )
  const orderIds = new Set(data.items.map(({ order_id }) => String(order_id)))
  return {
    rows: [...orderIds].map((externalId) => ({
      kind: 'order',
      externalId,
      version: undefined,
      order: undefined,
    })),
    next: nextPlace(cursor, {
      rows: data.items.map(({ entity_id, created_at }) => ({ id: entity_id, at: created_at })),
      total: data.total_count,
      pageSize: reading.limits.page,
    }),
    platformTime: date,
  }
}
