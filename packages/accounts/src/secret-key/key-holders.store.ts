import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** A running process, and the names of the keys that it has. */
export type KeyHolder = { holderId: string; name: string; seals: string; opens: string[]; seenAt: Date }

/** Whoever has said nothing for so long is not there any more: processes say it every ten seconds. */
const HOLDER_GONE_MS = 45_000

const DAY_MS = 24 * 3_600_000

export async function noteHolder(db: Db, holder: KeyHolder): Promise<void> {
  const { holderId, name, seals, opens, seenAt } = holder
  await sql`
    insert into identity.key_holder (holder_id, name, seals, opens, seen_at)
    values (${holderId}, ${name}, ${seals}, ${sql.val(opens)}::text[], ${seenAt})
    on conflict (holder_id) do update set
      seals = excluded.seals, opens = excluded.opens, seen_at = excluded.seen_at`.execute(db)
  await sql`delete from identity.key_holder where seen_at < ${new Date(seenAt.getTime() - DAY_MS)}`.execute(
    db,
  )
}

/** The process ends: nobody need wait for it. */
export async function removeHolder(db: Db, holderId: string): Promise<void> {
  await sql`delete from identity.key_holder where holder_id = ${holderId}`.execute(db)
}

/** Those that were there a moment ago, by name. */
export async function findHolders(db: Db, now: Date): Promise<KeyHolder[]> {
  const found = await sql<KeyHolder>`
    select holder_id, name, seals, opens, seen_at from identity.key_holder
    where seen_at > ${new Date(now.getTime() - HOLDER_GONE_MS)}
    order by name, holder_id`.execute(db)
  return found.rows
}
