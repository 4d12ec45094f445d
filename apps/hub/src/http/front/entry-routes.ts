import {
  AccountProblem,
  acceptInvitation,
  actorOfPerson,
  audit,
  findMemberships,
  insertMember,
  insertOrganization,
  markVerified,
  NO_LIMITS,
  nowOf,
  readInvitation,
} from '@plimsoll/accounts'
import { invitationView, organizationEntered } from '@plimsoll/client'
import { inTransaction, type Tx } from '@plimsoll/database'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { z } from 'zod'
import type { SignedIn } from '../../accounts/hub-accounts.ts'
import type { Front } from '../hub-server.ts'
import { addRawRoute } from '../route.ts'
import { mayMakeOrganizations } from './me-routes.ts'
import { senderOf } from './sender.ts'
import { enterNew, signUp } from './sign-up.ts'

const token = z.string('give the token of the link').min(1, 'give the token of the link').max(200)
const join = z.object({
  token,
  name: z.string().trim().min(1, 'give your name').max(100),
  password: z.string('give a password'),
  language: z.enum(['en', 'zh']).default('en'),
})
const accept = z.object({ token })
const organization = z.object({ name: z.string().trim().min(1, 'give it a name').max(200) })
const sample = z.object({
  language: z.enum(['en', 'zh']).default('en').describe('In which its items and places are named.'),
})
const tag = 'Accounts'

/** How people come into an organization: by an invitation, or by making one. */
export function entryRoutes(front: Front): FastifyPluginAsync {
  const { accounts } = front
  return async (app) => {
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/invitation',
        operation: 'readInvitation',
        tag,
        summary: 'What an invitation is for, for whoever has its link.',
        query: accept,
        answers: { 200: invitationView },
        errors: ['unknown-invitation'],
      },
      async (request) => {
        const found = await readInvitation(accounts.context, accept.parse(request.query).token)
        const { organizationName, email, role, hasAccount, expiresAt } = found
        return { organization: organizationName, email, role, hasAccount, expiresAt: expiresAt.toISOString() }
      },
    )
    addRawRoute(
      app,
      {
        method: 'POST',
        path: '/join',
        operation: 'joinOrganization',
        tag,
        summary: 'Somebody new takes up an invitation, and is signed in with the answer.',
        body: join,
        answers: { 201: organizationEntered },
        errors: ['unknown-invitation', 'account-refused'],
      },
      async (request, reply) => {
        const { token: given, ...person } = join.parse(request.body)
        const { email } = await readInvitation(accounts.context, given)
        const made = await signUp(front, request, { ...person, email })
        const entered = await acceptInvitation(accounts.context, given, { personId: made.personId, email })
        await markVerified(accounts.context.database.kysely, made.personId)
        const cookies = await enterNew(front, request, { ...person, email }, made)
        for (const cookie of cookies) reply.header('set-cookie', cookie)
        return await reply.status(201).send(entered)
      },
    )
    addRawRoute(
      app,
      {
        method: 'POST',
        path: '/accept-invitation',
        operation: 'acceptInvitation',
        tag,
        summary: 'Somebody who is signed in takes up an invitation.',
        body: accept,
        answers: { 200: organizationEntered },
        errors: ['unknown-invitation', 'invited-other'],
      },
      async (request, reply) => {
        const person = await personOf(request, reply)
        return await acceptInvitation(accounts.context, accept.parse(request.body).token, person)
      },
    )
    addRawRoute(
      app,
      {
        method: 'POST',
        path: '/organizations',
        operation: 'createOrganization',
        tag,
        summary: 'Makes one more organization, which belongs to whoever asks.',
        body: organization,
        answers: { 201: organizationEntered },
        errors: ['not-allowed', 'too-many-organizations'],
      },
      async (request, reply) => {
        const person = await personOf(request, reply)
        const { name } = organization.parse(request.body)
        if (!mayMakeOrganizations(front, person)) {
          throw new AccountProblem('not-allowed', 'Only owners make organizations on this hub.')
        }
        return await reply.status(201).send(await makeOrganization(name, person))
      },
    )
    addRawRoute(
      app,
      {
        method: 'POST',
        path: '/sample-brand',
        operation: 'makeSampleBrand',
        tag,
        summary:
          'Makes a sample brand, an organization of its own with simulated shops, in step when this is answered; whoever has one gets that.',
        body: sample,
        answers: { 201: organizationEntered },
        errors: ['not-allowed', 'samples-off'],
      },
      async (request, reply) => {
        const sender = await senderOf(front, request, reply)
        const { language } = sample.parse(request.body)
        const { samples } = front.organizations
        if (!samples.areAllowed) throw new AccountProblem('samples-off', 'This hub makes no sample brands.')
        if (sender.kind === 'key')
          throw new AccountProblem('sign-in-needed', 'This is for people who are signed in.')
        if (sender.kind === 'person' && !mayMakeOrganizations(front, sender.person)) {
          throw new AccountProblem('not-allowed', 'Only owners make sample brands on this hub.')
        }
        const maker = sender.kind === 'person' ? { personId: sender.person.personId } : 'machine'
        const made = await samples.make(maker, language)
        front.organizations.wake()
        return await reply.status(201).send(made)
      },
    )
  }

  async function makeOrganization(name: string, { personId }: SignedIn): Promise<{ organizationId: string }> {
    const { context } = accounts
    const organizationId = context.uuid()
    const actor = actorOfPerson(personId)
    const at = nowOf(context)
    await inTransaction(context.database, async (tx) => {
      await assertOneMore(tx, personId)
      await insertOrganization(tx, { organizationId, name, at })
      await insertMember(tx, organizationId, {
        personId,
        role: 'owner',
        limits: NO_LIMITS,
        addedBy: actor,
        at,
      })
      await audit(
        tx,
        { ...context, organizationId },
        { actor, action: 'createOrganization', detail: { name } },
      )
    })
    return { organizationId }
  }

  /** Each takes connections to the database, and turns of its workers, whether anything is in it or not. */
  async function assertOneMore(tx: Tx, personId: string): Promise<void> {
    const most = front.base.configuration.organizationsMax
    if (most === undefined) return
    await sql`select pg_advisory_xact_lock(hashtext('plimsoll organizations'), hashtext(${personId}))`.execute(
      tx,
    )
    const memberships = await findMemberships(tx, personId)
    const owned = memberships.filter(({ role, isSample }) => role === 'owner' && !isSample)
    if (owned.length < most) return
    throw new AccountProblem(
      'too-many-organizations',
      `You own ${owned.length} organizations on this hub, and ${most} is the most that one person may make.`,
    )
  }

  async function personOf(request: FastifyRequest, reply: FastifyReply): Promise<SignedIn> {
    const sender = await senderOf(front, request, reply)
    if (sender.kind === 'person') return sender.person
    throw new AccountProblem('sign-in-needed', 'This is for people who are signed in.')
  }
}
