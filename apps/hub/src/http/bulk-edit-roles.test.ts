import { stepBulkEdits } from '@plimsoll/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { type Browser, joinAs, setUpOwner } from '../testing/signed-in.ts'

/** A bulk edit sets policies and protections: it asks what they ask where they are set one by one. */
let served: ServedHub
let owner: Browser
beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 10)
  owner = await setUpOwner(served)
})
afterAll(() => served.close())

const edit = { of: 'items', everything: true, set: { bufferUnits: 3 } }
const refused = { status: 403, body: { code: 'not-allowed' } }

test('an operator neither prepares, applies, stops nor undoes one, but sees it', async () => {
  const operator = await joinAs(served, owner, { email: 'operator@brand.example', role: 'operator' })
  expect(await operator.ask('PUT', '/api/v1/policies', { item: 'MUG', bufferUnits: 3 })).toMatchObject(
    refused,
  )
  expect(await operator.ask('POST', '/api/v1/bulk-edits', edit)).toMatchObject(refused)
  const admin = await joinAs(served, owner, { email: 'admin@brand.example', role: 'admin' })
  const made = await admin.ask('POST', '/api/v1/bulk-edits', edit)
  expect(made.status, made.text).toBe(201)
  while (await stepBulkEdits(served.hub.context));
  const path = `/api/v1/bulk-edits/${made.body.bulkId}`
  for (const verb of ['apply', 'stop', 'undo'])
    expect(await operator.ask('POST', `${path}/${verb}`), verb).toMatchObject(refused)
  expect(await operator.ask('GET', path)).toMatchObject({ status: 200, body: { state: 'previewed' } })
  expect((await admin.ask('POST', `${path}/apply`)).status).toBe(200)
})

test('a key needs the scope by which policies are set', async () => {
  const program = async (scope: string) => {
    const key = { name: scope, role: 'admin', scopes: [scope] }
    const made = await owner.ask('POST', '/api/v1/api-keys', key)
    const headers = { authorization: `Bearer ${made.body.secret}` }
    return await served.ask('POST', '/api/v1/bulk-edits', edit, headers)
  }
  expect(await program('organization:write')).toMatchObject(refused)
  expect(await program('connections:write')).toMatchObject({ status: 201 })
})
