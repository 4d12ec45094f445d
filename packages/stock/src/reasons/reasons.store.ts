import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Refusal } from '../errors.ts'
import { findBadReasonEntry, type Reason, type ReasonRules } from './reasons.ts'

/** The organization's listed reasons, archived ones too, in order of code, and whether one of them must be given. */
export async function readReasons(db: Db, organizationId: string): Promise<ReasonRules> {
  const [reasons, settings] = await Promise.all([
    sql<Reason>`
      select code, name_en, name_zh, direction, archived_at is not null as is_archived
      from adjustment_reason
      where organization_id = ${organizationId}
      order by code`.execute(db),
    sql<{ listedReasonRequired: boolean }>`
      select listed_reason_required from stock_setting where organization_id = ${organizationId}`.execute(db),
  ])
  return { reasons: reasons.rows, listedReasonRequired: settings.rows[0]?.listedReasonRequired ?? false }
}

/** Lists a reason, or changes the one with this code; listing an archived one brings it back. */
export async function saveReason(
  tx: Tx,
  organizationId: string,
  reason: Omit<Reason, 'isArchived'>,
): Promise<{ kind: 'saved' } | Refusal> {
  const bad = findBadReasonEntry(reason)
  if (bad !== undefined) return bad
  await sql`
    insert into adjustment_reason (organization_id, code, name_en, name_zh, direction)
    values (${organizationId}, ${reason.code}, ${reason.nameEn}, ${reason.nameZh}, ${reason.direction})
    on conflict (organization_id, code) do update set name_en = excluded.name_en, name_zh = excluded.name_zh,
      direction = excluded.direction, archived_at = null`.execute(tx)
  return { kind: 'saved' }
}

/** Takes a reason off the list; movements that gave it keep it. @returns whether it was listed */
export async function archiveReason(
  tx: Tx,
  organizationId: string,
  code: string,
  at: Date,
): Promise<boolean> {
  const archived = await sql`
    update adjustment_reason set archived_at = ${at}
    where organization_id = ${organizationId} and code = ${code} and archived_at is null`.execute(tx)
  return archived.numAffectedRows === 1n
}

/** Whether adjustments and losses must give a listed reason. */
export async function requireListedReason(tx: Tx, organizationId: string, required: boolean): Promise<void> {
  await sql`
    insert into stock_setting (organization_id, listed_reason_required) values (${organizationId}, ${required})
    on conflict (organization_id) do update set listed_reason_required = excluded.listed_reason_required`.execute(
    tx,
  )
}
