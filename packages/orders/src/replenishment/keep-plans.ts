import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { PlanningContext } from './plan-figures.ts'
import { planItems } from './plan-items.ts'
import { decideNext, type ReplenishmentClock } from './plan-sweep.ts'

/**
 * Items of one transaction of a sweep: each is read with all that moved of it in the days that are measured. With 500 and more
 * what is written of them is megabytes, which a starved machine was seen to send for so long that the connection passed for
 * silent.
 */
const SWEPT_AT_ONCE = 200
/** Where more items changed than this, all are looked at anew. */
const CHANGED_MAX = 5_000
/** What was recorded so long before may have become visible only now. */
const LATE_COMMITS_MS = 2 * 60_000

/**
 * Does the next piece of what is to be planned: a part of a sweep over all items, or what changed since the last look. Each
 * piece is one transaction, so whoever dies loses one.
 * @returns whether there may be more to do now; false also while another process is at it
 */
export async function planNext(tx: Tx, context: PlanningContext): Promise<boolean> {
  const { organizationId } = context
  const clock = await lockClock(tx, organizationId)
  if (clock === undefined) return false
  const at = context.now()
  const next = decideNext(clock, at)
  switch (next.kind) {
    case 'wait':
      return false
    case 'sweep': {
      const itemIds = await findItemsAfter(tx, organizationId, next.after)
      await planItems(tx, context, itemIds, { measure: true })
      const last = itemIds.length < SWEPT_AT_ONCE ? undefined : itemIds.at(-1)
      await saveClock(tx, organizationId, {
        ...clock,
        ...next.begun,
        sweptItemId: last ?? null,
        sweepEndedAt: last === undefined ? at : null,
        // What moved while it ran is looked at after it.
        changesUntil: next.begun?.sweepStartedAt ?? clock.changesUntil,
      })
      return true
    }
    case 'changes': {
      const since = new Date(next.since.getTime() - LATE_COMMITS_MS)
      const itemIds = await findItemsChanged(tx, organizationId, since)
      const isTooMuch = itemIds.length > CHANGED_MAX
      if (!isTooMuch) await planItems(tx, context, itemIds, { measure: false })
      await saveClock(tx, organizationId, {
        ...clock,
        changesUntil: at,
        isSweepWanted: clock.isSweepWanted || isTooMuch,
      })
      return isTooMuch
    }
    default: {
      const never: never = next
      return never
    }
  }
}

/** All items are to be measured and planned anew: a setting of more than one of them was changed. */
export async function wantSweep(tx: Tx, organizationId: string): Promise<void> {
  await sql`
    insert into replenishment_clock (organization_id, is_sweep_wanted) values (${organizationId}, true)
    on conflict (organization_id) do update set is_sweep_wanted = true`.execute(tx)
}

/** How far the work has come; undefined: nothing was ever planned. */
export async function findReplenishmentClock(
  db: Db,
  organizationId: string,
): Promise<ReplenishmentClock | undefined> {
  const found = await sql<ReplenishmentClock>`
    select swept_item_id, sweep_started_at, sweep_ended_at, is_sweep_wanted, changes_until
    from replenishment_clock where organization_id = ${organizationId}`.execute(db)
  return found.rows[0]
}

async function lockClock(tx: Tx, organizationId: string): Promise<ReplenishmentClock | undefined> {
  await sql`
    insert into replenishment_clock (organization_id) values (${organizationId}) on conflict do nothing`.execute(
    tx,
  )
  const found = await sql<ReplenishmentClock>`
    select swept_item_id, sweep_started_at, sweep_ended_at, is_sweep_wanted, changes_until
    from replenishment_clock where organization_id = ${organizationId}
    for update skip locked`.execute(tx)
  return found.rows[0]
}

async function saveClock(tx: Tx, organizationId: string, clock: ReplenishmentClock): Promise<void> {
  const { sweptItemId, sweepStartedAt, sweepEndedAt, isSweepWanted, changesUntil } = clock
  await sql`
    update replenishment_clock
    set swept_item_id = ${sweptItemId}, sweep_started_at = ${sweepStartedAt}, sweep_ended_at = ${sweepEndedAt},
      is_sweep_wanted = ${isSweepWanted}, changes_until = ${changesUntil}
    where organization_id = ${organizationId}`.execute(tx)
}

/** Archived ones too: their plans are taken away. */
async function findItemsAfter(tx: Tx, organizationId: string, after: string | null): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select item_id from item
    where organization_id = ${organizationId} and (${after}::uuid is null or item_id > ${after})
    order by item_id
    limit ${SWEPT_AT_ONCE}`.execute(tx)
  return found.rows.map(({ itemId }) => itemId)
}

/** Items of which stock moved, or a transfer or delivery came, left or ended. */
async function findItemsChanged(tx: Tx, organizationId: string, since: Date): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select item_id from balance
    where organization_id = ${organizationId} and updated_at > ${since}
    union
    select item_id from transfer_line
    join transfer using (organization_id, transfer_id)
    where organization_id = ${organizationId}
      and (created_at > ${since} or dispatched_at > ${since} or ended_at > ${since})
    union
    select item_id from inbound_line
    join inbound_shipment using (organization_id, inbound_id)
    where organization_id = ${organizationId} and (created_at > ${since} or ended_at > ${since})
    order by item_id
    limit ${CHANGED_MAX + 1}`.execute(tx)
  return found.rows.map(({ itemId }) => itemId)
}
