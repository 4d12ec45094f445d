import { AccountProblem, isPerson } from '@plimsoll/accounts'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Front } from '../hub-server.ts'
import { headersOf } from './sender.ts'

export type NewPerson = { name: string; email: string; password: string; language: 'en' | 'zh' }

const refusal = z.object({ body: z.object({ message: z.string() }) })

/**
 * Makes a person whose address somebody vouches for (an invitation sent there, the first set-up), who is signed in by the cookies; not yet where the hub lets nobody in before their address is shown to be
 * theirs.
 * @throws AccountProblem `account-refused`, in the words of the library; or in ours where it made nobody and answers as if it
 * had, lest a stranger learn who has an account
 */
export async function signUp(
  { accounts }: Front,
  request: FastifyRequest,
  body: NewPerson,
): Promise<{ personId: string; setCookies: string[] }> {
  let made: { personId: string; setCookies: string[] }
  try {
    const { headers, response } = await accounts.vouchingFor(body.email).api.signUpEmail({
      body,
      headers: headersOf(request),
      returnHeaders: true,
    })
    made = { personId: response.user.id, setCookies: headers.getSetCookie() }
  } catch (error) {
    const known = refusal.safeParse(error)
    if (!known.success) throw error
    const field = /password/i.test(known.data.body.message) ? 'password' : 'email'
    throw new AccountProblem('account-refused', `${known.data.body.message}.`, field)
  }
  if (await isPerson(accounts.context.database.kysely, made.personId)) return made
  throw new AccountProblem(
    'account-refused',
    'Nobody was made with this address: it has an account, or signs in through single sign-on alone. Sign in with it.',
    'email',
  )
}

/** Signs in somebody who was made and vouched for just now, where that did not come with being made. */
export async function enterNew(
  { accounts }: Front,
  request: FastifyRequest,
  { email, password }: Pick<NewPerson, 'email' | 'password'>,
  { setCookies }: { setCookies: string[] },
): Promise<string[]> {
  if (setCookies.length > 0) return setCookies
  const { headers } = await accounts.identity.api.signInEmail({
    body: { email, password },
    headers: headersOf(request),
    returnHeaders: true,
  })
  return headers.getSetCookie()
}
