import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'

/**
 * The connector of orders that people make. It is no platform: it can be neither connected nor paused, has no listings and no
 * levels, and nobody works it under a lease. It is a connection at all so that its orders are orders like any other.
 */
export const BY_HAND = 'by-hand'

export type ByHand = { connectionId: string; defaultLocationId: string }

export async function findByHand(db: Db, organizationId: string): Promise<ByHand | undefined> {
  const found = await sql<ByHand>`
    select connection_id, default_location_id from connection
    where organization_id = ${organizationId} and connector = ${BY_HAND}`.execute(db)
  return found.rows[0]
}

/** Made on first use, however many want it at once. */
export async function ensureByHand(tx: Tx, context: SyncContext): Promise<ByHand> {
  const { organizationId } = context
  const known = await findByHand(tx, organizationId)
  if (known !== undefined) return known
  const usual = await findUsualPlace(tx, organizationId)
  await sql`
    insert into connection
      (organization_id, connection_id, connector, name, state, pause_reasons, resume_state, settings, secret_id,
       default_location_id, orders_poll_ms, ships_orders_from, created_at)
    select ${organizationId}, ${context.uuid()}, ${BY_HAND},
      -- Somebody may have called a shop so.
      case when exists (select from connection where organization_id = ${organizationId} and name = ${BY_HAND})
        then ${`${BY_HAND} (orders)`} else ${BY_HAND} end,
      'live', '{}', null, '{}'::jsonb, null, ${usual}, 60000, ${ALL_ORDERS}, ${nowOf(context)}
    on conflict (organization_id) where connector = 'by-hand' do nothing`.execute(tx)
  const made = await findByHand(tx, organizationId)
  if (made === undefined) throw new Error('the connection of orders by hand was just made')
  return made
}

/** The hub sends all of them: nobody else does. */
const ALL_ORDERS = new Date(0)

/** Where orders reserve that are sent by the rules, until they are routed: the first place that sends anything. */
export async function findUsualPlace(db: Db, organizationId: string): Promise<string> {
  const found = await sql<{ locationId: string }>`
    select location_id from location
    where organization_id = ${organizationId} and archived_at is null
      and coalesce(ships, kind not in ('transit', 'marketplace-fulfilled'))
    order by routing_priority, code
    limit 1`.execute(db)
  const [place] = found.rows
  if (place === undefined)
    throw syncProblem('unknown-location', 'location', 'There is no location that orders could be sent from.')
  return place.locationId
}
