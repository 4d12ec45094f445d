import { sql } from 'kysely'
import type { Db } from './tables.ts'

/** Makes PostgreSQL plan anew, for whoever has just filled tables: plans made on empty ones read everything. */
export async function refreshStatistics(db: Db): Promise<void> {
  await sql`select refresh_statistics()`.execute(db)
}
