import { connectionLocationList, connectionLocationPreview, countedPlaceList } from '@plimsoll/client'
import {
  acceptHeldCounts,
  changePools,
  connectionExists,
  previewPools,
  syncProblem,
  tieCountedPlace,
} from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { listConnectionLocations, toLocationPreview } from '../views/connection-locations.ts'
import { listCountedPlaces } from '../views/counted-places.ts'
import { LedgerRefusal } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Connections'
const ofConnection = z.object({ id: z.uuid('give the id of a connection') })
const ofPlace = ofConnection.extend({ place: z.string().min(1).max(200) })
const tie = z.strictObject({
  location: z
    .string()
    .min(1)
    .nullable()
    .describe('Code of the location that stands for it, made for it alone; null: none any more.'),
})

const mapping = z.strictObject({
  locations: z
    .array(
      z.strictObject({
        externalId: z.string().min(1).max(200).describe('Of the location on the platform.'),
        locations: z
          .array(z.string().min(1).max(200))
          .max(200)
          .describe('Codes of yours that stand behind it; none: nothing of yours lies there.'),
        whenEmpty: z
          .enum(['zero', 'leave'])
          .optional()
          .describe(
            'Where none does. zero: its numbers are kept at zero; leave: nothing is written there. Left out: what was kept goes to zero, what was left stays so.',
          ),
      }),
    )
    .min(1)
    .max(500)
    .describe('Those that are not named stay as they are.'),
})

/**
 * Locations of a platform: which of ours stand behind each, and, of those that it keeps and counts itself (FBA, WFS), which
 * of ours stands for each.
 */
export function connectionPlaceRoutes({ context }: ServerContext): FastifyPluginAsync {
  const assertKnown = async (connectionId: string) => {
    if (await connectionExists(context, connectionId)) return
    throw syncProblem('unknown-connection', 'id', 'There is no such connection.')
  }
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/locations',
        operation: 'listConnectionLocations',
        tag,
        summary: 'Locations of its platform, and which of yours stand behind each.',
        params: ofConnection,
        version: 'answered',
        answers: { 200: connectionLocationList },
        errors: ['unknown-connection'],
      },
      async ({ params: { id } }) => ({ 200: await listConnectionLocations(context, id) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/connections/:id/locations',
        operation: 'changeConnectionLocations',
        tag,
        summary: 'Says which of your locations stand behind locations of its platform.',
        params: ofConnection,
        body: mapping,
        version: 'heeded',
        answers: { 200: connectionLocationList },
        errors: ['unknown-connection', 'unknown-location', 'doubled-location', 'wrong-state'],
      },
      async ({ params: { id }, body: { locations }, version }) => {
        const expected = version === 'any' ? undefined : version
        const outcome = await changePools(context, id, locations, expected)
        if (outcome.kind === 'version-changed') {
          const message = `What stands behind its locations is at version ${outcome.version}, not ${expected}.`
          throw new LedgerRefusal({ kind: 'refused', code: 'version-changed', field: 'If-Match', message })
        }
        return { 200: await listConnectionLocations(context, id) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/locations/preview',
        operation: 'previewConnectionLocations',
        tag,
        summary: 'What such a change would come to; nothing is written.',
        params: ofConnection,
        body: mapping,
        answers: { 200: connectionLocationPreview },
        errors: ['unknown-connection', 'unknown-location', 'doubled-location', 'wrong-state'],
      },
      async ({ params: { id }, body: { locations } }) => ({
        200: toLocationPreview(await previewPools(context, id, locations)),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/places',
        operation: 'listCountedPlaces',
        tag,
        summary: 'Places that its platform keeps and counts itself, and what it says of them.',
        params: ofConnection,
        answers: { 200: countedPlaceList },
        errors: ['unknown-connection'],
      },
      async ({ params: { id } }) => {
        await assertKnown(id)
        return { 200: await listCountedPlaces(context, id) }
      },
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/connections/:id/places/:place',
        operation: 'tieCountedPlace',
        tag,
        summary: 'Ties such a place to one of our locations: the platform’s count is the truth there.',
        params: ofPlace,
        body: tie,
        answers: { 200: countedPlaceList },
        errors: ['unknown-connection', 'unknown-location', 'wrong-state'],
      },
      async ({ params: { id, place }, body: { location } }) => {
        await assertKnown(id)
        await tieCountedPlace(context, id, place, location)
        return { 200: await listCountedPlaces(context, id) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/places/:place/accept',
        operation: 'acceptCounts',
        tag,
        summary: 'Says that counts of such a place which are held back are right: they are booked.',
        params: ofPlace,
        answers: { 200: countedPlaceList },
        errors: ['unknown-connection', 'wrong-state'],
      },
      async ({ params: { id, place } }) => {
        await assertKnown(id)
        await acceptHeldCounts(context, id, place)
        return { 200: await listCountedPlaces(context, id) }
      },
    )
  }
}
