import { importMappingPage } from '@plimsoll/client'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { MAPPING_CHANGES } from '../imports/import-mappings.store.ts'
import type { ImportContext } from '../imports/open-file.ts'
import { listImportMappings } from '../views/import-mappings.ts'
import { addRoute } from './route.ts'

const one = z.object({ id: z.uuid() })
const query = z.object({
  only: z
    .enum(MAPPING_CHANGES, `use one of ${MAPPING_CHANGES.join(', ')}`)
    .optional()
    .describe('conflicts: what would be in conflict with something; zero: numbers that would fall to zero.'),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'give the cursor of the page before')
    .optional()
    .describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
})

/** GET /imports/:id/mappings: what a checked file of mappings would do to each listing. */
export function importMappingRoute(app: FastifyInstance, context: ImportContext): void {
  addRoute(
    app,
    {
      method: 'GET',
      path: '/imports/:id/mappings',
      operation: 'listImportMappings',
      tag: 'Imports and exports',
      summary:
        'Each listing whose mapping a checked file changes: what it sells before and after, and what it would show.',
      params: one,
      query,
      answers: { 200: importMappingPage },
      errors: ['unknown-import'],
    },
    async ({ params: { id }, query: asked }) => ({ 200: await listImportMappings(context, id, asked) }),
  )
}
