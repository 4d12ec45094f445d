import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { SampleLanguage } from './sample-words.ts'

export type SampleRow = {
  organizationId: string
  language: SampleLanguage
  state: 'making' | 'open' | 'failed'
  madeAt: Date
}

export async function insertSample(
  db: Db,
  sample: { organizationId: string; language: SampleLanguage; madeBy: string; at: Date },
): Promise<void> {
  await sql`
    insert into sample_brand (organization_id, language, state, made_by, made_at)
    values (${sample.organizationId}, ${sample.language}, 'making', ${sample.madeBy}, ${sample.at})`.execute(
    db,
  )
}

export async function openSample(db: Db, sample: { organizationId: string; at: Date }): Promise<void> {
  await sql`
    update sample_brand set state = 'open', opened_at = ${sample.at}
    where organization_id = ${sample.organizationId}`.execute(db)
}

/** All that are not being wiped. */
export async function findSamples(db: Db): Promise<SampleRow[]> {
  const found = await sql<SampleRow>`
    select organization_id, language, state, made_at from sample_brand join organization using (organization_id)
    where deleting_at is null order by organization_id`.execute(db)
  return found.rows
}

/** The one that somebody has made. */
export async function findSampleOf(db: Db, madeBy: string): Promise<SampleRow | undefined> {
  const found = await sql<SampleRow>`
    select organization_id, language, state, made_at from sample_brand join organization using (organization_id)
    where made_by = ${madeBy} and deleting_at is null order by made_at desc limit 1`.execute(db)
  return found.rows[0]
}

/** Its shops, as they were connected: at these addresses they are opened again. */
export async function findSampleShops(
  db: Db,
  organizationId: string,
): Promise<{ connector: string; name: string; settings: unknown }[]> {
  const found = await sql<{ connector: string; name: string; settings: unknown }>`
    select connector, name, settings from connection
    where organization_id = ${organizationId} order by connection_id`.execute(db)
  return found.rows
}

/** Units of each item that nobody has bought yet. */
export async function findUnitsLeft(db: Db, organizationId: string): Promise<Map<string, number>> {
  const found = await sql<{ sku: string; units: number }>`
    select sku, coalesce(sum(on_hand - reserved - held), 0)::bigint as units
    from item left join balance using (organization_id, item_id)
    where organization_id = ${organizationId} group by sku`.execute(db)
  return new Map(found.rows.map(({ sku, units }) => [sku, units]))
}
