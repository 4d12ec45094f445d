import { type MasterKey, sealFresh, unseal } from '@plimsoll/accounts'
import type { Recipient } from '@plimsoll/connector-kit'
import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/** Personal data: sealed under the master key, bound to its order, and purged. */

type Place = { organizationId: string; orderId: string }

const boundTo = ({ organizationId, orderId }: Place) => `recipient ${organizationId} ${orderId}`

export async function saveRecipient(
  tx: Tx,
  key: MasterKey,
  place: Place,
  { recipient, at, purgeAt }: { recipient: Recipient; at: Date; purgeAt: Date },
): Promise<void> {
  const sealed = sealFresh(key, recipient, boundTo(place))
  await sql`
    insert into order_recipient (organization_id, order_id, key_name, sealed, read_at, purge_at)
    values (${place.organizationId}, ${place.orderId}, ${key.name}, ${sealed}, ${at}, ${purgeAt})
    on conflict (organization_id, order_id) do update set
      key_name = excluded.key_name, sealed = excluded.sealed, read_at = excluded.read_at,
      purge_at = excluded.purge_at`.execute(tx)
}

/** @throws SecretUnreadable where the key is another */
export async function findRecipient(db: Db, key: MasterKey, place: Place): Promise<Recipient | undefined> {
  const found = await sql<{ sealed: Buffer }>`
    select sealed from order_recipient
    where organization_id = ${place.organizationId} and order_id = ${place.orderId}`.execute(db)
  const [row] = found.rows
  // Sealed by `saveRecipient`: what is in it is of our own making.
  return row === undefined ? undefined : (unseal(key, row.sealed, boundTo(place)) as Recipient)
}

/**
 * Removes what has been kept long enough; of orders that are still to be sent nothing. Who an order made by hand is for was typed
 * in, and can be read nowhere again: it is kept as long as the order is open. @returns how many
 */
export async function purgeRecipients(db: Db, organizationId: string, now: Date): Promise<number> {
  const purged = await sql`
    delete from order_recipient
    where organization_id = ${organizationId} and purge_at <= ${now}
      and not exists (
        select from shipment
        where shipment.organization_id = order_recipient.organization_id
          and shipment.order_id = order_recipient.order_id
          and shipment.state not in ('shipped', 'cancelled', 'rejected')
      )
      and not exists (
        select from sales_order
        join hand_order using (organization_id, order_id)
        where sales_order.organization_id = order_recipient.organization_id
          and sales_order.order_id = order_recipient.order_id and state in ('pending', 'open')
      )`.execute(db)
  return Number(purged.numAffectedRows ?? 0n)
}
