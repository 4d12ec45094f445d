// Only the link of an invitation makes an account for an invited address: whoever merely guesses the address comes away
// with nothing, not even with the knowledge that it was invited.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../../testing/served-hub.ts'
import { Browser, PASSWORD, setUpOwner } from '../../testing/signed-in.ts'

let served: ServedHub
let owner: Browser
beforeAll(async () => {
  served = await serveHub()
  owner = await setUpOwner(served)
})
afterAll(() => served.close())

const people = async () => {
  const found = await sql<{ email: string }>`select email from identity.person order by email`.execute(
    served.database.kysely,
  )
  return found.rows.map(({ email }) => email)
}
const signUp = (email: string) =>
  new Browser(served).ask('POST', '/api/auth/sign-up/email', { email, password: PASSWORD, name: 'Eve' })
const invite = async (email: string) => {
  const invited = await owner.ask('POST', '/api/v1/invitations', { email, role: 'admin' })
  expect(invited.status, invited.text).toBe(201)
  return String(new URL(String(invited.body.url)).searchParams.get('token'))
}
const join = (token: string) =>
  new Browser(served).ask('POST', '/api/v1/join', { token, name: 'Bo', password: PASSWORD })

test('an invited address, one with an account and one that nobody knows are answered alike, and nobody is made', async () => {
  const token = await invite('bo@brand.example')
  const answers = [
    await signUp('Bo@brand.example'),
    await signUp('ann@brand.example'),
    await signUp('eve@x.example'),
  ]
  const [, , unknown] = answers
  for (const each of answers) expect(each).toEqual(unknown)
  expect(unknown).toMatchObject({ status: 403, body: { code: 'not-invited' } })
  expect(await people()).toEqual(['ann@brand.example'])
  expect(await join(token)).toMatchObject({ status: 201 })
  expect(await people()).toEqual(['ann@brand.example', 'bo@brand.example'])
})

test('nor does a stranger slip in while the person who was invited joins', async () => {
  const token = await invite('cy@brand.example')
  const tries = await Promise.all([join(token), signUp('cy@brand.example'), signUp('cy@brand.example')])
  expect(tries.map(({ status }) => status)).toEqual([201, 403, 403])
})
