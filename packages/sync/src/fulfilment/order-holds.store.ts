import type { Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/** What a person may hold an order for. */
export const HOLD_REASONS = ['fraud', 'address', 'payment', 'manual'] as const
export type HoldReason = (typeof HOLD_REASONS)[number]
/** `cancelling`: it is to be cancelled on its channel, which has yet to show it. */
export const ALL_HOLD_REASONS = [...HOLD_REASONS, 'cancelling'] as const
/** Its channel holds it, for reasons that stand with the order: only the channel ends that. */
export const CHANNEL_HOLD = 'channel'
export type AnyHoldReason = (typeof ALL_HOLD_REASONS)[number]

/**
 * Its channel's hold is one, whatever it is about by now.
 * @param hold.partly about some units alone, which the lines name
 */
export async function saveChannelHold(
  tx: Tx,
  organizationId: string,
  hold: { orderId: string; partly: boolean; placedBy: string; at: Date },
): Promise<void> {
  await sql`
    insert into order_hold (organization_id, order_id, reason, partly, placed_by, placed_at)
    values (${organizationId}, ${hold.orderId}, ${CHANNEL_HOLD}, ${hold.partly}, ${hold.placedBy}, ${hold.at})
    on conflict (organization_id, order_id, reason) do update set partly = excluded.partly`.execute(tx)
}

/** @returns whether it was not held for that reason before */
export async function insertHold(
  tx: Tx,
  organizationId: string,
  hold: {
    orderId: string
    reason: AnyHoldReason
    note: string | null
    placedBy: string
    at: Date
  },
): Promise<boolean> {
  const held = await sql`
    insert into order_hold (organization_id, order_id, reason, note, placed_by, placed_at)
    values (${organizationId}, ${hold.orderId}, ${hold.reason}, ${hold.note}, ${hold.placedBy}, ${hold.at})
    on conflict (organization_id, order_id, reason) do nothing`.execute(tx)
  return Number(held.numAffectedRows ?? 0n) > 0
}

/** @returns whether it was held for that reason */
export async function deleteHold(
  tx: Tx,
  organizationId: string,
  { orderId, reason }: { orderId: string; reason: AnyHoldReason | typeof CHANNEL_HOLD },
): Promise<boolean> {
  const freed = await sql`
    delete from order_hold
    where organization_id = ${organizationId} and order_id = ${orderId} and reason = ${reason}`.execute(tx)
  return Number(freed.numAffectedRows ?? 0n) > 0
}
