import {
  connectionSettings,
  connectionSettingsChanged,
  sampleGuess,
  sampleReading,
  sampleWriting,
} from '@plimsoll/client'
import { refuse } from '@plimsoll/stock'
import { changeSettings, readSettings, syncProblem } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { guessSample, readKeptFile, readSample, sampleToolsOf, writeExample } from '../views/samples.ts'
import { LedgerRefusal } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Connections'
const ofConnector = z.object({ connector: z.string().min(1).max(100) })
const ofConnection = z.object({ id: z.uuid('give the id of a connection') })
const ofFile = ofConnection.extend({ position: z.coerce.number().int().min(1) })
const feed = z.string().min(1).max(100).describe('What it is about: levels.')
const sample = z.strictObject({
  feed,
  fileName: z.string().min(1).max(200),
  content: z
    .string()
    .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'give it in base64')
    .describe('The file, up to 2 MB; it is read and forgotten.'),
})
const otherSettings = z.strictObject({
  settings: z.unknown().describe('The connector says which.'),
  credentials: z
    .unknown()
    .optional()
    .describe('Needed where the settings lead to another server: what is stored is not sent there.'),
})
const terms = {
  description: z
    .unknown()
    .describe('Of this feed, as far as it is written; the connector says what it may hold.'),
  places: z.unknown().optional().describe('Its locations: `id` and `name` each.'),
}

/** Descriptions of warehouses tried on sample files, and the settings that hold them. */
export function sampleRoutes({ context, engine }: ServerContext): FastifyPluginAsync {
  const open = async (connectionId: string) => {
    const found = await engine.registry.find(connectionId)
    if (found === undefined) throw syncProblem('unknown-connection', 'id', 'There is no such connection.')
    return found
  }
  const errors = ['unknown-connector', 'wrong-state'] as const
  return async (app) => {
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connectors/:connector/samples/guess',
        operation: 'guessSample',
        tag,
        summary:
          'Format, encoding, dates and columns of a sample file, as far as it tells; nothing is stored.',
        params: ofConnector,
        body: sample,
        answers: { 200: sampleGuess },
        errors,
      },
      async ({ params: { connector }, body }) => ({
        200: await guessSample(sampleToolsOf(context, connector), body),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connectors/:connector/samples/read',
        operation: 'readSample',
        tag,
        summary:
          'What a description makes of a sample file, row by row and field by field; nothing is stored.',
        params: ofConnector,
        body: sample.extend(terms),
        answers: { 200: sampleReading },
        errors,
      },
      async ({ params: { connector }, body }) => ({
        200: await readSample(context, sampleToolsOf(context, connector), { ...body, places: body.places }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connectors/:connector/samples/write',
        operation: 'writeSample',
        tag,
        summary: 'What would be told the other side about an order that is made up; nothing is told.',
        params: ofConnector,
        body: z.strictObject({ feed, ...terms }),
        answers: { 200: sampleWriting },
        errors,
      },
      async ({ params: { connector }, body }) => ({
        200: await writeExample(context, sampleToolsOf(context, connector), { ...body, places: body.places }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/files/:position/read',
        operation: 'readConnectionFile',
        tag,
        summary: 'What a connection’s description, or another one, makes of a file that it keeps.',
        params: ofFile,
        body: z.strictObject(terms).partial(),
        answers: { 200: sampleReading },
        errors: ['unknown-connection', 'unknown-file', ...errors],
      },
      async ({ params: { id, position }, body }) => {
        const { connector, settings } = await open(id)
        const given = {
          connector: connector.manifest.id,
          settings,
          connectionId: id,
          position,
          terms:
            body.description === undefined
              ? undefined
              : { description: body.description, places: body.places },
        }
        return { 200: await readKeptFile(context, given) }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/settings',
        operation: 'getConnectionSettings',
        tag,
        summary: 'What a connection is set to; there are no secrets in it.',
        params: ofConnection,
        version: 'answered',
        answers: { 200: connectionSettings },
        errors: ['unknown-connection'],
      },
      async ({ params: { id } }) => {
        const { connection } = await open(id)
        return { 200: { connector: connection.connector, ...(await readSettings(context, id)) } }
      },
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/connections/:id/settings',
        operation: 'changeConnectionSettings',
        tag,
        summary:
          'Other settings, tried before they are stored; mappings and credentials stay. Another server takes credentials too.',
        params: ofConnection,
        body: otherSettings,
        refusedAs: 'refuseSettings',
        version: 'heeded',
        answers: { 200: connectionSettingsChanged },
        errors: [
          'unknown-connection',
          'invalid-settings',
          'private-address',
          'credentials-needed',
          'wrong-account',
          'wrong-state',
          'platform-refused',
          'platform-unavailable',
        ],
      },
      async ({ params: { id }, body: { settings, credentials }, version }) => {
        const found = await open(id)
        const changed = await changeSettings(context, id, {
          settings,
          credentials,
          version: version === 'any' ? undefined : version,
        })
        if (changed.kind === 'version-changed')
          throw new LedgerRefusal(
            refuse(
              'version-changed',
              'If-Match',
              `The settings are at version ${changed.version}, not ${version}.`,
            ),
          )
        const { kind: _, ...rest } = changed
        return { 200: { connector: found.connection.connector, ...rest } }
      },
    )
  }
}
