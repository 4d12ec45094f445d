import { arrayOf, type Db, type Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { PolicyScope } from './policies.store.ts'
import { policyFields as fields } from './policies-in-force.store.ts'
import type { PolicyRow } from './policy.ts'

/** What is set on many of one kind, by their ids. */
export async function findPoliciesSetOn(
  db: Db,
  organizationId: string,
  scope: PolicyScope['scope'],
  scopeIds: readonly string[],
): Promise<Map<string, PolicyRow>> {
  const found = await sql<PolicyRow & { scopeId: string }>`
    select scope_id, ${fields} from policy
    where organization_id = ${organizationId} and scope = ${scope} and scope_id = any(${arrayOf(scopeIds, 'uuid')})`.execute(
    db,
  )
  return new Map(found.rows.map(({ scopeId, ...policy }) => [scopeId, policy]))
}

/**
 * Writes many policies of one kind, all of each; null: nothing is set there any more. Each is noted in their history. All
 * statements are sent at once: figures may be read right after.
 */
export async function savePoliciesOf(
  tx: Tx,
  organizationId: string,
  scope: PolicyScope['scope'],
  policies: readonly { scopeId: string; policy: PolicyRow | null }[],
  at: Date,
): Promise<void> {
  const deleted = policies.flatMap(({ scopeId, policy }) => (policy === null ? [scopeId] : []))
  const rows = policies.flatMap(({ scopeId, policy }) =>
    policy === null ? [] : [{ scope_id: scopeId, ...toColumns(policy) }],
  )
  await Promise.all([
    sql`
      insert into policy_change (organization_id, scope, scope_id, at, fields)
      select ${organizationId}, ${scope}, (said ->> 'scopeId')::uuid, ${at}, nullif(said -> 'policy', 'null')
      from jsonb_array_elements(${JSON.stringify(policies)}::jsonb) as said`.execute(tx),
    sql`
      delete from policy
      where organization_id = ${organizationId} and scope = ${scope} and scope_id = any(${arrayOf(deleted, 'uuid')})`.execute(
      tx,
    ),
    sql`
      insert into policy (organization_id, scope, scope_id, ${fields}, updated_at)
      select ${organizationId}, ${scope}, scope_id, ${fields}, ${at}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said (
        scope_id uuid, buffer_units bigint, buffer_percent bigint, cap bigint, floor bigint, fixed bigint, paused boolean,
        min_shelf_life_days int, promise_incoming boolean, pool_location_ids uuid[], share_percent bigint,
        exclusive_percent bigint, incoming_percent bigint, incoming_within_days bigint
      )
      on conflict (organization_id, scope, scope_id) do update set
        (${fields}, updated_at) = (
          excluded.buffer_units, excluded.buffer_percent, excluded.cap, excluded.floor, excluded.fixed, excluded.paused,
          excluded.min_shelf_life_days, excluded.promise_incoming, excluded.pool_location_ids, excluded.share_percent,
          excluded.exclusive_percent, excluded.incoming_percent, excluded.incoming_within_days, excluded.updated_at
        )`.execute(tx),
  ])
}

function toColumns(policy: PolicyRow): Record<string, unknown> {
  const named = Object.entries(policy).map(([name, value]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
  return Object.fromEntries(named)
}

/** What one change set changed of these. */
export async function findPolicyChangesOfSet(
  db: Db,
  organizationId: string,
  changeSet: string,
  scopeIds: readonly string[],
): Promise<{ scopeId: string; before: PolicyRow | null; after: PolicyRow | null }[]> {
  const found = await sql<{ scopeId: string; before: PolicyRow | null; after: PolicyRow | null }>`
    select scope_id, before, fields as after from policy_change
    where organization_id = ${organizationId} and change_set = ${changeSet} and undoes is null
      and scope_id = any(${arrayOf(scopeIds, 'uuid')})
    order by change_id`.execute(db)
  return found.rows
}
