import type { Db } from '@plimsoll/database'
import { replayParked } from '../intake/inbox.store.ts'
import { notify } from '../notify.ts'

/** Orders that waited for a listing to be tied to an item are applied with what is tied now. @returns how many */
export async function replayUnmapped(
  db: Db,
  place: { organizationId: string; connectionId: string },
): Promise<number> {
  const { replayed } = await replayParked(db, place.organizationId, {
    reasonCode: 'unmapped-listing',
    connectionId: place.connectionId,
  })
  if (replayed > 0) {
    await notify(db, place.organizationId, { kind: 'inbox', connectionIds: [place.connectionId] })
  }
  return replayed
}
