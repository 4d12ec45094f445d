import { findExpiredReservations, type StockCommand } from '@plimsoll/stock'
import { nowOf, type SyncContext } from '../context.ts'
import { changeStock } from './stock-changes.ts'

const RELEASES_PER_TURN = 500

/**
 * Gives back what soft reservations (carts, quotes) still hold when their time has passed. Any process may do it,
 * several at once too: each release has a key of its own.
 * @returns how many reservations ended
 */
export async function releaseExpired(context: SyncContext): Promise<number> {
  let ended = 0
  for (;;) {
    const expired = await findExpiredReservations(
      context.database.kysely,
      context.organizationId,
      nowOf(context),
      RELEASES_PER_TURN,
    )
    if (expired.length === 0) return ended
    const outcomes = await changeStock(context, expired.map(toRelease))
    ended += outcomes.filter(({ kind }) => kind === 'applied').length
    // What was refused (released or shipped by somebody meanwhile) is looked at again in the next turn.
    if (expired.length < RELEASES_PER_TURN || outcomes.every(({ kind }) => kind === 'refused')) return ended
  }
}

function toRelease({
  ownerId,
  expiresAt,
  open,
}: {
  ownerId: string
  expiresAt: Date
  open: number
}): StockCommand {
  return {
    kind: 'release',
    // The units are part of the key: what a person releases meanwhile makes it another command.
    key: `expired:${ownerId}:${expiresAt.getTime()}:${open}`,
    actor: 'hub',
    reason: 'expired',
    effectiveAt: undefined,
    reservationId: ownerId,
    quantity: open,
  }
}
