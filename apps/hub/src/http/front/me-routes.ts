import { findOrganizations } from '@plimsoll/accounts'
import { me } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import type { Sender, SignedIn } from '../../accounts/hub-accounts.ts'
import type { Front } from '../hub-server.ts'
import { addRawRoute } from '../route.ts'
import { senderOf } from './sender.ts'

/** GET /me: who is signed in, and where. */
export function meRoutes(front: Front): FastifyPluginAsync {
  return async (app) => {
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/me',
        operation: 'getMe',
        tag: 'Accounts',
        summary: 'Who asks, and what organizations they are members of.',
        answers: { 200: me },
      },
      async (request, reply) => await viewOf(await senderOf(front, request, reply)),
    )
  }

  async function viewOf(sender: Sender) {
    const nobody = {
      name: null,
      email: null,
      personId: null,
      mayMakeOrganizations: false,
      mayMakeSample: false,
    }
    switch (sender.kind) {
      case 'machine': {
        const { context, organizationName } = front.base
        const { organizationId } = context
        // Whoever is on the machine of a hub without accounts tries a sample too.
        const all = await findOrganizations(front.base.everyone.kysely)
        const own = { organizationId, name: organizationName, role: 'owner' as const, isSample: false }
        const organizations = [
          own,
          ...all.filter(({ isSample }) => isSample).map((each) => ({ ...each, role: 'owner' as const })),
        ]
        return {
          ...nobody,
          kind: sender.kind,
          organizations,
          mayMakeSample: front.organizations.samples.areAllowed,
        }
      }
      case 'key': {
        const { organizationId, name, role } = sender.key
        return {
          ...nobody,
          kind: sender.kind,
          name,
          organizations: [{ organizationId, name: '', role, isSample: false }],
        }
      }
      case 'person': {
        const { personId, name, email, memberships } = sender.person
        return {
          ...{ kind: sender.kind, personId, name, email },
          organizations: memberships.map((each) => ({
            organizationId: each.organizationId,
            name: each.organizationName,
            role: each.role,
            isSample: each.isSample,
          })),
          mayMakeOrganizations: mayMakeOrganizations(front, sender.person),
          mayMakeSample: front.organizations.samples.areAllowed && mayMakeOrganizations(front, sender.person),
        }
      }
      default: {
        const never: never = sender
        return never
      }
    }
  }
}

/** On a hub that takes whoever comes, everybody; else those who own something here. */
export function mayMakeOrganizations({ base }: Front, { memberships }: SignedIn): boolean {
  return base.configuration.signUp === 'open' || memberships.some(({ role }) => role === 'owner')
}
