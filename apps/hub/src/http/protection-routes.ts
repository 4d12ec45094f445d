import { protectionList, protectionMode } from '@plimsoll/client'
import { changeProtection } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { listProtections } from '../views/protections.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const change = z.strictObject({
  connection: z.string().min(1).optional().describe('The id or the name of a connection.'),
  item: z.string().min(1).optional().describe('The SKU of an item; neither: the organization.'),
  mode: protectionMode.nullable().describe('Null takes it back: the next farther setting holds.'),
  oversellsPerMillion: z
    .int()
    .min(1)
    .max(500_000)
    .optional()
    .describe('Of a dynamic buffer: oversells put up with, per million times that an item sells out.'),
})

/** How what is sold is protected from overselling. */
export function protectionRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    const tag = 'Connections'
    addRoute(
      app,
      {
        method: 'GET',
        path: '/protections',
        operation: 'listProtections',
        tag,
        summary: 'How items are protected from overselling, from far to near, and what a guarantee rests on.',
        answers: { 200: protectionList },
      },
      async () => ({ 200: await listProtections(context) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/protections',
        operation: 'setProtection',
        tag,
        summary: 'Sets how everything, a connection or an item is protected; every channel is told at once.',
        body: change,
        answers: { 200: protectionList },
        errors: ['unknown-connection', 'unknown-item', 'policy-contradiction'],
      },
      async ({ body: { connection, item, ...setting }, actor }) => {
        await changeProtection(context, { connection, item }, { ...setting, actor })
        return { 200: await listProtections(context) }
      },
    )
  }
}
