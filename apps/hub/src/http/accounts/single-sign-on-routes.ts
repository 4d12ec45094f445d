import { AccountProblem, findPeople, readSingleSignOn } from '@plimsoll/accounts'
import { done, singleSignOnView } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import {
  changeSingleSignOn,
  removeSingleSignOn,
  type Setter,
  singleSignOnBody,
  toSingleSignOnView,
} from '../../accounts/single-sign-on.ts'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'

const tag = 'Members and keys'
const path = '/single-sign-on'

/**
 * The provider of OpenID Connect that people of this hub may sign in with. It says who somebody is, everywhere on the hub; so
 * only owners of the organization with which the hub was set up say which it is.
 */
export function singleSignOnRoutes(hub: ServerContext): FastifyPluginAsync {
  const { context } = hub
  const { database, masterKey } = context
  const view = async () =>
    toSingleSignOnView(
      await readSingleSignOn(database.kysely, masterKey),
      context.publicUrl ?? 'http://localhost',
    )
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path,
        operation: 'getSingleSignOn',
        tag,
        needs: 'owner',
        summary: 'The provider of OpenID Connect that people sign in with, without its secret.',
        answers: { 200: singleSignOnView },
      },
      async () => {
        await assertFirst()
        return { 200: await view() }
      },
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path,
        operation: 'setSingleSignOn',
        tag,
        needs: 'owner',
        summary:
          'Sets the provider that people sign in with, once it has answered; whom it lets in, and as what.',
        body: singleSignOnBody,
        answers: { 200: singleSignOnView },
        errors: ['provider-unreachable', 'provider-unfit', 'account-refused'],
      },
      async ({ body, actor }) => {
        await assertFirst()
        await changeSingleSignOn(context, body, await setterOf(actor))
        return { 200: await view() }
      },
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path,
        operation: 'removeSingleSignOn',
        tag,
        needs: 'owner',
        summary: 'Nobody signs in through the provider from now on; who is signed in stays so.',
        answers: { 200: done },
        errors: ['single-sign-on-off'],
      },
      async ({ actor }) => {
        await assertFirst()
        await removeSingleSignOn(context, await setterOf(actor))
        return { 200: {} }
      },
    )
  }

  /** An owner of another organization of this hub could else say who its people are. */
  async function assertFirst(): Promise<void> {
    if (await hub.isFirst()) return
    throw new AccountProblem(
      'not-allowed',
      'Single sign-on is set by owners of the organization with which this hub was set up.',
    )
  }

  /** A key is no person: one that was lost would let anybody in as anybody. */
  async function setterOf(actor: string): Promise<Setter> {
    if (actor.startsWith('key:')) {
      throw new AccountProblem('not-allowed', 'Single sign-on is set by a person, and by no key.')
    }
    const people = actor.startsWith('user:') ? await findPeople(database.kysely) : []
    const person = people.find(({ personId }) => actor === `user:${personId}`)
    // Before the hub has accounts, its machine: it has one organization, and this is it.
    const lettingInto = async () =>
      person === undefined ? [context.organizationId] : await hub.ownedBy(person.personId)
    return { actor, person, lettingInto }
  }
}
