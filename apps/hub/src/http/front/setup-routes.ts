import { timingSafeEqual } from 'node:crypto'
import {
  AccountProblem,
  actorOfPerson,
  audit,
  hashOfSecret,
  hasOwner,
  insertMember,
  markVerified,
  NO_LIMITS,
  nowOf,
  renameOrganization,
} from '@plimsoll/accounts'
import { organizationEntered, setupState } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Front } from '../hub-server.ts'
import { assertOwnMachine } from '../local-only.ts'
import { addRawRoute } from '../route.ts'
import { enterNew, signUp } from './sign-up.ts'

const setup = z.object({
  name: z.string().trim().min(1, 'give your name').max(100),
  email: z.email('give an e-mail address').max(320),
  password: z.string('give a password'),
  organization: z.string().trim().min(1, 'give the name of your brand').max(200),
  language: z.enum(['en', 'zh']).default('en'),
  code: z.string().optional().describe('What the hub wrote when it started; not needed on its own machine.'),
})
const tag = 'Accounts'

/** The first run: whoever sets the hub up becomes its first owner, and with that it closes. */
export function setupRoutes(front: Front): FastifyPluginAsync {
  const { accounts, base } = front
  return async (app) => {
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/setup',
        operation: 'getSetup',
        tag,
        summary: 'Whether the hub waits to be set up, and how people come in.',
        answers: { 200: setupState },
      },
      async (request) => {
        const isOpen = await accounts.isOpen()
        const { signUp, mail } = base.configuration
        return {
          isOpen,
          signUp,
          needsCode: isOpen && !isOnMachine(request),
          singleSignOn: (await accounts.singleSignOn())?.name ?? null,
          sendsMail: mail !== undefined,
        }
      },
    )
    addRawRoute(
      app,
      {
        method: 'POST',
        path: '/setup',
        operation: 'setUp',
        tag,
        summary: 'Makes the first owner, who is signed in with the answer. A second time it is refused.',
        body: setup,
        answers: { 201: organizationEntered },
        errors: ['setup-done', 'setup-code-wrong', 'account-refused'],
      },
      async (request, reply) => {
        const { organization: name, code, ...person } = setup.parse(request.body)
        if (!(await accounts.isOpen())) throw setupDone()
        if (!isOnMachine(request)) await assertCode(code)
        const made = await signUp(front, request, person)
        const { organizationId } = base.context
        await inTransaction(base.everyone, async (tx) => {
          await sql`select pg_advisory_xact_lock(hashtext('plimsoll setup'))`.execute(tx)
          if (await hasOwner(tx)) throw setupDone()
          const own = { ...accounts.context, organizationId }
          const actor = actorOfPerson(made.personId)
          const at = nowOf(accounts.context)
          await insertMember(tx, organizationId, {
            ...made,
            role: 'owner',
            limits: NO_LIMITS,
            addedBy: actor,
            at,
          })
          await renameOrganization(tx, { organizationId, name })
          await audit(tx, own, { actor, action: 'setUp', detail: { name } })
          await markVerified(tx, made.personId)
        })
        base.organizationName = name
        const served = await front.organizations.get({ organizationId, name })
        served.organizationName = name
        for (const cookie of await enterNew(front, request, person, made)) reply.header('set-cookie', cookie)
        return await reply.status(201).send({ organizationId })
      },
    )
  }

  async function assertCode(code: string | undefined): Promise<void> {
    const wanted = hashOfSecret(await accounts.setupCode())
    if (timingSafeEqual(hashOfSecret(code ?? ''), wanted)) return
    throw new AccountProblem(
      'setup-code-wrong',
      'This is not the code that the hub wrote when it started.',
      'code',
    )
  }

  function isOnMachine(request: FastifyRequest): boolean {
    try {
      assertOwnMachine(request, base.configuration)
      return true
    } catch {
      // Said by an error, since everything else may not go on.
      return false
    }
  }
}

function setupDone(): AccountProblem {
  return new AccountProblem('setup-done', 'This hub was set up before.')
}
