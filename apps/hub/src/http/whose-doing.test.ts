// Whatever somebody changes stands under their own name: in the history of items, in the ledger, and where a file of
// theirs is worked on later by the hub.
import { importJob } from '@plimsoll/client'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { type Browser, joinAs, setUpOwner } from '../testing/signed-in.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
let bo: Browser
let actor: string
beforeAll(async () => {
  served = await serveHub('api,worker')
  const owner = await setUpOwner(served)
  bo = await joinAs(served, owner, { email: 'bo@brand.example', role: 'operator' })
  actor = `user:${String((await bo.ask('GET', '/api/v1/me')).body.personId)}`
})
afterAll(() => served.close())

const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
  const answer = await bo.ask(method, `/api/v1${path}`, body, headers)
  expect([200, 201, 202], `${method} ${path}: ${answer.text}`).toContain(answer.status)
  return answer
}
const changesOf = async (sku: string) => {
  const { rows } = (await ask('GET', `/items/${sku}/changes`)).body as { rows: { actor: string }[] }
  return rows.map((row) => row.actor)
}

test('what is made of an item, its units, barcodes and product is theirs who ask', async () => {
  const any = { 'if-match': '*' }
  await ask('PUT', '/items/MUG', { name: 'Mug' })
  await ask('PATCH', '/items/MUG', { name: 'Red mug' }, any)
  await ask('PUT', '/items/MUG/units/case', { factor: 12 }, any)
  await ask('DELETE', '/items/MUG/units/case', undefined, any)
  await ask('POST', '/items/MUG/archive', {}, any)
  await ask('POST', '/items/MUG/restore', {}, any)
  const made = await changesOf('MUG')
  expect(made.length).toBeGreaterThanOrEqual(6)
  expect(new Set(made)).toEqual(new Set([actor]))
})

test('a file is worked on in the name of whoever brought it', async () => {
  const file = 'sku,name,location,quantity\nTEA,Tea,MAIN,7\n'
  const taken = await bo.ask('POST', '/api/v1/imports?what=items&fileName=tea.csv', undefined, {
    'content-type': 'text/csv',
  })
  expect(taken).toMatchObject({ status: 422, body: { code: 'file-empty' } })
  const cookie = [...bo.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const sent = await served.ask('POST', '/api/v1/imports?what=items&fileName=tea.csv', file, {
    ...{ cookie, 'content-type': 'text/csv', 'plimsoll-organization': String(bo.organization) },
    ...{ host: new URL(served.url).host, origin: served.url, 'sec-fetch-site': 'same-origin' },
  })
  expect(sent.status, sent.text).toBe(201)
  const path = `/imports/${sent.body.importId}`
  const settled = async (state: string) =>
    await vi.waitFor(
      async () => expect(importJob.parse((await ask('GET', path)).body).state).toBe(state),
      60_000,
    )
  await settled('checked')
  await ask('POST', `${path}/apply`, { mode: 'all-or-nothing' })
  await settled('done')
  expect(await changesOf('TEA')).toEqual([actor])
  const moved = await sql<{ actor: string }>`
    select movement.actor from movement join item using (organization_id, item_id) where sku = 'TEA'`.execute(
    served.database.kysely,
  )
  expect(moved.rows).toEqual([{ actor }])
})
