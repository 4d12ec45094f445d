import { arrayOf, type Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** The connections of these accounts of a platform, by account. */
export async function findConnectionsOfAccounts(
  db: Db,
  organizationId: string,
  connector: string,
  accountIds: readonly string[],
): Promise<Map<string, string>> {
  if (accountIds.length === 0) return new Map()
  const found = await sql<{ accountId: string; connectionId: string }>`
    select account_id, connection_id from connection
    where organization_id = ${organizationId} and connector = ${connector}
      and account_id = any(${arrayOf([...new Set(accountIds)], 'text')})
    order by account_id, created_at desc, connection_id desc`.execute(db)
  return new Map(found.rows.map(({ accountId, connectionId }) => [accountId, connectionId]))
}
