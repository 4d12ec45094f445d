import { Readable } from 'node:stream'
import { writeCsv, writeXlsx } from '@plimsoll/files'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { EXPORTS, openExport } from '../exports/exports.ts'
import { fileAnswer, fileFormat, fileHeaders } from './file-answer.ts'
import { exportPermission } from './file-permissions.ts'
import { assertMay } from './permissions.ts'
import { principalOf } from './principal.ts'
import { addRawRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const file = z.object({ what: z.enum(EXPORTS, `use one of ${EXPORTS.join(', ')}`), format: fileFormat })
const moment = z.iso.datetime({ offset: true, error: 'give a moment such as 2026-05-01T00:00:00Z' })
const query = z.object({
  from: moment.optional().describe('Movements recorded at this moment or later.'),
  until: moment.optional().describe('Movements recorded before this moment.'),
  sku: z.string().min(1).max(200).optional().describe('Movements of this item alone.'),
})

/** GET /exports/:what/:format, as a file that is written while it is read. */
export function exportRoutes(hub: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/exports/:what/:format',
        operation: 'downloadExport',
        tag: 'Imports and exports',
        summary: 'A table as a file that can be imported again.',
        params: file,
        query,
        answers: { 200: fileAnswer },
      },
      async (request, reply) => {
        const { what, format } = file.parse(request.params)
        assertMay(principalOf(request), exportPermission(what))
        const { from, until, sku } = query.parse(request.query)
        const { header, rows } = await openExport(hub.context, what, {
          from: from === undefined ? undefined : new Date(from),
          until: until === undefined ? undefined : new Date(until),
          sku,
        })
        const bytes = format === 'csv' ? writeCsv(header, rows) : writeXlsx(header, rows)
        return reply.headers(fileHeaders(what, format)).send(Readable.from(bytes, { objectMode: false }))
      },
    )
  }
}
