import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ToldTrouble } from '../told-trouble.ts'
import type { Language } from './alert-text.ts'
import { POSTED_KINDS } from './posts.ts'

export const DESTINATION_KINDS = ['email', ...POSTED_KINDS] as const
export type DestinationKind = (typeof DESTINATION_KINDS)[number]

/** A destination as people see it: never its address. */
export type AlertDestination = {
  destinationId: string
  name: string
  kind: DestinationKind
  shown: string
  language: Language
  messagesPerHour: number
  isOn: boolean
  failures: number
  problem: string | null
  problemTold: ToldTrouble | null
  problemSince: Date | null
  nextTryAt: Date | null
  lastSentAt: Date | null
  /** Alerts that wait to be told. */
  waiting: number
}

export type KeptDestination = Pick<
  AlertDestination,
  'destinationId' | 'name' | 'kind' | 'shown' | 'language' | 'messagesPerHour' | 'isOn'
> & { secretId: string }

export async function findDestinations(db: Db, organizationId: string): Promise<AlertDestination[]> {
  const found = await sql<AlertDestination>`
    select destination_id, name, kind, shown, language, messages_per_hour, is_on, failures, problem, problem_told, problem_since,
      next_try_at, last_sent_at,
      (
        select count(*) from alert_delivery
        left join alert_message on alert_message.organization_id = alert_delivery.organization_id
          and alert_message.message_id = alert_delivery.message_id
        where alert_delivery.organization_id = ${organizationId}
          and alert_delivery.destination_id = alert_destination.destination_id
          and (alert_delivery.message_id is null or alert_message.state = 'waiting')
      )::int as waiting
    from alert_destination
    where organization_id = ${organizationId}
    order by lower(name), destination_id`.execute(db)
  return found.rows
}

export async function findDestination(
  db: Db,
  organizationId: string,
  destinationId: string,
): Promise<KeptDestination | undefined> {
  const found = await sql<KeptDestination>`
    select destination_id, name, kind, shown, language, messages_per_hour, is_on, secret_id from alert_destination
    where organization_id = ${organizationId} and destination_id = ${destinationId}`.execute(db)
  return found.rows[0]
}

/** @returns false where another has that name */
export async function saveDestination(
  tx: Tx,
  organizationId: string,
  kept: KeptDestination,
  { at, by }: { at: Date; by: string },
): Promise<boolean> {
  const taken = await sql`
    select from alert_destination
    where organization_id = ${organizationId} and lower(name) = lower(${kept.name})
      and destination_id <> ${kept.destinationId}`.execute(tx)
  if (taken.rows.length > 0) return false
  await sql`
    insert into alert_destination (organization_id, destination_id, name, kind, secret_id, shown, language,
      messages_per_hour, is_on, created_at, changed_by)
    values (${organizationId}, ${kept.destinationId}, ${kept.name}, ${kept.kind}, ${kept.secretId}, ${kept.shown},
      ${kept.language}, ${kept.messagesPerHour}, ${kept.isOn}, ${at}, ${by})
    on conflict (organization_id, destination_id) do update set name = excluded.name, shown = excluded.shown,
      language = excluded.language, messages_per_hour = excluded.messages_per_hour, is_on = excluded.is_on,
      changed_by = excluded.changed_by,
      -- Somebody looked at it: it is tried at once.
      next_try_at = null`.execute(tx)
  // What waited for one that is switched off is old news once it is switched on.
  if (!kept.isOn) {
    await sql`
      delete from alert_delivery
      where organization_id = ${organizationId} and destination_id = ${kept.destinationId} and message_id is null`.execute(
      tx,
    )
  }
  return true
}

/** With all that was told to it; rules forget it. */
export async function deleteDestination(
  tx: Tx,
  organizationId: string,
  destinationId: string,
): Promise<void> {
  await sql`
    update alert_rule set destination_ids = array_remove(destination_ids, ${destinationId}::uuid)
    where organization_id = ${organizationId} and ${destinationId}::uuid = any(destination_ids)`.execute(tx)
  await sql`
    delete from alert_delivery
    where organization_id = ${organizationId} and destination_id = ${destinationId}`.execute(tx)
  await sql`
    delete from alert_destination
    where organization_id = ${organizationId} and destination_id = ${destinationId}`.execute(tx)
}
