import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'

/** Whom units are allocated for; each as the caller names it. */
export type ShelfLifeFor = { connection?: string | undefined; customer?: string | undefined }

export type ShelfLifeMinimum = {
  scope: 'organization' | 'connection' | 'customer'
  /** Empty for the organization. */
  scopeId: string
  days: number
}

/** The organization's minimum, and those of the connections and customers that are asked for. */
export async function findShelfLifeMinima(
  db: Db,
  organizationId: string,
  wanted: readonly ShelfLifeFor[],
): Promise<ShelfLifeMinimum[]> {
  const connections = wanted.flatMap(({ connection }) => connection ?? [])
  const customers = wanted.flatMap(({ customer }) => customer ?? [])
  const found = await sql<ShelfLifeMinimum>`
    select scope, scope_id, days from shelf_life_minimum
    where organization_id = ${organizationId} and (
      scope = 'organization'
      or scope = 'connection' and scope_id = any(${sql.val(connections)}::text[])
      or scope = 'customer' and scope_id = any(${sql.val(customers)}::text[])
    )`.execute(db)
  return found.rows
}

/** Sets the minimum of one scope; undefined days: takes it back. */
export async function saveShelfLifeMinimum(
  tx: Tx,
  context: StockContext,
  { scope, scopeId, days }: Omit<ShelfLifeMinimum, 'days'> & { days: number | undefined },
): Promise<void> {
  if (days === undefined) {
    await sql`
      delete from shelf_life_minimum
      where organization_id = ${context.organizationId} and scope = ${scope} and scope_id = ${scopeId}`.execute(
      tx,
    )
    return
  }
  await sql`
    insert into shelf_life_minimum (organization_id, scope, scope_id, days, updated_at)
    values (${context.organizationId}, ${scope}, ${scopeId}, ${days}, ${context.now()})
    on conflict (organization_id, scope, scope_id) do update set
      days = excluded.days, updated_at = excluded.updated_at`.execute(tx)
}

/** The nearest of the minima that reach an allocation: customer, connection, organization; 0 where none is set. */
export function nearestMinimum(minima: readonly ShelfLifeMinimum[], wanted: ShelfLifeFor): number {
  const of = (scope: ShelfLifeMinimum['scope'], scopeId: string | undefined) =>
    minima.find((minimum) => minimum.scope === scope && minimum.scopeId === scopeId)?.days
  return of('customer', wanted.customer) ?? of('connection', wanted.connection) ?? of('organization', '') ?? 0
}

/** Every minimum that is set: the organization's, those of connections, those of customers. */
export async function listShelfLifeMinima(db: Db, organizationId: string): Promise<ShelfLifeMinimum[]> {
  const found = await sql<ShelfLifeMinimum>`
    select scope, scope_id, days from shelf_life_minimum
    where organization_id = ${organizationId}
    order by array_position(array['organization', 'connection', 'customer'], scope), scope_id`.execute(db)
  return found.rows
}
