import {
  mappingAccepted,
  mappingConflicts,
  mappingMarked,
  mappingOverview,
  mappingPage,
  mappingPreview,
  mappingUndone,
} from '@plimsoll/client'
import {
  ACCEPTED_MAX,
  acceptMappings,
  CONFIDENCES,
  CONFLICT_KINDS,
  forgetLooks,
  heedAll,
  ignoreAll,
  MAPPING_STATES,
  previewAcceptance,
  SURENESSES,
  undoAcceptance,
} from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { makeKitOfListing } from '../listing-kit.ts'
import {
  listConflicts,
  listMappings,
  readMappingCursor,
  readMappingOverview,
  toPreviewAnswer,
} from '../views/mapping.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Mapping'
const connection = z.string().min(1).optional().describe('Id or name; left out: all.')
const units = z.int().min(1).max(100_000)
const listQuery = z.object({
  state: z.enum(MAPPING_STATES).default('waiting'),
  confidence: z
    .enum(SURENESSES)
    .optional()
    .describe('Of those that wait. `none`: nothing was found; `new`: nobody has looked yet.'),
  connection,
  search: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('A part of the title or SKU, or the external id.'),
  cursor: z
    .string()
    .refine((text) => readMappingCursor(text) !== undefined, 'give the cursor of the page before')
    .optional()
    .describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(100),
})
const listingIds = z.array(z.uuid('give the id of a listing')).min(1).max(ACCEPTED_MAX)
const named = z.strictObject({
  listings: z
    .array(
      z.strictObject({
        listingId: z.uuid('give the id of a listing'),
        sku: z.string().min(1).max(200).optional().describe('Left out: the best that is suggested.'),
        unitsPerListing: units.optional(),
      }),
    )
    .min(1)
    .max(ACCEPTED_MAX),
})
const sure = z.strictObject({
  confidence: z.enum(CONFIDENCES),
  connection,
  limit: z.int().min(1).max(ACCEPTED_MAX).optional(),
})
const wanted = z.union([named, sure])
const digest = z
  .string()
  .length(64)
  .optional()
  .describe('Of the preview: accepted is what it showed, or nothing.')
const kit = z.strictObject({
  listingId: z.uuid('give the id of a listing'),
  sku: z.string().min(1).max(200).describe('Of the kit; made where it is not there.'),
  name: z.string().min(1).max(500),
  components: z
    .array(z.strictObject({ sku: z.string().min(1), quantity: z.int().min(1).max(100_000) }))
    .min(1)
    .max(100),
})

/** What listings sell: suggestions, what is accepted of them and taken back, conflicts, what is ignored. */
export function mappingRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/mapping',
        operation: 'getMapping',
        tag,
        summary:
          'How many listings wait to be matched, by connection and confidence, and what can be taken back.',
        answers: { 200: mappingOverview },
      },
      async () => ({ 200: await readMappingOverview(context) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/mapping/listings',
        operation: 'listMappings',
        tag,
        summary:
          'Listings with what they are tied to or what is suggested for them and why, the surest first.',
        query: listQuery,
        answers: { 200: mappingPage },
        errors: ['unknown-connection'],
      },
      async ({ query: { confidence, ...query } }) => ({
        200: await listMappings(context, { ...query, sureness: confidence }),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/mapping/conflicts',
        operation: 'listMappingConflicts',
        tag,
        summary: 'What may be wrong with mappings, each with what may be done.',
        query: z.object({
          kind: z.enum(CONFLICT_KINDS).optional(),
          connection,
          limit: z.coerce.number().int().min(1).max(200).default(50).describe('Of each kind.'),
        }),
        answers: { 200: mappingConflicts },
        errors: ['unknown-connection'],
      },
      async ({ query: { kind, ...query } }) => ({
        200: await listConflicts(context, { ...query, kinds: kind === undefined ? undefined : [kind] }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/mapping/look',
        operation: 'lookForMatches',
        tag,
        summary:
          'Looks for matches of all that waits anew; the work goes on beside, and the counts tell how far it is.',
        needs: 'operator',
        answers: { 200: mappingOverview },
      },
      async () => {
        await forgetLooks(context.database.kysely, context.organizationId)
        return { 200: await readMappingOverview(context) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/mapping/preview',
        operation: 'previewMappings',
        tag,
        summary: 'What each listing would show were it accepted; nothing is changed.',
        body: wanted,
        needs: 'viewer',
        answers: { 200: mappingPreview },
        errors: ['unknown-listing', 'unknown-item', 'unknown-connection', 'mapping-changed', 'wrong-state'],
      },
      async ({ body }) => ({ 200: toPreviewAnswer(await previewAcceptance(context, body)) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/mapping/accept',
        operation: 'acceptMappings',
        tag,
        summary: 'Ties listings to what is suggested for them, or to what is said instead; all or none.',
        body: z.union([named.extend({ digest }), sure.extend({ digest })]),
        needs: 'operator',
        answers: { 200: mappingAccepted },
        errors: ['unknown-listing', 'unknown-item', 'unknown-connection', 'mapping-changed', 'wrong-state'],
      },
      async ({ body: { digest: shown, ...body }, actor }) => ({
        200: await acceptMappings(context, body, { actor, digest: shown }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/mapping/undo',
        operation: 'undoMappings',
        tag,
        summary: 'Takes the last acceptance back: its listings are tied to what they were.',
        body: z.strictObject({
          acceptanceId: z
            .uuid('give the id of an acceptance')
            .describe('Which must be the last, as `getMapping` says it.'),
        }),
        needs: 'operator',
        answers: { 200: mappingUndone },
        errors: ['mapping-changed', 'wrong-state'],
      },
      async ({ body: { acceptanceId }, actor }) => ({
        200: await undoAcceptance(context, { acceptanceId, actor }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/mapping/ignore',
        operation: 'ignoreListings',
        tag,
        summary: 'Listings that are never to be matched, with the reason; one that is tied is untied.',
        body: z.strictObject({
          listings: listingIds,
          reason: z.string().trim().min(1, 'say why, for whoever wonders').max(500),
        }),
        needs: 'operator',
        answers: { 200: mappingMarked },
        errors: ['unknown-listing'],
      },
      async ({ body: { listings, reason }, actor }) => ({
        200: await ignoreAll(context, listings, { reason, actor }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/mapping/heed',
        operation: 'heedListings',
        tag,
        summary: 'Listings that were ignored are asked about, and may be matched, again.',
        body: z.strictObject({ listings: listingIds }),
        needs: 'operator',
        answers: { 200: mappingMarked },
        errors: ['unknown-listing'],
      },
      async ({ body: { listings } }) => ({ 200: await heedAll(context, listings) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/mapping/kits',
        operation: 'makeKitOfListing',
        tag,
        summary:
          'A kit for a listing that sells several things together, made and tied; done again it changes nothing.',
        body: kit,
        needs: 'operator',
        answers: { 200: mappingAccepted },
        errors: [
          ...([
            'unknown-listing',
            'unknown-item',
            'mapping-changed',
            'wrong-state',
            'unknown-component',
          ] as const),
          ...(['kit-components', 'kit-cycle', 'kit-too-large', 'kit-item-has-stock'] as const),
        ],
      },
      async ({ body, actor }) => ({ 200: await makeKitOfListing(context, body, actor) }),
    )
  }
}
