import type { Tx } from '@plimsoll/database'
import type { FoundUnits } from '@plimsoll/orders'
import { sql } from 'kysely'
import { findUnitsBySku } from '../fulfilment/warehouse-units.store.ts'
import type { Delivery } from '../inbound/delivery.ts'
import type { WorkerContext } from '../worker/worker-context.ts'

type Of = Pick<WorkerContext, 'organizationId' | 'connection'>

/**
 * Which of our returns, to a place of this warehouse, something that it took in is: by our id, by its own of what it was told, else
 * by the number, where one open return alone has it.
 * @returns null: none that the hub knows of
 */
export async function matchReturn(
  tx: Tx,
  { organizationId, connection }: Of,
  { externalId, returnId, number }: Pick<Delivery, 'externalId' | 'returnId' | 'number'>,
): Promise<string | null> {
  const { connectionId } = connection
  const found = await sql<{ returnId: string; by: 'id' | 'number' }>`
    select return_id, case when return_id = ${returnId}::uuid or told.subject_id is not null then 'id' else 'number' end as by
    from customer_return
    join counted_place as place using (organization_id, location_id)
    left join errand as told on told.organization_id = customer_return.organization_id and told.kind = 'announce-return'
      and told.subject_id = return_id and told.connection_id = ${connectionId} and told.external_id = ${externalId}
    where customer_return.organization_id = ${organizationId} and place.connection_id = ${connectionId} and (
      return_id = ${returnId}::uuid or told.subject_id is not null
      or (customer_return.number = ${number} and customer_return.state in ('announced', 'partly-inspected')))
    order by by, (return_id = ${returnId}::uuid) desc
    limit 2`.execute(tx)
  const [first, second] = found.rows
  const isAlone = second === undefined || second.by !== first?.by
  if (first === undefined) return null
  return first.by === 'id' || isAlone ? first.returnId : null
}

/** What came before its warehouse's answer to the announcement did is this return, and is looked at again. */
export async function claimDeliveries(
  tx: Tx,
  { organizationId, connection }: Of,
  returnId: string,
  externalId: string,
  at: Date,
): Promise<void> {
  await sql`
    update warehouse_delivery set return_id = ${returnId}, try_at = ${at}
    where organization_id = ${organizationId} and connection_id = ${connection.connectionId} and kind = 'return'
      and external_id = ${externalId} and return_id is null`.execute(tx)
}

type ToldRow = {
  connectionId: string
  sku: string
  condition: 'sellable' | 'damaged' | 'disposed' | 'waiting'
  told: number
  booked: number
  isComplete: boolean
}

/** All that came of a return, in base units, as far as it is booked. */
export async function readFound(
  tx: Tx,
  organizationId: string,
  returnId: string,
): Promise<{ found: FoundUnits[]; isSettled: boolean }> {
  const { rows } = await sql<ToldRow>`
    select connection_id, sku, condition, told, booked, is_complete
    from warehouse_delivery as delivery
    left join warehouse_delivery_line using (organization_id, connection_id, kind, external_id)
    where organization_id = ${organizationId} and delivery.return_id = ${returnId}
    order by connection_id, external_id, line_external_id, condition`.execute(tx)
  const lines = rows.filter(({ sku }) => sku !== null)
  const found = new Map<string, FoundUnits>()
  for (const [connectionId, own] of Map.groupBy(lines, (line) => line.connectionId)) {
    const skus = [...new Set(own.map(({ sku }) => sku))]
    const units = await findUnitsBySku(tx, organizationId, connectionId, skus)
    const itemIds = [...units.values()].map(({ itemId }) => itemId)
    const items = await sql<{ itemId: string; sku: string }>`
      select item_id, sku from item
      where organization_id = ${organizationId} and item_id = any(${sql.val(itemIds)}::uuid[])`.execute(tx)
    for (const { sku, condition, booked } of own) {
      const unit = units.get(sku)
      const item = items.rows.find(({ itemId }) => itemId === unit?.itemId)
      if (unit === undefined || item === undefined || condition === 'waiting') continue
      const field = condition === 'sellable' ? 'restocked' : condition
      const here = found.get(item.sku) ?? { sku: item.sku, restocked: 0, damaged: 0, disposed: 0 }
      here[field] += booked * unit.unitsEach
      found.set(item.sku, here)
    }
  }
  const isSettled =
    rows.every(({ isComplete }) => isComplete) &&
    lines.every(({ condition, told, booked }) => {
      return condition === 'waiting' ? told === 0 : told === booked
    })
  return { found: [...found.values()], isSettled: isSettled && rows.length > 0 }
}
