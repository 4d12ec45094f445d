import type { Db, KitKind } from '@plimsoll/database'
import { sql } from 'kysely'

/** One thing that was said of a kit. Quantities: base units in one base unit of the kit. */
export type KitDefinition = {
  version: number
  kind: KitKind
  components: { sku: string; quantity: number }[]
  actor: string
  reason: string | null
  definedAt: Date
}

/** What was said of an item as a kit, newest first. SKUs are those that the items have now. */
export async function findKitDefinitions(
  db: Db,
  organizationId: string,
  kitItemId: string,
  limit: number,
): Promise<KitDefinition[]> {
  const found = await sql<KitDefinition>`
    select version, kit_kind as kind, actor, reason, defined_at,
      coalesce((
        select jsonb_agg(jsonb_build_object('sku', item.sku, 'quantity', said.component -> 'quantity') order by item.sku)
        -- By itself (offset 0): behind the wall a cast inside of the join would keep it from the item's key (decision 0065).
        from (
          select component, (component ->> 'itemId')::uuid as item_id
          from jsonb_array_elements(components) as component
          offset 0
        ) as said
        join item on item.organization_id = kit_definition.organization_id and item.item_id = said.item_id
      ), '[]') as components
    from kit_definition
    where organization_id = ${organizationId} and kit_item_id = ${kitItemId}
    order by version desc
    limit ${limit}`.execute(db)
  return found.rows
}

/** Undefined for an item of which nothing was ever said. */
export async function findLastDefinition(
  db: Db,
  organizationId: string,
  kitItemId: string,
): Promise<KitDefinition | undefined> {
  const [last] = await findKitDefinitions(db, organizationId, kitItemId, 1)
  return last
}

export type NamedPart = { itemId: string; sku: string; name: string; kind: KitKind; quantity: number }

/** What a kit contains as it was said, in order of SKU. */
export async function findKitComponents(
  db: Db,
  organizationId: string,
  kitItemId: string,
): Promise<NamedPart[]> {
  const found = await sql<NamedPart>`
    select item.item_id, item.sku, item.name, item.kit_kind as kind, kit_component.quantity
    from kit_component
    join item on item.organization_id = kit_component.organization_id
      and item.item_id = kit_component.component_item_id
    where kit_component.organization_id = ${organizationId} and kit_component.kit_item_id = ${kitItemId}
    order by item.sku`.execute(db)
  return found.rows
}

/** What a virtual kit comes down to, in order of SKU; none for any other item. */
export async function findNamedParts(
  db: Db,
  organizationId: string,
  kitItemId: string,
): Promise<NamedPart[]> {
  const found = await sql<NamedPart>`
    select item.item_id, item.sku, item.name, item.kit_kind as kind, kit_part.quantity
    from kit_part
    join item on item.organization_id = kit_part.organization_id and item.item_id = kit_part.part_item_id
    where kit_part.organization_id = ${organizationId} and kit_part.kit_item_id = ${kitItemId}
    order by item.sku`.execute(db)
  return found.rows
}

export type KitUse = {
  itemId: string
  sku: string
  name: string
  kind: KitKind
  /** Base units that the kit names itself; null where it holds the item only within another kit. */
  quantity: number | null
  /** Base units that a virtual kit comes down to, over all ways; null for assembled kits. */
  partQuantity: number | null
}

/** Every kit that contains an item, at any depth, in order of SKU. */
export async function findUsesOf(
  db: Db,
  organizationId: string,
  itemId: string,
  page: { after: string | undefined; limit: number },
): Promise<KitUse[]> {
  const found = await sql<KitUse>`
    with recursive above (item_id) as (
      select kit_item_id from kit_component
      where organization_id = ${organizationId} and component_item_id = ${itemId}
      union
      select kit_component.kit_item_id
      from above
      join kit_component on kit_component.organization_id = ${organizationId}
        and kit_component.component_item_id = above.item_id
    )
    select item.item_id, item.sku, item.name, item.kit_kind as kind, named.quantity,
      kit_part.quantity as part_quantity
    from above
    join item on item.organization_id = ${organizationId} and item.item_id = above.item_id
    left join kit_component as named on named.organization_id = ${organizationId}
      and named.kit_item_id = above.item_id and named.component_item_id = ${itemId}
    left join kit_part on kit_part.organization_id = ${organizationId}
      and kit_part.kit_item_id = above.item_id and kit_part.part_item_id = ${itemId}
    where ${page.after ?? null}::text is null or item.sku > ${page.after ?? null}::text
    order by item.sku
    limit ${page.limit}`.execute(db)
  return found.rows
}
