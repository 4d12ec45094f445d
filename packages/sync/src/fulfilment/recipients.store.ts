import { type MasterKey, type SealedPlace, sealNamed, unseal } from '@plimsoll/accounts'
import type { Recipient } from '@plimsoll/connector-kit'
import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/** Personal data: sealed under the master key, bound to its order, and purged (`purge-personal-data.ts`). */

type Place = { organizationId: string; orderId: string }

const boundTo = ({ organizationId, orderId }: Place) => `recipient ${organizationId} ${orderId}`

export const sealedRecipients: SealedPlace = {
  table: 'order_recipient',
  key: ['organizationId', 'orderId'],
  boundTo,
}

export async function saveRecipient(
  tx: Tx,
  key: MasterKey,
  place: Place,
  { recipient, at }: { recipient: Recipient; at: Date },
): Promise<void> {
  const { keyName, sealed } = sealNamed(key, recipient, boundTo(place))
  await sql`
    insert into order_recipient (organization_id, order_id, key_name, sealed, read_at)
    values (${place.organizationId}, ${place.orderId}, ${keyName}, ${sealed}, ${at})
    on conflict (organization_id, order_id) do update set
      key_name = excluded.key_name, sealed = excluded.sealed, read_at = excluded.read_at,
      ended_at = null`.execute(tx)
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
