import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { KitNode, KitPart } from './flatten.ts'
import type { KitItem } from './kit-definition.ts'

/**
 * One at a time per organization changes kits: two changes that each know nothing of the other could close a cycle
 * between them, or leave parts of a kit that neither has worked out.
 */
export async function lockKits(tx: Tx, organizationId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('plimsoll kits'), hashtext(${organizationId}))`.execute(tx)
}

export async function findKitItems(
  db: Db,
  organizationId: string,
  skus: readonly string[],
): Promise<KitItem[]> {
  const found = await sql<KitItem>`
    select item_id, sku, name, kit_kind as kind from item
    where organization_id = ${organizationId} and sku = any(${sql.val([...skus])}::text[])
    order by sku`.execute(db)
  return found.rows
}

/**
 * What the virtual kits among these items come down to: per kit its plain and assembled items, with the base units
 * that one base unit of the kit needs. Items that are no virtual kits are left out.
 */
export async function findKitParts(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<Map<string, KitPart[]>> {
  if (itemIds.length === 0) return new Map()
  const found = await sql<KitPart & { kitItemId: string }>`
    select kit_item_id, part_item_id as item_id, quantity from kit_part
    where organization_id = ${organizationId} and kit_item_id = any(${sql.val([...itemIds])}::uuid[])
    order by kit_item_id, part_item_id`.execute(db)
  return groupByKit(found.rows)
}

/**
 * What assembling one of each of these assembled kits takes, by the kit's id: its components, virtual ones among them
 * replaced by their own parts. Items that are no assembled kits are left out.
 */
export async function findAssemblyParts(
  db: Db,
  organizationId: string,
  skus: readonly string[],
): Promise<Map<string, KitPart[]>> {
  if (skus.length === 0) return new Map()
  const found = await sql<KitPart & { kitItemId: string }>`
    select component.kit_item_id, coalesce(part.part_item_id, component.component_item_id) as item_id,
      sum(component.quantity * coalesce(part.quantity, 1))::bigint as quantity
    from item
    join kit_component as component on component.organization_id = item.organization_id
      and component.kit_item_id = item.item_id
    left join kit_part as part on part.organization_id = component.organization_id
      and part.kit_item_id = component.component_item_id
    where item.organization_id = ${organizationId} and item.sku = any(${sql.val([...skus])}::text[])
      and item.kit_kind = 'assembled'
    group by 1, 2
    order by 1, 2`.execute(db)
  return groupByKit(found.rows)
}

function groupByKit(rows: readonly (KitPart & { kitItemId: string })[]): Map<string, KitPart[]> {
  const byKit = new Map<string, KitPart[]>()
  for (const { kitItemId, itemId, quantity } of rows) {
    const parts = byKit.get(kitItemId)
    if (parts === undefined) byKit.set(kitItemId, [{ itemId, quantity }])
    else parts.push({ itemId, quantity })
  }
  return byKit
}

/** Every kit that contains one of these items, however deep within others. */
export async function findKitsAbove(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    with recursive above (item_id) as (
      select kit_item_id from kit_component
      where organization_id = ${organizationId} and component_item_id = any(${sql.val([...itemIds])}::uuid[])
      union
      select kit_component.kit_item_id
      from above
      join kit_component on kit_component.organization_id = ${organizationId}
        and kit_component.component_item_id = above.item_id
    )
    select item_id from above order by item_id`.execute(db)
  return found.rows.map(({ itemId }) => itemId)
}

/** These items and all that they are made of, however deep, with what they contain. */
export async function findKitGraph(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<Map<string, KitNode>> {
  const found = await sql<Omit<KitNode, 'components'> & { componentIds: string[]; quantities: string[] }>`
    with recursive within (item_id) as (
      select unnest(${sql.val([...itemIds])}::uuid[])
      union
      select kit_component.component_item_id
      from within
      join kit_component on kit_component.organization_id = ${organizationId}
        and kit_component.kit_item_id = within.item_id
    )
    select item.item_id, item.sku, item.kit_kind as kind,
      coalesce(array_agg(component_item_id::text order by component_item_id)
        filter (where component_item_id is not null), '{}') as component_ids,
      coalesce(array_agg(quantity::text order by component_item_id)
        filter (where component_item_id is not null), '{}') as quantities
    from within
    join item on item.organization_id = ${organizationId} and item.item_id = within.item_id
    left join kit_component on kit_component.organization_id = ${organizationId}
      and kit_component.kit_item_id = within.item_id
    group by item.item_id, item.sku, item.kit_kind`.execute(db)
  return new Map(
    found.rows.map(({ componentIds, quantities, ...node }) => {
      const components = componentIds.map((itemId, nth) => ({ itemId, quantity: Number(quantities[nth]) }))
      return [node.itemId, { ...node, components }]
    }),
  )
}

/**
 * Locks what is recorded of an item's stock, and adds it up.
 * @returns undefined where none of its balances has any
 */
export async function lockStockOf(
  tx: Tx,
  organizationId: string,
  itemId: string,
): Promise<{ onHand: number; reserved: number; held: number; incoming: number } | undefined> {
  type Figures = { onHand: number; reserved: number; held: number; incoming: number }
  const found = await sql<Figures>`
    select on_hand, reserved, held, incoming from balance
    where organization_id = ${organizationId} and item_id = ${itemId}
    order by location_id, lot_id
    for update`.execute(tx)
  // By row: five too many here and five too few there are not none.
  const some = found.rows.filter((row) => [row.onHand, row.reserved, row.held, row.incoming].some(Boolean))
  if (some.length === 0) return undefined
  return some.reduce((sum, row) => ({
    onHand: sum.onHand + row.onHand,
    reserved: sum.reserved + row.reserved,
    held: sum.held + row.held,
    incoming: sum.incoming + row.incoming,
  }))
}

/** Replaces what a kit contains as a whole, and notes who said so. */
export async function saveKit(
  tx: Tx,
  organizationId: string,
  kit: KitNode,
  said: { version: number; actor: string; reason: string | null; at: Date },
): Promise<void> {
  const source = unnestRows('said', kit.components, { itemId: 'uuid', quantity: 'bigint' })
  await Promise.all([
    sql`
      delete from kit_component
      where organization_id = ${organizationId} and kit_item_id = ${kit.itemId}`.execute(tx),
    sql`
      insert into kit_component (organization_id, kit_item_id, component_item_id, quantity)
      select ${organizationId}, ${kit.itemId}, item_id, quantity from ${source}`.execute(tx),
    sql`
      update item set kit_kind = ${kit.kind}
      where organization_id = ${organizationId} and item_id = ${kit.itemId}`.execute(tx),
    sql`
      insert into kit_definition
        (organization_id, kit_item_id, version, kit_kind, components, actor, reason, defined_at)
      values (${organizationId}, ${kit.itemId}, ${said.version}, ${kit.kind},
        ${JSON.stringify(kit.components)}::jsonb, ${said.actor}, ${said.reason}, ${said.at})`.execute(tx),
  ])
}

/** Replaces what these kits come down to; one without parts is no virtual kit any more. */
export async function saveKitParts(
  tx: Tx,
  organizationId: string,
  parts: ReadonlyMap<string, readonly KitPart[]>,
): Promise<void> {
  if (parts.size === 0) return
  const rows = [...parts].flatMap(([kitItemId, each]) => each.map((part) => ({ ...part, kitItemId })))
  const source = unnestRows('flat', rows, { kitItemId: 'uuid', itemId: 'uuid', quantity: 'bigint' })
  await Promise.all([
    sql`
      delete from kit_part
      where organization_id = ${organizationId} and kit_item_id = any(${sql.val([...parts.keys()])}::uuid[])`.execute(
      tx,
    ),
    sql`
      insert into kit_part (organization_id, kit_item_id, part_item_id, quantity)
      select ${organizationId}, kit_item_id, item_id, quantity from ${source}`.execute(tx),
  ])
}
