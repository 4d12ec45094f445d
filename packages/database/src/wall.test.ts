// The wall between organizations as PostgreSQL keeps it, and the connections that organizations share.
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, fromEnvironment, type TestDatabase } from './testing/index.ts'
import { inTransaction } from './transactions.ts'
import { readWall } from './wall.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 2 })
})
afterAll(() => database.drop())

const idOf = (nth: number) => `0199aaaa-0000-7000-8000-00000000000${nth}`

test('I9: every table with an organization stands behind the wall, every month too; a new one calls raise_wall', async () => {
  await sql`select prepare_movement_months('2030-01-01Z', '2030-02-01Z'), prepare_desired_months('2030-01-01Z', '2030-02-01Z')`.execute(
    database.kysely,
  )
  const { rows } = await sql<{ table: string; hasWall: boolean; own: string; others: string[] }>`
    select pg_class.oid::regclass::text as table, relrowsecurity as has_wall,
      (select pg_get_expr(polqual, polrelid) from pg_policy
        where polrelid = pg_class.oid and polname = 'own_organization' and polcmd = '*' and polpermissive
          and polwithcheck is null and polroles = '{0}') as own,
      array(select polname || ' ' || polroles::regrole[]::text from pg_policy
        where polrelid = pg_class.oid and polname <> 'own_organization' order by 1) as others
    from pg_class
    join pg_attribute on attrelid = pg_class.oid and attname = 'organization_id' and not attisdropped
    where relkind in ('r', 'p') and relnamespace in ('public'::regnamespace, 'identity'::regnamespace)`.execute(
    database.kysely,
  )
  expect(rows.length).toBeGreaterThan(100)
  expect(rows.filter(({ table }) => /^(movement|desired_log)_2030_0[12]$/.test(table))).toHaveLength(4)
  const wall = `(organization_id = (NULLIF(current_setting('plimsoll.organization'::text, true), ''::text))::uuid)`
  for (const { table, hasWall, own, others } of rows) {
    expect({ table, hasWall, own }).toEqual({ table, hasWall: true, own: wall })
    const isOfAll = ['halt', 'shared_budget', 'budget_holding'].includes(table)
    const known = ['everyone {plimsoll_everyone}', ...(isOfAll ? ['whole_hub {-}'] : [])]
    expect(others, table).toEqual(known)
  }
})

test('I9: views look with the eyes of whoever asks, and what runs with its owner’s rights is known here', async () => {
  const views = await sql<{ view: string }>`
    select relname as view from pg_class
    where relkind = 'v' and relnamespace = 'public'::regnamespace
      and not coalesce(reloptions @> '{security_invoker=true}', false)`.execute(database.kysely)
  expect(views.rows).toEqual([])
  const functions = await sql<{ name: string; walled: boolean }>`
    select proname as name, has_function_privilege('plimsoll_runtime', oid, 'execute') as walled
    from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by 1`.execute(
    database.kysely,
  )
  expect(functions.rows).toEqual([
    { name: 'archive_movement_month', walled: false },
    // Its trigger compares the organization itself.
    { name: 'balance_place_is_made', walled: false },
    { name: 'begin_movement_restore', walled: false },
    { name: 'close_movement_month', walled: false },
    // Of what is done for all organizations: one that is marked goes.
    { name: 'delete_organization', walled: false },
    { name: 'drop_movement_restore', walled: false },
    { name: 'end_movement_restore', walled: false },
    // Of a movement, which is behind the wall itself.
    { name: 'movement_posts_to_balance', walled: false },
    { name: 'next_month_to_close', walled: false },
    // These two compare the organization themselves.
    { name: 'order_numbered', walled: true },
    { name: 'orders_numbered', walled: true },
    // These show and change no row.
    { name: 'prepare_desired_months', walled: true },
    { name: 'prepare_movement_months', walled: true },
    { name: 'refresh_statistics', walled: true },
    { name: 'settle_month_to_close', walled: false },
  ])
})

/** What one organization asks for, without naming itself. */
const asks = fc.record({
  nth: fc.integer({ min: 1, max: 4 }),
  how: fc.constantFrom('statement', 'transaction', 'pool', 'failure'),
})

test('I9: organizations that share two connections see themselves and nobody else, whoever had a connection before', async () => {
  for (const nth of [1, 2, 3, 4]) {
    await sql`insert into organization values (${idOf(nth)}, ${`Brand ${nth}`}, now())`.execute(
      database.forOrganization(idOf(nth)).kysely,
    )
  }
  const everybody = sql<{ name: string }>`select name from organization where ${'x'} = 'x' order by name`
  expect((await everybody.execute(database.kysely)).rows).toHaveLength(4)

  await fc.assert(
    fc.asyncProperty(fc.array(asks, { minLength: 1, maxLength: 25 }), async (all) => {
      await Promise.all(
        all.map(async ({ nth, how }) => {
          const own = database.forOrganization(idOf(nth))
          const mine = [{ name: `Brand ${nth}` }]
          if (how === 'statement') expect((await everybody.execute(own.kysely)).rows).toEqual(mine)
          if (how === 'transaction') {
            expect(await inTransaction(own, async (tx) => (await everybody.execute(tx)).rows)).toEqual(mine)
          }
          if (how === 'pool')
            expect((await own.pool.query('select name from organization')).rows).toEqual(mine)
          if (how === 'failure') {
            // Into another's rows, by a transaction that is rolled back for it.
            const other = idOf((nth % 4) + 1)
            const steal = inTransaction(own, async (tx) => {
              await sql`update organization set name = name`.execute(tx)
              await sql`insert into command_key values (${other}, 'k', 'd', '{}', now())`.execute(tx)
            })
            await expect(steal).rejects.toMatchObject({ code: '42501' })
          }
        }),
      )
    }),
    fromEnvironment(20),
  )
  // Hundreds of organizations need no more connections than one.
  const { rows } = await database.pool.query<{ held: number }>(
    `select count(*) as held from pg_stat_activity where usename = current_user or application_name = $1`,
    [
      (await database.pool.query<{ name: string }>(`select current_setting('application_name') as name`))
        .rows[0]?.name,
    ],
  )
  expect(rows[0]?.held).toBeLessThanOrEqual(4)
})

test('I9: a session that names no organization sees nothing and writes nothing, and says which role it has', async () => {
  const client = await database.forOrganization(idOf(1)).pool.connect()
  try {
    await client.query(`reset plimsoll.organization`)
    expect((await client.query('select from organization')).rows).toEqual([])
    await expect(
      client.query(`insert into organization values ('${idOf(5)}', 'x', now())`),
    ).rejects.toMatchObject({ code: '42501' })
  } finally {
    client.release(true)
  }
  expect(await readWall(database.forOrganization(idOf(1)).pool)).toEqual({
    role: 'plimsoll_runtime',
    isUp: true,
  })
  expect(await readWall(database.pool)).toEqual({ role: 'plimsoll_everyone', isUp: true })
})

test('I9: orders by number are those that a filter finds, of the session’s own organization alone', async () => {
  const numbers = fc.sample(
    fc.string({ unit: fc.constantFrom('a', 'A', 'B', 'é', '%', '_', '\\', '1', '😀'), maxLength: 5 }),
    60,
  )
  for (const nth of [1, 2]) {
    await sql`
      insert into sales_order (organization_id, order_id, connection_id, external_id, number, state, placed_at, content_hash, test,
        seen_by, seen_at, applied_at, changed_at)
      select ${idOf(nth)}::uuid, gen_random_uuid(), ${idOf(nth)}::uuid, nth, number, 'open', now(), 'h', false, 'poll', now(), now(), now()
      from unnest(${sql.val(numbers)}::text[]) with ordinality as given(number, nth)`.execute(
      database.forOrganization(idOf(nth)).kysely,
    )
  }
  const own = database.forOrganization(idOf(1))
  for (const beginning of [...numbers.slice(0, 20).map((one) => one.slice(0, 2).toLowerCase()), 'none']) {
    const { rows } = await sql<{
      found: string[]
      wanted: string[]
      others: string[]
      exact: string[]
      same: string[]
    }>`
      select array(select orders_numbered(${idOf(1)}, array[${beginning}], 1000) order by 1) as found,
        array(select order_id from sales_order where starts_with(lower(number), ${beginning}) order by 1) as wanted,
        array(select orders_numbered(${idOf(2)}, array[${beginning}], 1000)
          union all select order_numbered(${idOf(2)}, ${beginning})) as others,
        array(select order_numbered(${idOf(1)}, ${beginning}) order by 1) as exact,
        array(select order_id from sales_order where lower(number) = lower(${beginning}) order by 1) as same`.execute(
      own.kysely,
    )
    expect(rows[0]?.found).toEqual(rows[0]?.wanted)
    expect(rows[0]?.exact).toEqual(rows[0]?.same)
    expect(rows[0]?.others).toEqual([])
  }
})

test('there is no way from behind one wall to another, nor one around nothing', () => {
  const own = database.forOrganization(idOf(1))
  expect(own.forOrganization(idOf(1))).toBe(own)
  expect(() => own.forOrganization(idOf(2))).toThrow('no way from behind the wall')
  expect(() => database.forOrganization(`${idOf(1)}'; --`)).toThrow(TypeError)
})
