import { listingChangeList, mappingResult } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { decideOnListing, listListingChanges } from '../listing-changes.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Connections'
const params = z.object({ id: z.uuid('give the id of a listing') })
const decision = z.strictObject({
  choice: z
    .enum(['keep', 'move', 'unmap'])
    .describe(
      '`keep`: it sells what it did; `move`: what its SKU says now, both where two were swapped; `unmap`: nothing.',
    ),
  sku: z.string().min(1).optional().describe('With `move`: another item than the one proposed.'),
  unitsPerListing: z.int().min(1).max(100_000).optional(),
})

/** Listings whose SKU changed, and what a person says of them. */
export function listingChangeRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/listing-changes',
        operation: 'listListingChanges',
        tag,
        summary:
          'Listings whose SKU says something else than what they are tied to, those that show the most first.',
        answers: { 200: listingChangeList },
      },
      async () => ({ 200: await listListingChanges(context) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/listing-changes/:id',
        operation: 'decideOnListing',
        tag,
        summary: 'Keeps the mapping of such a listing, moves it along with the SKU, or unties it.',
        params,
        body: decision,
        answers: { 200: mappingResult },
        errors: ['unknown-listing', 'unknown-item', 'item-archived', 'wrong-state'],
      },
      async ({ params: { id }, body: { choice, sku, unitsPerListing } }) => ({
        200: await decideOnListing(context, id, { choice, sku, unitsPerListing }),
      }),
    )
  }
}
