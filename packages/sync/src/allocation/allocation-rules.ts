import { inTransaction } from '@plimsoll/database'
import type { AllocationRule } from '@plimsoll/orders'
import { sql } from 'kysely'
import { BY_HAND } from '../by-hand/by-hand-connection.store.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { tellScreens } from '../fulfilment/order-holds.ts'
import {
  findAllocationRule,
  insertAllocationRule,
  type StoredAllocationRule,
} from './allocation-rule.store.ts'

/** A channel as people call it; orders made by hand are one too. */
export type NamedChannel = { connectionId: string; name: string; isByHand: boolean }

export type AllocationSetting = StoredAllocationRule & {
  /** Of `channel-priority`, those that come first, in their order. */
  channels: NamedChannel[]
}

/** Who gets first what has come in, with the channels by name. */
export async function readAllocation(context: SyncContext): Promise<AllocationSetting> {
  const { database, organizationId } = context
  const stored = await findAllocationRule(database.kysely, organizationId)
  const named = await findChannels(context)
  const ids = stored.rule.kind === 'channel-priority' ? stored.rule.connectionIds : []
  return {
    ...stored,
    channels: ids.flatMap((id) => named.find(({ connectionId }) => connectionId === id) ?? []),
  }
}

/**
 * Says who gets first what comes in from now on; whoever waits is looked at again at once.
 * @param said.channels ids or names, of `channel-priority` alone
 * @throws SyncProblem for a channel that is not known or named twice
 */
export async function changeAllocation(
  context: SyncContext,
  said: { kind: AllocationRule['kind']; channels: readonly string[]; actor: string },
): Promise<AllocationSetting> {
  const { organizationId } = context
  const at = nowOf(context)
  const named = await findChannels(context)
  const connectionIds = said.channels.map((name) => {
    const found = named.find((each) => each.connectionId === name || each.name === name)
    if (found === undefined)
      throw syncProblem('unknown-connection', 'channels', `There is no channel "${name}".`)
    return found.connectionId
  })
  if (new Set(connectionIds).size !== connectionIds.length)
    throw syncProblem('invalid-order', 'channels', 'Name each channel once.')
  const rule: AllocationRule =
    said.kind === 'channel-priority' ? { kind: said.kind, connectionIds } : { kind: said.kind }
  await inTransaction(context.database, async (tx) => {
    await insertAllocationRule(tx, organizationId, { rule, actor: said.actor, at })
    await sql`
      update order_to_route set tried_at = '-infinity'
      where organization_id = ${organizationId} and waits_since is not null`.execute(tx)
    for (const { connectionId } of named.slice(0, 1)) await tellScreens(context, tx, connectionId)
  })
  return await readAllocation(context)
}

async function findChannels({ database, organizationId }: SyncContext): Promise<NamedChannel[]> {
  const found = await sql<NamedChannel>`
    select connection_id, name, connector = ${BY_HAND} as is_by_hand from connection
    where organization_id = ${organizationId}
    order by created_at, connection_id`.execute(database.kysely)
  return found.rows
}
