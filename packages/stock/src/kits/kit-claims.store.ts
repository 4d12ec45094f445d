import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'

/** Which virtual kit a caller's reservation is of; its rows are of the kit's parts. */
export type KitClaim = { ownerId: string; kitItemId: string }

/** Of these owners, those that hold a kit. */
export async function findKitClaims(
  db: Db,
  organizationId: string,
  ownerIds: readonly string[],
): Promise<KitClaim[]> {
  if (ownerIds.length === 0) return []
  const found = await sql<KitClaim>`
    select owner_id, kit_item_id from kit_claim
    where organization_id = ${organizationId} and owner_id = any(${sql.val([...ownerIds])}::uuid[])`.execute(
    db,
  )
  return found.rows
}

export async function insertKitClaims(
  tx: Tx,
  organizationId: string,
  claims: readonly KitClaim[],
): Promise<void> {
  if (claims.length === 0) return
  const source = unnestRows('added', claims, { ownerId: 'uuid', kitItemId: 'uuid' })
  await sql`
    insert into kit_claim (organization_id, owner_id, kit_item_id)
    select ${organizationId}, owner_id, kit_item_id from ${source}`.execute(tx)
}
