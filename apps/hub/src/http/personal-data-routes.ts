import { personalDataRules } from '@plimsoll/client'
import {
  changePersonalDataRule,
  ENDED_DAYS_MAX,
  readPersonalDataRules,
  UNSENT_DAYS_MAX,
} from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { toPersonalDataRules } from '../views/personal-data.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Orders and shipments'

/** How long it is kept to whom orders go. */
export function personalDataRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/personal-data',
        operation: 'getPersonalData',
        tag,
        summary: 'How long it is kept to whom orders go: the organization’s own rule, and each platform’s.',
        version: 'answered',
        answers: { 200: personalDataRules },
      },
      async () => ({ 200: toPersonalDataRules(await readPersonalDataRules(context)) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/personal-data',
        operation: 'setPersonalData',
        tag,
        needs: 'admin',
        summary: 'Says how long it is kept to whom orders go; where a platform is stricter, that counts.',
        body: z.strictObject({
          endedDays: z
            .int()
            .min(0)
            .max(ENDED_DAYS_MAX)
            .describe('Days after an order has left or was cancelled.'),
          unsentDays: z
            .int()
            .min(1)
            .max(UNSENT_DAYS_MAX)
            .describe('Days after it was read, of an order that never leaves.'),
        }),
        answers: { 200: personalDataRules },
      },
      async ({ body, actor }) => ({
        200: toPersonalDataRules(await changePersonalDataRule(context, { ...body, actor })),
      }),
    )
  }
}
