import { openDatabase } from '@plimsoll/database'
import { sql } from 'kysely'
import type pg from 'pg'
import { expect } from 'vitest'
import type { ServedHub } from './served-hub.ts'

/** What a session of the runtime role can reach of another organization, table by table of the catalogue. */

export async function expectWall({ hub, database }: ServedHub, other: string): Promise<void> {
  const own = hub.context.organizationId
  const { reached, tables } = await reachOthers(database, { own, other })
  expect(reached).toEqual([])
  expect(tables).toBeGreaterThan(100)

  // The same by the hub's own ways to the database, which a statement that forgot its organization would take.
  const served = await hub.organizations.get({ organizationId: own, name: 'x' })
  const forgetful = sql<{ organizationId: string }>`select distinct organization_id from item`
  expect((await forgetful.execute(database.kysely)).rows).toHaveLength(2)
  for (const { kysely } of [served.database, served.context.database, hub.context.database]) {
    expect((await forgetful.execute(kysely)).rows).toEqual([{ organizationId: own }])
  }
}

type Reached = { table: string; rows: string; what: string }

/**
 * Tries every table as `own` without naming an organization, then naming `other`. Everything is rolled back.
 * @returns what could be reached of another's, and how many tables hold rows of both
 */
async function reachOthers(
  database: { url: string },
  { own, other }: { own: string; other: string },
): Promise<{ reached: Reached[]; tables: number }> {
  const opened = await openDatabase({ databaseUrl: database.url, keep: 'running', poolMax: 1 })
  const client = await opened.forOrganization(own).pool.connect()
  try {
    const { rows: tables } = await client.query<{ name: string; columns: string }>(`
      select pg_class.oid::regclass::text as name,
        (select string_agg(quote_ident(attname), ', ') from pg_attribute
          where attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = '' and attidentity <> 'a') as columns
      from pg_class
      join pg_attribute on attrelid = pg_class.oid and attname = 'organization_id'
      where relkind in ('r', 'p', 'v') and relnamespace in ('public'::regnamespace, 'identity'::regnamespace)
      order by 1`)
    const reached: Reached[] = []
    for (const { name } of tables) {
      const attempts: Record<string, string> = {
        'select everything': `select count(*) as rows from ${name} where organization_id is distinct from '${own}'`,
        'select by its id': `select count(*) as rows from ${name} where organization_id = '${other}'`,
        update: `with done as (update ${name} set organization_id = organization_id where organization_id = '${other}' returning 1)
          select count(*) as rows from done`,
        delete: `with done as (delete from ${name} where organization_id = '${other}' returning 1) select count(*) as rows from done`,
        'move a row there': `with done as (update ${name} set organization_id = '${other}' returning 1) select count(*) as rows from done`,
        'put a row there': `with done as (insert into ${name} select (jsonb_populate_record(one,
            jsonb_build_object('organization_id', '${other}'))).* from ${name} as one limit 1 returning 1)
          select count(*) as rows from done`,
      }
      for (const [what, statement] of Object.entries(attempts)) {
        const rows = await tryOut(client, statement)
        if (rows !== '0') reached.push({ table: name, rows, what })
      }
    }
    return { reached, tables: tables.length }
  } finally {
    client.release()
    await opened.close()
  }
}

/** A statement that may be refused: for its rights, or by the wall, or since nothing may change that table at all. */
const REFUSED = new Set(['42501', '23001', '428C9', '55000'])

async function tryOut(client: pg.PoolClient, statement: string): Promise<string> {
  await client.query('begin')
  try {
    const { rows } = await client.query<{ rows: number }>(statement)
    return String(rows[0]?.rows)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return REFUSED.has(code ?? '') ? '0' : `${code} ${message}`
  } finally {
    await client.query('rollback')
  }
}
