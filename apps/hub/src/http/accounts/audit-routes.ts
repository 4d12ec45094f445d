import { actorOfPerson, findAuditPage, listApiKeys, listMembers } from '@plimsoll/accounts'
import { actorList, auditPage } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { pageQuery } from '../page-query.ts'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'
import { accountsOf } from './account-parts.ts'

const query = pageQuery.extend({
  actor: z.string().max(100).optional().describe('Only what this person or key did.'),
  action: z.string().max(100).optional().describe('Only this, such as `createApiKey`.'),
})

/** GET /audit-log: who did what. GET /actors: what people call those who did something. */
export function auditRoutes(hub: ServerContext): FastifyPluginAsync {
  const context = accountsOf(hub)
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/audit-log',
        operation: 'listAuditLog',
        tag: 'Members and keys',
        summary: 'Who did what, newest first. What moved stock is in the ledger, with who did it.',
        needs: 'admin',
        query,
        answers: { 200: auditPage },
      },
      async ({ query: { cursor, limit, ...filter } }) => {
        const page = { ...filter, after: cursor, limit: limit + 1 }
        const found = await findAuditPage(hub.database.kysely, context.organizationId, page)
        const rows = found.slice(0, limit)
        const names = await namesOfActors()
        return {
          200: {
            rows: rows.map((row) => ({
              ...row,
              at: row.at.toISOString(),
              name: names.get(row.actor) ?? null,
            })),
            next: found.length > limit ? (rows.at(-1)?.auditId ?? null) : null,
          },
        }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/actors',
        operation: 'listActors',
        tag: 'Members and keys',
        summary: 'The names of members and API keys, by what movements, history and orders call them.',
        answers: { 200: actorList },
      },
      async () => {
        const names = await namesOfActors()
        return { 200: { rows: Array.from(names, ([actor, name]) => ({ actor, name })) } }
      },
    )
  }

  async function namesOfActors(): Promise<Map<string, string>> {
    const [members, keys] = await Promise.all([listMembers(context), listApiKeys(context)])
    return new Map([
      ...members.map(({ personId, name }): [string, string] => [actorOfPerson(personId), name]),
      ...keys.map(({ keyId, name }): [string, string] => [`key:${keyId}`, name]),
    ])
  }
}
