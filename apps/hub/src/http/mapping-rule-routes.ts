import { mappingRules, mappingTrial } from '@plimsoll/client'
import { mappingRule } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { readMappingRules, saveMappingRules, tryMappingRule } from '../views/mapping.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Mapping'
const params = z.object({ id: z.string().min(1).describe('Of the connection, or its name.') })

/** Rules that make an item's SKU and units of what a listing says: read, tried, saved. */
export function mappingRuleRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/mapping-rules',
        operation: 'getMappingRules',
        tag,
        summary: 'The rules of a connection in their order, and the versions before.',
        params,
        answers: { 200: mappingRules },
        errors: ['unknown-connection'],
      },
      async ({ params: { id } }) => ({ 200: await readMappingRules(context, id) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/connections/:id/mapping-rules',
        operation: 'saveMappingRules',
        tag,
        summary: 'Saves all rules of a connection as a new version; what waits there is looked at anew.',
        params,
        body: z.strictObject({
          rules: z.array(mappingRule).max(30),
          basedOn: z
            .int()
            .min(0)
            .describe('The version that the change was made of; 0 where there was none.'),
        }),
        needs: 'operator',
        answers: { 200: mappingRules },
        errors: ['unknown-connection', 'mapping-changed', 'invalid-rule'],
      },
      async ({ params: { id }, body, actor }) => ({
        200: await saveMappingRules(context, id, { ...body, actor }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/mapping-rules/try',
        operation: 'tryMappingRule',
        tag,
        summary:
          'What an expression says of real listings, within limits of time, depth and memory; nothing is saved.',
        params,
        body: z.strictObject({
          expression: z.string().min(1).max(4_000),
          limit: z.int().min(1).max(200).default(20).describe('Of listings, those that wait first.'),
        }),
        needs: 'operator',
        answers: { 200: mappingTrial },
        errors: ['unknown-connection', 'invalid-rule'],
      },
      async ({ params: { id }, body }) => ({ 200: await tryMappingRule(context, id, body) }),
    )
  }
}
