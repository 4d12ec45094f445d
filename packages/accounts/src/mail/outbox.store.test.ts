import { randomBytes, randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureFirstOrganization } from '../organizations.store.ts'
import { type MasterKey, SecretUnreadable } from '../sealing.ts'
import { putMail, readOutbox } from './outbox.store.ts'

const KEY: MasterKey = { name: 'test', bytes: randomBytes(32) }
const at = new Date('2026-05-01T12:00:00Z')

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 2 })
})
afterAll(() => database.drop())

test('a letter lies sealed in the outbox, and only whose it is reads it', async () => {
  const { kysely } = database
  const { organizationId } = await ensureFirstOrganization(kysely, {
    organizationId: randomUUID(),
    name: 'A brand',
    at,
  })
  const mail = { to: 'ann@brand.example', subject: 'Low stock', text: 'MUG: 3 left\n' }
  await putMail(kysely, KEY, { mailId: randomUUID(), organizationId, mail, at })
  await putMail(kysely, KEY, {
    mailId: randomUUID(),
    organizationId: null,
    mail: { ...mail, subject: 'Reset' },
    at,
  })

  const ofBrand = await readOutbox(kysely, KEY, { organizationId, limit: 10 })
  expect(ofBrand).toMatchObject([{ ...mail, state: 'waiting', attempts: 0, sentAt: null }])
  expect(await readOutbox(kysely, KEY, { organizationId: null, limit: 10 })).toMatchObject([
    { subject: 'Reset' },
  ])
  const raw = await sql<{ row: string }>`select mail::text as row from identity.mail`.execute(kysely)
  for (const { row } of raw.rows) expect(row).not.toContain(Buffer.from('ann@').toString('hex'))
  const otherKey = { name: 'other', bytes: randomBytes(32) }
  await expect(readOutbox(kysely, otherKey, { organizationId, limit: 1 })).rejects.toThrow(SecretUnreadable)
})
