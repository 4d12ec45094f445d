import {
  changeMember,
  invite,
  listInvitations,
  listMembers,
  roles,
  withdrawInvitation,
} from '@plimsoll/accounts'
import { done, invitationList, invited, memberList } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'
import { accountsOf, limitsBody } from './account-parts.ts'

const tag = 'Members and keys'
const person = z.object({ personId: z.uuid('give the id of a member') })
const one = z.object({ invitationId: z.uuid('give the id of an invitation') })
const role = z.enum(roles, `give one of ${roles.join(', ')}`)
const change = z.object({ role, limits: limitsBody })
const invitation = z.object({
  email: z.email('give an e-mail address').max(320),
  role,
  limits: limitsBody,
  language: z.enum(['en', 'zh']).default('en').describe('Of the letter.'),
})

/** Who works in the organization, and who is invited to. */
export function memberRoutes(hub: ServerContext): FastifyPluginAsync {
  const context = accountsOf(hub)
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/members',
        operation: 'listMembers',
        tag,
        summary: 'Who works in the organization, with what role.',
        answers: { 200: memberList },
      },
      async ({ acting }) => {
        const rows = await listMembers(context)
        return {
          200: {
            rows: rows.map(({ personId, name, email, role, limits, twoFactor, createdAt }) => ({
              ...{ personId, name, email, role, twoFactor },
              limits: { connections: mutable(limits.connections), locations: mutable(limits.locations) },
              isYou: acting.personId === personId,
              createdAt: createdAt.toISOString(),
            })),
          },
        }
      },
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/members/:personId',
        operation: 'changeMember',
        tag,
        summary: 'Gives a member another role or other limits.',
        params: person,
        body: change,
        answers: { 200: done },
        errors: ['unknown-member', 'role-too-high', 'last-owner'],
      },
      async ({ params, body, acting }) => {
        await changeMember(context, acting, params.personId, body)
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/members/:personId',
        operation: 'removeMember',
        tag,
        summary: 'Takes a member out; anybody may leave by themselves.',
        params: person,
        // Below that role for oneself alone: `changeMember` asks.
        needs: 'viewer',
        deed: 'write',
        touches: 'own',
        answers: { 200: done },
        errors: ['unknown-member', 'role-too-high', 'last-owner'],
      },
      async ({ params, acting }) => {
        await changeMember(context, acting, params.personId, 'gone')
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/invitations',
        operation: 'listInvitations',
        tag,
        summary: 'Invitations that nobody has taken up yet.',
        needs: 'admin',
        answers: { 200: invitationList },
      },
      async () => {
        const rows = await listInvitations(context)
        return {
          200: {
            rows: rows.map(({ invitationId, email, role, limits, createdAt, expiresAt }) => ({
              ...{ invitationId, email, role },
              limits: { connections: mutable(limits.connections), locations: mutable(limits.locations) },
              createdAt: createdAt.toISOString(),
              expiresAt: expiresAt.toISOString(),
            })),
          },
        }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/invitations',
        operation: 'inviteMember',
        tag,
        summary: 'Invites somebody by a letter; its link is answered too.',
        body: invitation,
        answers: { 201: invited },
        errors: ['role-too-high', 'already-member', 'too-many-letters'],
      },
      async ({ body, acting }) => {
        const invitedBy = await nameOf(acting.personId)
        const letterhead = {
          publicUrl: hub.context.publicUrl ?? '',
          organization: hub.organizationName,
          invitedBy,
        }
        return { 201: await invite(context, acting, body, letterhead) }
      },
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/invitations/:invitationId',
        operation: 'withdrawInvitation',
        tag,
        summary: 'Takes an invitation back; its link opens nothing any more.',
        params: one,
        answers: { 200: done },
        errors: ['unknown-invitation'],
      },
      async ({ params, acting }) => {
        await withdrawInvitation(context, acting, params.invitationId)
        return { 200: {} }
      },
    )
  }

  async function nameOf(personId: string | undefined): Promise<string> {
    const members = await listMembers(context)
    return members.find((member) => member.personId === personId)?.name ?? hub.organizationName
  }
}

export function mutable<T>(list: readonly T[] | null): T[] | null {
  return list === null ? null : [...list]
}
