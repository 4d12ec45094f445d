import type { Db, Tx, WriteDirection } from '@plimsoll/database'
import { sql } from 'kysely'
import { lockedLevels } from './level-locks.store.ts'
import { refusalOver } from './refusal-over.ts'

/** A write that the platform has accepted, and about which it is time to ask. */
export type OpenWrite = {
  writeId: string
  ticket: string
  levelId: string
  itemId: string | null
  quantity: number
  expected: number | null
  direction: WriteDirection
  subtractedAtSend: number
  givenBackAtSend: number
  /** The units of its level are dealt. */
  isDealt: boolean
  sentAt: Date
  /** Another write to the same level was under way with it: nobody can say which of the two acted last. */
  isOvertaken: boolean
}

/** The accepted writes of a connection that are due to be asked about, longest due first. */
export async function findOpenWrites(
  db: Db,
  organizationId: string,
  connectionId: string,
  query: { now: Date; limit: number },
): Promise<OpenWrite[]> {
  const found = await sql<OpenWrite>`
    select write_id, ticket, write.level_id, item_id, quantity, expected, direction, subtracted_at_send, given_back_at_send, granted is not null as is_dealt, sent_at,
      overlapping or exists (
        select from write as later
        where later.organization_id = write.organization_id and later.level_id = write.level_id
          and later.write_id <> write.write_id and later.sent_at >= write.sent_at
          and later.state not in ('untouched', 'refused')
      ) as is_overtaken
    from write
    join level on level.organization_id = write.organization_id and level.level_id = write.level_id
    where write.organization_id = ${organizationId} and write.connection_id = ${connectionId}
      and state = 'accepted' and ask_at <= ${query.now}
    order by ask_at, write_id
    limit ${query.limit}`.execute(db)
  return found.rows
}

/** Nothing new about these: asks again later. */
export async function askLater(
  tx: Tx,
  organizationId: string,
  writeIds: readonly string[],
  askAt: Date,
): Promise<void> {
  if (writeIds.length === 0) return
  await sql`
    update write set ask_at = ${askAt}
    where organization_id = ${organizationId} and write_id = any(${sql.val([...writeIds])}::uuid[])
      and state = 'accepted'`.execute(tx)
}

/** Notes on levels what their open writes may still set, as the writes stand now. */
export async function openLevels(tx: Tx, organizationId: string, levelIds: readonly string[]): Promise<void> {
  if (levelIds.length === 0) return
  await sql`
    update level set open_greatest = open.greatest, open_last = open.last, open_since = open.since,
      -- A later write was taken in: what becomes of it says anew whether the level can be written.
      ${refusalOver(sql`open.last is not null`)}
    from ${lockedLevels(organizationId, levelIds)}
    cross join lateral (
      select max(quantity) as greatest, (array_agg(quantity order by sent_at desc, write_id desc))[1] as last,
        max(sent_at) as since
      from write
      where write.organization_id = ${organizationId} and write.level_id = locked.level_id and state = 'accepted'
    ) as open
    where level.organization_id = ${organizationId} and level.level_id = locked.level_id`.execute(tx)
}

/** What these levels show is not known any more: they are read before anything else is assumed of them. */
export async function forgetLevels(
  tx: Tx,
  organizationId: string,
  levelIds: readonly string[],
): Promise<void> {
  if (levelIds.length === 0) return
  await sql`
    update level set acknowledged = null
    from ${lockedLevels(organizationId, levelIds)}
    where level.organization_id = ${organizationId} and level.level_id = locked.level_id`.execute(tx)
}
