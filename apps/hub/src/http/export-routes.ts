import { Readable } from 'node:stream'
import { writeCsv, writeXlsx } from '@plimsoll/files'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { EXPORTS, openExport } from '../exports/exports.ts'
import { fileHeaders } from './import-routes.ts'
import type { ServerContext } from './server.ts'

const file = z.object({
  what: z.enum(EXPORTS, `use one of ${EXPORTS.join(', ')}`),
  format: z.enum(['csv', 'xlsx'], 'use csv or xlsx'),
})
const query = z.object({
  from: z.iso.datetime({ offset: true, error: 'give a moment such as 2026-05-01T00:00:00Z' }).optional(),
  to: z.iso.datetime({ offset: true, error: 'give a moment such as 2026-06-01T00:00:00Z' }).optional(),
  sku: z.string().min(1).max(200).optional(),
})

/** GET /exports/:what/:format, as a file that is written while it is read. */
export function exportRoutes(hub: ServerContext): FastifyPluginAsync {
  return async (app) => {
    app.get('/exports/:what/:format', async (request, reply) => {
      const { what, format } = file.parse(request.params)
      const { from, to, sku } = query.parse(request.query)
      const { header, rows } = openExport(hub.context, what, {
        from: from === undefined ? undefined : new Date(from),
        to: to === undefined ? undefined : new Date(to),
        sku,
      })
      const write = format === 'csv' ? writeCsv : writeXlsx
      return reply
        .headers(fileHeaders(what, format))
        .send(Readable.from(write(header, rows), { objectMode: false }))
    })
  }
}
