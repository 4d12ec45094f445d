import { randomBytes } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureFirstOrganization } from './organizations.store.ts'
import { type MasterKey, SecretUnreadable } from './sealing.ts'
import { getSecret, saveSecret } from './secrets.store.ts'

const ORGANIZATION = '01890000-0000-7000-8000-000000000001'
const SECRET = '01890000-0000-7000-8000-000000000002'
const AT = new Date('2026-05-01T12:00:00Z')
const KEY: MasterKey = { name: 'test', bytes: randomBytes(32) }
const row = { organizationId: ORGANIZATION, secretId: SECRET }

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

test('hubs that start at once agree on one first organization', async () => {
  const starts = Array.from({ length: 8 }, (_, index) =>
    ensureFirstOrganization(database.kysely, {
      organizationId: ORGANIZATION.replace(/1$/, String(index + 1)),
      name: `Brand ${index}`,
      at: AT,
    }),
  )
  const [first, ...others] = await Promise.all(starts)
  for (const other of others) expect(other).toEqual(first)
  const found = await sql`select from organization`.execute(database.kysely)
  expect(found.rows).toHaveLength(1)
})

test('a secret is stored sealed, replaced as a whole, and opens only with its key in its own row', async () => {
  const { organizationId } = await ensureFirstOrganization(database.kysely, {
    organizationId: ORGANIZATION,
    name: 'A brand',
    at: AT,
  })
  const own = { ...row, organizationId }
  const save = (value: unknown, secretId = SECRET) =>
    database.kysely.transaction().execute((tx) => saveSecret(tx, KEY, { ...own, secretId, value, at: AT }))
  await save({ token: 'shpat_first' })
  await save({ token: 'shpat_second' })
  expect(await getSecret(database.kysely, KEY, own)).toEqual({ token: 'shpat_second' })

  const stored = await sql<{ sealed: Buffer; keyName: string }>`select sealed, key_name from secret`.execute(
    database.kysely,
  )
  expect(stored.rows).toHaveLength(1)
  expect(stored.rows[0]?.keyName).toBe('test')
  expect(stored.rows[0]?.sealed.includes('shpat')).toBe(false)

  const stranger = { name: 'test', bytes: randomBytes(32) }
  await expect(getSecret(database.kysely, stranger, own)).rejects.toThrow(SecretUnreadable)

  // Copied into another row, as an attacker with the database but not the key might.
  const copy = SECRET.replace(/2$/, '3')
  await save({ token: 'shpat_other' }, copy)
  await sql`
    update secret set sealed = (select sealed from secret where secret_id = ${SECRET})
    where secret_id = ${copy}`.execute(database.kysely)
  await expect(getSecret(database.kysely, KEY, { ...own, secretId: copy })).rejects.toThrow(SecretUnreadable)
})

test('a secret that is not there is an error and not an empty one', async () => {
  const missing = { ...row, secretId: SECRET.replace(/2$/, '9') }
  await expect(getSecret(database.kysely, KEY, missing)).rejects.toThrow('There is no secret')
})
