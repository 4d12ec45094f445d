import type { Db, Tx, WebhookApplicationTable } from '@plimsoll/database'
import { sql } from 'kysely'

export type StoredApplication = Omit<WebhookApplicationTable, 'organizationId'>

export async function findApplications(db: Db, organizationId: string): Promise<StoredApplication[]> {
  const found = await sql<StoredApplication>`
    select connector, application_key, secret_id, created_at from webhook_application
    where organization_id = ${organizationId}
    order by connector, created_at, application_key`.execute(db)
  return found.rows
}

export async function findApplication(
  db: Db,
  organizationId: string,
  { connector, key }: { connector: string; key: string },
): Promise<StoredApplication | undefined> {
  const found = await sql<StoredApplication>`
    select connector, application_key, secret_id, created_at from webhook_application
    where organization_id = ${organizationId} and connector = ${connector} and application_key = ${key}`.execute(
    db,
  )
  return found.rows[0]
}

/** @returns the secret that it had before */
export async function saveApplication(
  tx: Tx,
  organizationId: string,
  application: StoredApplication,
): Promise<string | undefined> {
  const { connector, applicationKey, secretId, createdAt } = application
  const before = await sql<{ secretId: string }>`
    select secret_id from webhook_application
    where organization_id = ${organizationId} and connector = ${connector} and application_key = ${applicationKey}
    for update`.execute(tx)
  await sql`
    insert into webhook_application (organization_id, connector, application_key, secret_id, created_at)
    values (${organizationId}, ${connector}, ${applicationKey}, ${secretId}, ${createdAt})
    on conflict (organization_id, connector, application_key) do update set secret_id = excluded.secret_id`.execute(
    tx,
  )
  return before.rows[0]?.secretId
}

/** @returns its secret; undefined: there is none */
export async function deleteApplication(
  tx: Tx,
  organizationId: string,
  { connector, key }: { connector: string; key: string },
): Promise<string | undefined> {
  const removed = await sql<{ secretId: string }>`
    delete from webhook_application
    where organization_id = ${organizationId} and connector = ${connector} and application_key = ${key}
    returning secret_id`.execute(tx)
  return removed.rows[0]?.secretId
}
