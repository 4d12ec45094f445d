import {
  connectionCheck,
  connectionList,
  connectionMade,
  done,
  listingImport,
  mappingResult,
  syncJob,
} from '@plimsoll/client'
import {
  changeSingleSettings,
  checkConnection,
  connect,
  goLive,
  importAndWait,
  pauseConnection,
  replaceCredentials,
  requestImport,
  resumeConnection,
  syncProblem,
} from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { describeFailedImport } from '../listing-imports/listing-import-worker.ts'
import { mapListings } from '../mapping.ts'
import { listConnections } from '../views/connections.store.ts'
import { toJobView } from '../views/intake.store.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const params = z.object({ id: z.uuid('give the id of a connection') })
const newConnection = z.object({
  connector: z.string().min(1),
  name: z.string().min(1).max(100),
  location: z.string().min(1).describe('Code of the location where its orders reserve.'),
  settings: z.unknown().describe('The connector says which.'),
  credentials: z.unknown().describe('The connector says which; they are tried, and stored sealed.'),
  ordersPollMs: z
    .int()
    .min(500)
    .max(3_600_000)
    .optional()
    .describe('Between two looks for orders that webhooks missed; 15,000 unless given.'),
})
const pause = z.object({
  reason: z.string().min(1, 'say why, for whoever finds it paused').max(200),
  how: z
    .enum(['freeze', 'zero'])
    .default('freeze')
    .describe('`zero`: all its listings show 0 first, then it is paused.'),
})
const resume = z
  .object({ reason: z.string().min(1).max(200).optional().describe('Left out: all of them.') })
  .nullish()
const live = z.object({
  preview: z
    .uuid('give the id of a preview of this connection')
    .describe('What a person saw of the first writes.'),
  first: z
    .int()
    .min(1)
    .optional()
    .describe('So many levels are written; the rest waits for the confirmation of a hold.'),
})
const credentials = z.unknown().describe('The connector says which.')
const settings = z
  .record(z.string().min(1).max(100), z.unknown())
  .describe('By name; null takes one back. The connector says which.')
const mappings = z.object({
  mappings: z
    .array(
      z.object({
        listingId: z.uuid(),
        sku: z.string().min(1).nullable().describe('Null: tied to nothing.'),
        unitsPerListing: z.int().min(1).max(100_000).default(1),
      }),
    )
    .min(1)
    .max(1_000),
})
const tag = 'Connections'
const platform = ['platform-refused', 'platform-unavailable'] as const

/** Connections: connect, import, go live, pause, resume, new credentials, map. */
export function connectionRoutes(hub: ServerContext): FastifyPluginAsync {
  const { context, engine } = hub
  const open = async (connectionId: string) => {
    const found = await engine.registry.find(connectionId)
    if (found === undefined) throw syncProblem('unknown-connection', 'id', 'There is no such connection.')
    return found
  }
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections',
        operation: 'listConnections',
        tag,
        summary: 'Every connection with its health.',
        answers: { 200: connectionList },
      },
      async () => ({ 200: { rows: await listConnections(hub) } }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections',
        operation: 'connect',
        tag,
        summary: 'Makes a connection, once its credentials were tried; it starts as a draft.',
        body: newConnection,
        answers: { 201: connectionMade },
        errors: [
          'unknown-connector',
          'unknown-location',
          'name-taken',
          'account-connected',
          'invalid-settings',
          'private-address',
          ...platform,
        ],
      },
      async ({ body: { location, ordersPollMs, ...rest } }) => ({
        201: await connect(context, { ...rest, locationCode: location, ordersPollMs }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/check',
        operation: 'checkConnection',
        tag,
        summary: 'Asks its platform who the hub is there, and which rights it lacks.',
        params,
        answers: { 200: connectionCheck },
        errors: ['unknown-connection', ...platform],
      },
      async ({ params: { id } }) => ({ 200: await checkConnection(context, await open(id)) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/import',
        operation: 'importListings',
        tag,
        summary: 'Imports its listings and levels, ties listings to items by SKU, and waits for the end.',
        params,
        answers: { 200: listingImport },
        errors: ['unknown-connection', 'wrong-state', ...platform],
      },
      async ({ params: { id } }) => {
        await open(id)
        const working = { registry: engine.registry, describe: describeFailedImport }
        return { 200: await importAndWait(context, id, working) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/imports',
        operation: 'startImport',
        tag,
        summary: 'The same as a job that goes on by itself; while one goes on, that one is answered.',
        params,
        answers: { 202: syncJob },
        errors: ['unknown-connection'],
      },
      async ({ params: { id } }) => {
        const job = await requestImport(context, id)
        hub.listingImports.wake()
        return { 202: toJobView(job) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/live',
        operation: 'goLive',
        tag,
        summary: 'From shadow mode to live, by a preview that a person saw: what it shows is written.',
        params,
        body: live,
        answers: { 200: done },
        errors: ['unknown-connection', 'unknown-preview', 'preview-outdated', 'wrong-state'],
      },
      async ({ params: { id }, body: { preview, first }, actor }) => {
        await goLive(context, id, { previewId: preview, first, actor })
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/pause',
        operation: 'pauseConnection',
        tag,
        summary: 'Stops writing; reading goes on, and what waits stays queued.',
        params,
        body: pause,
        answers: { 200: done },
        errors: ['unknown-connection', 'wrong-state'],
      },
      async ({ params: { id }, body: { reason, how }, actor }) => {
        await pauseConnection(context, id, { reason, how, actor })
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/resume',
        operation: 'resumeConnection',
        tag,
        summary: 'Takes one reason for its pause away, or all.',
        params,
        body: resume,
        answers: { 200: done },
        errors: ['unknown-connection', 'wrong-state'],
      },
      async ({ params: { id }, body, actor }) => {
        await resumeConnection(context, id, { reason: body?.reason, actor })
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/connections/:id/credentials',
        operation: 'replaceCredentials',
        tag,
        summary: 'New credentials, tried before they replace the old ones.',
        params,
        body: credentials,
        answers: { 200: connectionCheck },
        errors: ['unknown-connection', 'invalid-settings', 'wrong-account', ...platform],
      },
      async ({ params: { id }, body }) => ({ 200: await replaceCredentials(context, await open(id), body) }),
    )
    addRoute(
      app,
      {
        method: 'PATCH',
        path: '/connections/:id/settings',
        operation: 'changeSingleSettings',
        tag,
        summary:
          'Changes single settings, tried before they hold; another server takes `changeConnectionSettings`.',
        params,
        body: settings,
        answers: { 200: connectionCheck },
        refusedAs: 'refuseSettings',
        errors: [
          'unknown-connection',
          'invalid-settings',
          'private-address',
          'credentials-needed',
          'wrong-account',
          'wrong-state',
          ...platform,
        ],
      },
      async ({ params: { id }, body }) => ({
        200: await changeSingleSettings(context, await open(id), body),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/mappings',
        operation: 'mapListings',
        tag,
        summary: 'Ties listings to items as a person decides, all or none.',
        body: mappings,
        answers: { 200: mappingResult },
        errors: ['unknown-item', 'unknown-listing', 'item-archived'],
      },
      async ({ body }) => ({ 200: await mapListings(context, body.mappings) }),
    )
  }
}
