import type { PersonalDataRule } from '@plimsoll/connector-kit'
import { type Db, inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { decideKeptDays, type KeptDays, USUAL_KEPT_DAYS } from './kept-days.ts'

/** What counts for the orders of one connection, and why. */
export type ConnectionKeptDays = KeptDays & {
  connectionId: string
  name: string
  /** What its platform demands; undefined: nothing that is known. */
  platform: PersonalDataRule | undefined
}

export type PersonalDataSetting = {
  own: KeptDays
  /** 0: nobody has said one yet. */
  version: number
  actor: string | null
  savedAt: Date | null
  connections: ConnectionKeptDays[]
}

/** How long it is kept to whom orders go: the organization's own rule, and what follows for each connection. */
export async function readPersonalDataRules(context: SyncContext, db?: Db): Promise<PersonalDataSetting> {
  const { database, organizationId, connectors } = context
  const from = db ?? database.kysely
  const said = await sql<KeptDays & { version: number; actor: string; savedAt: Date }>`
    select ended_days, unsent_days, version, actor, saved_at from personal_data_rule
    where organization_id = ${organizationId}
    order by version desc
    limit 1`.execute(from)
  const [row] = said.rows
  const own = row === undefined ? USUAL_KEPT_DAYS : { endedDays: row.endedDays, unsentDays: row.unsentDays }
  const found = await sql<{ connectionId: string; name: string; connector: string }>`
    select connection_id, name, connector from connection
    where organization_id = ${organizationId}
    order by created_at, connection_id`.execute(from)
  return {
    own,
    version: row?.version ?? 0,
    actor: row?.actor ?? null,
    savedAt: row?.savedAt ?? null,
    connections: found.rows.map(({ connectionId, name, connector }) => {
      const platform = connectors.get(connector)?.manifest.personalData
      return { connectionId, name, platform, ...decideKeptDays(own, platform) }
    }),
  }
}

/** Says how long it is kept from now on, of what is there already too. */
export async function changePersonalDataRule(
  context: SyncContext,
  { endedDays, unsentDays, actor }: KeptDays & { actor: string },
): Promise<PersonalDataSetting> {
  const { database, organizationId } = context
  await inTransaction(database, async (tx) => {
    // Two at once would give one number.
    await sql`select from organization where organization_id = ${organizationId} for update`.execute(tx)
    await sql`
      insert into personal_data_rule (organization_id, version, ended_days, unsent_days, actor, saved_at)
      select ${organizationId}, coalesce(max(version), 0) + 1, ${endedDays}, ${unsentDays}, ${actor}, ${nowOf(context)}
      from personal_data_rule where organization_id = ${organizationId}`.execute(tx)
  })
  return await readPersonalDataRules(context)
}
