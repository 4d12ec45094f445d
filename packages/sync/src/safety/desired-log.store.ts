import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** Makes the partitions of this month and the next three. @returns the names of those made by this call */
export async function prepareDesiredMonths(db: Db, now: Date): Promise<string[]> {
  const made = await sql<{ name: string }>`
    select prepare_desired_months(${now}, ${now}::timestamptz + interval '3 months') as name`.execute(db)
  return made.rows.map(({ name }) => name)
}
