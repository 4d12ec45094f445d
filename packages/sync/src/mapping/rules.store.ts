import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { RuleSample } from './rules.ts'

export type StoredRules = { version: number; rules: unknown; actor: string; savedAt: Date }

/** Versions of a connection's rules, the newest first. */
export async function findRuleVersions(
  db: Db,
  organizationId: string,
  connectionId: string,
  limit: number,
): Promise<StoredRules[]> {
  const found = await sql<StoredRules>`
    select version, rules, actor, saved_at from mapping_rules
    where organization_id = ${organizationId} and connection_id = ${connectionId}
    order by version desc
    limit ${limit}`.execute(db)
  return found.rows
}

/** @returns false where somebody saved that version meanwhile */
export async function insertRules(
  db: Db,
  organizationId: string,
  { connectionId, version, rules, actor, savedAt }: StoredRules & { connectionId: string },
): Promise<boolean> {
  const saved = await sql`
    insert into mapping_rules (organization_id, connection_id, version, rules, actor, saved_at)
    values (${organizationId}, ${connectionId}, ${version}, ${JSON.stringify(rules)}::jsonb, ${actor}, ${savedAt})
    on conflict do nothing`.execute(db)
  return Number(saved.numAffectedRows ?? 0n) === 1
}

/** Listings of a connection for a trial, those that wait to be matched first. */
export async function findSamples(
  db: Db,
  organizationId: string,
  connectionId: string,
  limit: number,
): Promise<(RuleSample & { listingId: string })[]> {
  const found = await sql<RuleSample & { listingId: string }>`
    select listing_id, external_id, sku, barcode, title from listing
    where organization_id = ${organizationId} and connection_id = ${connectionId} and state <> 'gone'
    order by item_id is not null, listing_id
    limit ${limit}`.execute(db)
  return found.rows
}
