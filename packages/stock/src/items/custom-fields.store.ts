import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { type Refusal, refuse } from '../errors.ts'
import { lockCatalogue } from './catalogue.store.ts'
import type { CatalogueContext } from './catalogue.ts'
import { CUSTOM_KEY, type CustomField } from './custom-fields.ts'
import { findBadName } from './names.ts'

/** In order of key. */
export async function findCustomFields(db: Db, organizationId: string): Promise<CustomField[]> {
  const found = await sql<CustomField>`
    select key, type, name from custom_field
    where organization_id = ${organizationId}
    order by key`.execute(db)
  return found.rows
}

/** Defines a custom field or renames it. Its type may change only while no item has it. */
export async function saveCustomField(
  tx: Tx,
  context: CatalogueContext,
  field: CustomField,
): Promise<{ kind: 'created' | 'changed'; field: CustomField } | Refusal> {
  const { organizationId } = context
  if (!CUSTOM_KEY.test(field.key)) {
    return refuse(
      'invalid-text',
      'key',
      `"${field.key}" is no key: it has 1 to 50 letters, digits and underscores, and begins with a small letter.`,
    )
  }
  const bad = findBadName(field.name, 'name')
  if (bad !== undefined) return bad
  await lockCatalogue(tx, organizationId)
  const before = (await findCustomFields(tx, organizationId)).find(({ key }) => key === field.key)
  if (before !== undefined && before.type !== field.type) {
    const inUse = await findCustomFieldInUse(tx, organizationId, field.key)
    if (inUse !== undefined) return inUse
  }
  await sql`
    insert into custom_field (organization_id, key, type, name, created_at)
    values (${organizationId}, ${field.key}, ${field.type}, ${field.name}, ${context.now()})
    on conflict (organization_id, key) do update set type = excluded.type, name = excluded.name`.execute(tx)
  return { kind: before === undefined ? 'created' : 'changed', field }
}

/** Takes a definition away. Refused while an item, archived or not, has the field. */
export async function removeCustomField(
  tx: Tx,
  context: CatalogueContext,
  key: string,
): Promise<{ kind: 'removed' } | Refusal> {
  const { organizationId } = context
  await lockCatalogue(tx, organizationId)
  const inUse = await findCustomFieldInUse(tx, organizationId, key)
  if (inUse !== undefined) return inUse
  const removed = await sql`
    delete from custom_field where organization_id = ${organizationId} and key = ${key}`.execute(tx)
  return removed.numAffectedRows === 0n
    ? refuse('unknown-custom-field', 'key', `There is no custom field "${key}".`)
    : { kind: 'removed' }
}

async function findCustomFieldInUse(
  tx: Tx,
  organizationId: string,
  key: string,
): Promise<Refusal | undefined> {
  const found = await sql<{ sku: string; items: number }>`
    select min(sku) as sku, count(*) as items from item
    where organization_id = ${organizationId} and custom ? ${key}
    having count(*) > 0`.execute(tx)
  const [row] = found.rows
  if (row === undefined) return undefined
  const items =
    row.items === 1 ? `The item "${row.sku}" has it` : `${row.items} items have it, "${row.sku}" first`
  return refuse('custom-field-in-use', 'key', `The custom field "${key}" is in use. ${items}.`)
}
