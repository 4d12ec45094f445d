import { Readable } from 'node:stream'
import { bulkEdit, bulkEditList, bulkLevelPage, policyFields, protectionMode } from '@plimsoll/client'
import { writeCsv } from '@plimsoll/files'
import {
  applyBulkEdit,
  getBulkEdit,
  listBulkEdits,
  proposeBulkEdit,
  stopBulkEdit,
  undoBulkEdit,
} from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { BULK_LEVEL_HEADER, bulkLevelRows, listBulkLevels, toBulkEdit } from '../views/bulk-edits.ts'
import { fileAnswer, fileHeaders } from './file-answer.ts'
import { addRawRoute, addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Changes'
/** What it sets are policies and protections, as `setPolicy` and `setProtection` do. */
const area = 'connections'
const params = z.object({ id: z.string().min(1).max(100) })
const asked = z
  .strictObject({
    of: z.enum(['items', 'listings']).describe('What the policy is set on: items, or the listings of them.'),
    skus: z.array(z.string().min(1)).min(1).max(10_000).optional().describe('Only these items.'),
    search: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe('Only items with this in their SKU or name.'),
    connection: z
      .string()
      .min(1)
      .optional()
      .describe('Only what is sold there, by id or name; of listings only those there.'),
    everything: z.boolean().default(false).describe('Must be said where nothing narrows it down.'),
    set: z.strictObject(policyFields.partial().shape).default({}).describe('As `setPolicy` takes it.'),
    protection: protectionMode.nullable().optional().describe('Of items; null takes it back.'),
    oversellsPerMillion: z.int().min(1).max(500_000).optional(),
    why: z.string().trim().min(1).max(500).optional(),
  })
  .refine(({ skus, search, connection, everything }) => everything || Boolean(skus ?? search ?? connection), {
    path: ['everything'],
    message: 'say which items, or that it is for everything',
  })
const page = z.object({
  cursor: z.string().optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
const OF_ONE = ['unknown-bulk-edit'] as const

/** Changes of policy for many at once: looked at first, then applied and undone as one. */
export function bulkEditRoutes({ context, bulk }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'POST',
        path: '/bulk-edits',
        operation: 'proposeBulkEdit',
        tag,
        area,
        summary:
          'Has every number worked out that a change of policy for many would change; changes nothing yet.',
        needs: 'admin',
        body: asked,
        answers: { 201: bulkEdit },
        errors: ['unknown-item', 'unknown-connection', 'unknown-location', 'policy-contradiction'],
      },
      async ({ body: { everything: _, ...request }, actor }) => {
        const made = await proposeBulkEdit(context, { ...request, actor })
        bulk.wake()
        return { 201: toBulkEdit(made) }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/bulk-edits',
        operation: 'listBulkEdits',
        tag,
        area,
        summary: 'The last hundred, the newest first.',
        answers: { 200: bulkEditList },
      },
      async () => ({ 200: { rows: (await listBulkEdits(context)).map(toBulkEdit) } }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/bulk-edits/:id',
        operation: 'getBulkEdit',
        tag,
        area,
        summary: 'How far it is, what it would change, and which rails would hold it back.',
        params,
        answers: { 200: bulkEdit },
        errors: OF_ONE,
      },
      async ({ params: { id } }) => ({ 200: toBulkEdit(await getBulkEdit(context, id)) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/bulk-edits/:id/levels',
        operation: 'listBulkLevels',
        tag,
        area,
        summary: 'Every number that would change, in order of SKU.',
        params,
        query: page,
        answers: { 200: bulkLevelPage },
        errors: OF_ONE,
      },
      async ({ params: { id }, query }) => ({ 200: await listBulkLevels(context, id, query) }),
    )
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/bulk-edits/:id/levels.csv',
        operation: 'downloadBulkLevels',
        tag,
        area,
        summary: 'The same as a file.',
        params,
        answers: { 200: fileAnswer },
        errors: OF_ONE,
      },
      async (request, reply) => {
        const { bulkId } = await getBulkEdit(context, params.parse(request.params).id)
        const bytes = writeCsv(BULK_LEVEL_HEADER, bulkLevelRows(context, bulkId))
        return reply
          .headers(fileHeaders(`bulk-edit-${bulkId}`, 'csv'))
          .send(Readable.from(bytes, { objectMode: false }))
      },
    )
    for (const [verb, act, summary] of [
      ['apply', applyBulkEdit, 'Applies it as it was looked at, in the background, as one change.'],
      ['stop', stopBulkEdit, 'Stops it; what was applied by then stays, and can be undone.'],
      ['undo', undoBulkEdit, 'Takes all of it back, but for what was changed since.'],
    ] as const) {
      addRoute(
        app,
        {
          method: 'POST',
          path: `/bulk-edits/:id/${verb}`,
          operation: `${verb}BulkEdit`,
          tag,
          area,
          summary,
          needs: 'admin',
          params,
          answers: { 200: bulkEdit },
          errors: [...OF_ONE, 'wrong-state'],
        },
        async ({ params: { id } }) => {
          const moved = await act(context, id)
          bulk.wake()
          return { 200: toBulkEdit(moved) }
        },
      )
    }
  }
}
