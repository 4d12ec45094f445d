// A hub that takes whoever comes asks whose an address is; not of its first owner, nor of somebody who was invited.
import { readOutbox } from '@plimsoll/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { Browser, joinAs, PASSWORD, setUpOwner } from '../testing/signed-in.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub('api', { signUp: 'open' })
})
afterAll(() => served.close())

test('set-up and an invitation sign in at once, with no letter about the address; whoever just comes shows it first', async () => {
  const lettersOfTheHub = async () => {
    const { everyone, context } = served.hub
    const letters = await readOutbox(everyone.kysely, context.masterKey, { organizationId: null, limit: 9 })
    return letters.map(({ to }) => to)
  }
  const owner = await setUpOwner(served)
  expect((await owner.ask('GET', '/api/v1/me')).body).toMatchObject({ kind: 'person' })
  const invited = await joinAs(served, owner, { email: 'bo@brand.example', role: 'operator' })
  expect((await invited.ask('GET', '/api/v1/me')).body).toMatchObject({ kind: 'person' })
  expect(await lettersOfTheHub()).toEqual([])

  const guest = new Browser(served)
  const person = { name: 'Cy', email: 'cy@x.example', password: PASSWORD, language: 'en' }
  expect(await guest.ask('POST', '/api/auth/sign-up/email', person)).toMatchObject({ status: 200 })
  expect((await guest.ask('GET', '/api/v1/me')).body).toMatchObject({ code: 'sign-in-needed' })
  expect((await guest.signIn(person.email)).body).toMatchObject({ code: 'email-not-verified' })
  expect(new Set(await lettersOfTheHub())).toEqual(new Set([person.email]))
})
