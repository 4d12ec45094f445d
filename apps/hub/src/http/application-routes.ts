import { applicationKept, applicationList, done } from '@plimsoll/client'
import { addApplication, listApplications, removeApplication } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { toApplicationView } from '../views/applications.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Connections'
const connector = z.object({ connector: z.string().min(1).max(100) })
const one = connector.extend({ application: z.string().min(1).max(100) })
const given = z.strictObject({
  credentials: z.unknown().describe('Those of its connections that the platform asks the application for.'),
  settings: z.unknown().optional().describe('Where the application differs by them; seldom.'),
})

/** Applications of platforms that are called before any account of them is connected. */
export function applicationRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/applications',
        operation: 'listApplications',
        tag,
        summary: 'Applications whose address answers before any account of them is connected.',
        answers: { 200: applicationList },
      },
      async () => ({ 200: { rows: (await listApplications(context)).map(toApplicationView) } }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/applications/:connector',
        operation: 'addApplication',
        tag,
        summary: 'Keeps what an application proves itself with, so that its address answers from now on.',
        params: connector,
        body: given,
        answers: { 200: applicationKept },
        errors: ['unknown-connector', 'invalid-settings', 'wrong-state'],
      },
      async ({ params, body }) => ({
        200: toApplicationView(await addApplication(context, params.connector, body)),
      }),
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/applications/:connector/:application',
        operation: 'removeApplication',
        tag,
        summary: 'Forgets it: its address answers only for its connections.',
        params: one,
        answers: { 200: done },
        errors: ['unknown-application'],
      },
      async ({ params: { connector: id, application: key } }) => {
        await removeApplication(context, { connector: id, key })
        return { 200: {} }
      },
    )
  }
}
