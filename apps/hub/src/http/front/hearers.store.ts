import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type Hearers = {
  /** Organizations that have connected the account. */
  meant: string[]
  /** Those that know the application otherwise: one of them answers what is about nobody here, or about nobody in particular. */
  whoever: string[]
}

/**
 * The organizations that may know what an address of an application is called with. A connection that nobody has worked
 * yet does not say of which application it is, and is taken for one that may.
 * @param account whose the message says it is; undefined: it does not say
 */
export async function findHearers(
  db: Db,
  called: { connector: string; application: string; account: string | undefined },
): Promise<Hearers> {
  const found = await sql<{ organizationId: string; isMeant: boolean }>`
    with hearer as (
      select organization_id, account_id is not distinct from ${called.account ?? null} and account_id is not null as is_meant
      from connection
      where connector = ${called.connector}
        and (application_key = ${called.application} or application_key is null)
      union all
      select organization_id, false from webhook_application
      where connector = ${called.connector} and application_key = ${called.application}
    )
    select organization_id, bool_or(is_meant) as is_meant from hearer
    group by organization_id order by organization_id`.execute(db)
  const idsOf = (isMeant: boolean) =>
    found.rows.filter((row) => row.isMeant === isMeant).map(({ organizationId }) => organizationId)
  return { meant: idsOf(true), whoever: idsOf(false) }
}
