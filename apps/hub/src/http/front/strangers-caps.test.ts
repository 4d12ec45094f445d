// On a hub that takes whoever comes, nobody takes all of it: organizations of a person, and letters of an organization,
// have an end that names what to do.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, serveHub } from '../../testing/served-hub.ts'
import { type Browser, joinAs, setUpOwner } from '../../testing/signed-in.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
let owner: Browser
beforeAll(async () => {
  served = await serveHub('api', { signUp: 'open', organizationsMax: 2 })
  owner = await setUpOwner(served)
})
afterAll(() => served.close())

test('a person makes as many organizations as the hub allows, also at the same time', async () => {
  const tries = await Promise.all(
    ['B', 'C', 'D'].map((name) => owner.ask('POST', '/api/v1/organizations', { name })),
  )
  expect(tries.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  const refused = tries.find(({ status }) => status === 409)
  expect(refused?.body).toMatchObject({ code: 'too-many-organizations' })
  expect(String(refused?.body.detail)).toContain('PLIMSOLL_ORGANIZATIONS_MAX')
  // Another person's are counted by themselves, and being a member counts nowhere.
  const bo = await joinAs(served, owner, { email: 'bo@brand.example', role: 'admin' })
  for (const name of ['E', 'F'])
    expect(await bo.ask('POST', '/api/v1/organizations', { name })).toMatchObject({ status: 201 })
  expect(await bo.ask('POST', '/api/v1/organizations', { name: 'G' })).toMatchObject({ status: 409 })
})

test('an organization has so many letters sent in an hour: invitations and tests', async () => {
  const made = await owner.ask('POST', '/api/v1/alert-destinations', {
    ...{ name: 'Me', kind: 'email', address: 'me@brand.example', language: 'en' },
    ...{ messagesPerHour: 10, isOn: true },
  })
  expect(made.status, made.text).toBe(201)
  const tested = () => owner.ask('POST', `/api/v1/alert-destinations/${made.body.destinationId}/test`)
  expect((await tested()).status).toBe(200)
  const statuses: number[] = []
  for (let each = 0; each < 60; each += 1) {
    const email = `p${each}@brand.example`
    statuses.push((await owner.ask('POST', '/api/v1/invitations', { email, role: 'viewer' })).status)
  }
  // One for Bo, one test.
  expect(statuses.filter((status) => status === 201)).toHaveLength(58)
  expect(statuses.slice(58)).toEqual([429, 429])
  expect(await tested()).toMatchObject({ status: 429, body: { code: 'too-many-letters' } })
})
