import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureFirstOrganization, findOrganizations, insertOrganization } from './organizations.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
})

test('the first organization is the oldest, whatever the ids of later ones', async () => {
  const { kysely } = database
  const at = new Date('2026-01-01T00:00:00Z')
  const fresh = { organizationId: '01890000-0000-7000-8000-000000000001', name: 'First', at }
  await ensureFirstOrganization(kysely, fresh)
  const organizationId = '00000000-0000-7000-8000-000000000001'
  await insertOrganization(kysely, { organizationId, name: 'Later', at: new Date(at.getTime() + 1000) })

  const first = await ensureFirstOrganization(kysely, {
    organizationId: '01890000-0000-7000-8000-000000000002',
    name: 'Never made',
    at,
  })
  expect(first.name).toBe('First')
  expect((await findOrganizations(kysely)).map(({ name }) => name)).toEqual(['First', 'Later'])
})
