import { countedPlaceList } from '@plimsoll/client'
import { connectionExists, syncProblem, tieCountedPlace } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { listCountedPlaces } from '../views/counted-places.ts'
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

/** Places that a platform keeps and counts itself (FBA, WFS), and which of our locations stands for each. */
export function countedPlaceRoutes({ context }: ServerContext): FastifyPluginAsync {
  const assertKnown = async (connectionId: string) => {
    if (await connectionExists(context, connectionId)) return
    throw syncProblem('unknown-connection', 'id', 'There is no such connection.')
  }
  return async (app) => {
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
  }
}
