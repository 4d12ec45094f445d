import { Readable } from 'node:stream'
import type { FastifyPluginAsync } from 'fastify'
import { exportOrganization } from '../../exports/organization/export-organization.ts'
import { addRawRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'

/** GET /organization/export: an archive that is written while it is read. Whoever breaks the request off ends it. */
export function organizationExportRoute(hub: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/organization/export',
        operation: 'exportOrganization',
        tag: 'Imports and exports',
        summary:
          'Everything of the organization as a zip archive: JSON lines for each table, and a manifest with counts and hashes. No secrets.',
        needs: 'owner',
        isAudited: true,
        answers: {
          200: {
            contentType: 'application/zip',
            description: 'A zip archive; `manifest.json` stands at its end, so one that broke off has none.',
          },
        },
      },
      async (_request, reply) => {
        const parts = exportOrganization(hub.context, { name: hub.organizationName })
        const day = new Date(hub.context.clock.now()).toISOString().slice(0, 10)
        return reply
          .headers({
            'content-type': 'application/zip',
            'content-disposition': `attachment; filename="plimsoll-export-${day}.zip"`,
            'x-content-type-options': 'nosniff',
          })
          .send(Readable.from(parts, { objectMode: false }))
      },
    )
  }
}
