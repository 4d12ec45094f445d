import { createApiKey, endApiKey, listApiKeys, roles, scopes } from '@plimsoll/accounts'
import { apiKeyList, apiKeyMade, done } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'
import { accountsOf, limitsBody } from './account-parts.ts'
import { mutable } from './member-routes.ts'

const tag = 'Members and keys'
const one = z.object({ keyId: z.uuid('give the id of a key') })
const newKey = z.object({
  name: z.string().trim().min(1, 'give it a name').max(100).describe('What it is for.'),
  role: z.enum(roles, `give one of ${roles.join(', ')}`),
  scopes: z
    .array(z.enum(scopes as [string, ...string[]], `give some of ${scopes.join(', ')}`))
    .min(1, 'give at least one scope'),
  limits: limitsBody,
  expiresAt: z.iso.datetime().nullish().describe('When it ends by itself; null: never.'),
})

/** Keys with which programs use the API. */
export function keyRoutes(hub: ServerContext): FastifyPluginAsync {
  const context = accountsOf(hub)
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/api-keys',
        operation: 'listApiKeys',
        tag,
        summary: 'The keys of the organization, those that were revoked too.',
        needs: 'admin',
        answers: { 200: apiKeyList },
      },
      async () => {
        const rows = await listApiKeys(context)
        return {
          200: {
            rows: rows.map((key) => ({
              ...{ keyId: key.keyId, name: key.name, hint: key.hint, role: key.role },
              createdBy: key.createdBy,
              scopes: [...key.scopes],
              limits: {
                connections: mutable(key.limits.connections),
                locations: mutable(key.limits.locations),
              },
              createdAt: key.createdAt.toISOString(),
              expiresAt: key.expiresAt?.toISOString() ?? null,
              revokedAt: key.revokedAt?.toISOString() ?? null,
              lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
            })),
          },
        }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/api-keys',
        operation: 'createApiKey',
        tag,
        summary: 'Makes a key; it is shown this once.',
        body: newKey,
        answers: { 201: apiKeyMade },
        errors: ['role-too-high'],
      },
      async ({ body, acting }) => {
        const { expiresAt, scopes: wanted, ...rest } = body
        const asked = scopes.filter((scope) => wanted.includes(scope))
        const ends = expiresAt === null || expiresAt === undefined ? null : new Date(expiresAt)
        return { 201: await createApiKey(context, acting, { ...rest, scopes: asked, expiresAt: ends }) }
      },
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/api-keys/:keyId',
        operation: 'revokeApiKey',
        tag,
        summary: 'Ends a key: the next request with it is refused.',
        params: one,
        answers: { 200: done },
        errors: ['unknown-key'],
      },
      async ({ params, acting }) => {
        await endApiKey(context, acting, params.keyId)
        return { 200: {} }
      },
    )
  }
}
