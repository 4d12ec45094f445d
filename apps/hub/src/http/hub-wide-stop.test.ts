// The stop of the whole hub is the operator's: other brands on it neither stop everybody nor lift what the operator stopped.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { Browser, joinAs, setUpOwner } from '../testing/signed-in.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
let owner: Browser
let admin: Browser
let others: Browser
beforeAll(async () => {
  served = await serveHub()
  expect(await halt(served, 'by the machine')).toMatchObject({ status: 200 })
  owner = await setUpOwner(served)
  admin = await joinAs(served, owner, { email: 'admin@brand.example', role: 'admin' })
  const made = await owner.ask('POST', '/api/v1/organizations', { name: 'Other brand' })
  const inOther = new Browser(served)
  for (const [name, value] of owner.cookies) inOther.cookies.set(name, value)
  inOther.organization = String(made.body.organizationId)
  others = await joinAs(served, inOther, { email: 'eve@other.example', role: 'owner' })
})
afterAll(() => served.close())

type Asking = Pick<Browser, 'ask'> | Pick<ServedHub, 'ask'>
const halt = (as: Asking, reason: string, how = 'freeze', scope = 'hub') =>
  as.ask('POST', '/api/v1/pauses', { reason, scope, how })
const lift = (as: Asking, scope = 'hub') => as.ask('POST', '/api/v1/pauses/lift', { scope })
const standing = async (as: Asking) =>
  ((await as.ask('GET', '/api/v1/pauses')).body.halts as { scope: string; reason: string }[]).map(
    ({ scope, reason }) => [scope, reason],
  )

test('neither an admin of the first brand nor an owner of another stops the hub, or lifts its stop', async () => {
  for (const nobody of [admin, others]) {
    for (const refused of [await halt(nobody, 'mine'), await lift(nobody)])
      expect(refused).toMatchObject({ status: 403, body: { code: 'not-allowed' } })
  }
  expect(await standing(others)).toEqual([['hub', 'by the machine']])
  // Their own they stop and start as before.
  expect(await halt(others, 'ours', 'freeze', 'organization')).toMatchObject({ status: 200 })
  expect(await lift(others, 'organization')).toMatchObject({ status: 200 })
  expect(await standing(admin)).toEqual([['hub', 'by the machine']])
})

test('an owner of the brand with which the hub was set up does both; zeros are written for one brand at a time', async () => {
  expect(await lift(owner)).toMatchObject({ status: 200 })
  expect(await standing(others)).toEqual([])
  const zeroed = await halt(owner, 'fire', 'zero')
  expect(zeroed).toMatchObject({ status: 409, body: { code: 'wrong-state', field: 'how' } })
  expect(await halt(owner, 'fire')).toMatchObject({ status: 200 })
  expect(await standing(others)).toEqual([['hub', 'fire']])
})
