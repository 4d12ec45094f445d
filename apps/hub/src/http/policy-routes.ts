import { policyFields, policyList } from '@plimsoll/client'
import { changePolicy } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { listPolicies } from '../views/policies.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const change = z.strictObject({
  connection: z.string().min(1).optional().describe('The id or the name of a connection.'),
  listing: z.string().min(1).optional().describe('The id of a listing; neither: the organization.'),
  ...policyFields.partial().shape,
})
const tag = 'Connections'

/** GET and PUT /policies. */
export function policyRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/policies',
        operation: 'listPolicies',
        tag,
        summary: 'Every policy that is set, from far to near.',
        answers: { 200: policyList },
      },
      async () => ({ 200: await listPolicies(context) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/policies',
        operation: 'setPolicy',
        tag,
        summary: 'Sets fields of one policy; every channel that it reaches is told at once.',
        body: change,
        answers: { 200: policyFields },
        errors: ['unknown-connection', 'unknown-listing', 'policy-contradiction'],
      },
      async ({ body: { connection, listing, ...fields } }) => ({
        200: await changePolicy(context, { connection, listing }, fields),
      }),
    )
  }
}
