import { type BudgetSpec, capacityOf, type SeenBucket } from '@plimsoll/connector-kit'
import type { Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { SharedBucket } from './budget-draw.ts'

/** Names one shared bucket. `organizationId`: all zeros for an application's that serves a whole host. */
export type BucketName = { organizationId: string; budgetKey: string; name: string }

/** Reads a bucket and holds it until the transaction ends; one that nobody has used yet is full. */
export async function lockBucket(
  tx: Tx,
  bucket: BucketName,
  spec: BudgetSpec,
  now: Date,
): Promise<SharedBucket> {
  await sql`
    insert into shared_budget (organization_id, budget_key, name, level, level_at, pace)
    values (${bucket.organizationId}, ${bucket.budgetKey}, ${bucket.name}, ${capacityOf(spec)}, ${now}, 1)
    on conflict do nothing`.execute(tx)
  const found = await sql<SharedBucket>`
    select capacity, refill_per_second, level, level_at, pace, blocked_until from shared_budget
    where organization_id = ${bucket.organizationId} and budget_key = ${bucket.budgetKey} and name = ${bucket.name}
    for update`.execute(tx)
  const [row] = found.rows
  if (row === undefined) throw new Error(`the budget ${bucket.name} vanished`)
  return row
}

export async function saveBucket(tx: Tx, bucket: BucketName, state: SharedBucket): Promise<void> {
  await sql`
    update shared_budget set level = ${state.level}, level_at = ${state.levelAt}, pace = ${state.pace},
      blocked_until = ${state.blockedUntil}, capacity = ${state.capacity}, refill_per_second = ${state.refillPerSecond}
    where organization_id = ${bucket.organizationId} and budget_key = ${bucket.budgetKey} and name = ${bucket.name}`.execute(
    tx,
  )
}

/** What all other processes hold of a bucket; what a dead one held counts until it runs out. */
export async function sumHeldByOthers(
  tx: Tx,
  bucket: BucketName,
  processId: string,
  now: Date,
): Promise<number> {
  const found = await sql<{ held: number }>`
    select coalesce(sum(held), 0)::float8 as held from budget_holding
    where organization_id = ${bucket.organizationId} and budget_key = ${bucket.budgetKey} and name = ${bucket.name}
      and process_id <> ${processId} and expires_at >= ${now}`.execute(tx)
  return found.rows[0]?.held ?? 0
}

export async function saveHolding(
  tx: Tx,
  bucket: BucketName,
  holding: { processId: string; held: number; expiresAt: Date },
): Promise<void> {
  await sql`
    insert into budget_holding (organization_id, budget_key, name, process_id, held, expires_at)
    values (${bucket.organizationId}, ${bucket.budgetKey}, ${bucket.name}, ${holding.processId}, ${holding.held},
      ${holding.expiresAt})
    on conflict (organization_id, budget_key, name, process_id) do update set
      held = excluded.held, expires_at = excluded.expires_at`.execute(tx)
}

/** Holdings of processes that ended long ago. */
export async function forgetHoldings(tx: Tx, bucket: BucketName, before: Date): Promise<void> {
  await sql`
    delete from budget_holding
    where organization_id = ${bucket.organizationId} and budget_key = ${bucket.budgetKey} and name = ${bucket.name}
      and expires_at < ${before}`.execute(tx)
}

export function withSeen(state: SharedBucket, seen: Partial<SeenBucket>): SharedBucket {
  const { capacity = state.capacity, refillPerSecond = 0, available = state.level } = seen
  return {
    ...state,
    capacity,
    refillPerSecond: refillPerSecond > 0 ? refillPerSecond : state.refillPerSecond,
    // Never more than was reckoned: others may hold what the platform has not seen yet.
    level: Math.min(state.level, available),
  }
}
