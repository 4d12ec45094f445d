import { connectionFile, connectionFileKept, connectionFilePage } from '@plimsoll/client'
import {
  acceptConnectionFile,
  listConnectionFiles,
  readConnectionFile,
  receiveConnectionFile,
} from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { toFileView } from '../views/connection-files.ts'
import { fileAnswer } from './file-answer.ts'
import { ApiProblem } from './problem.ts'
import { addRawRoute, addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Connections'
const ofConnection = z.object({ id: z.uuid() })
const ofFile = ofConnection.extend({ position: z.coerce.number().int().min(1) })
const upload = z.object({
  fileName: z
    .string()
    .min(1)
    .max(200)
    .describe('As the other side names it: it may tell the feed and the sequence.'),
  feed: z.string().min(1).max(100).optional().describe('What it is about: levels; unless its name tells.'),
  saidAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('When what it says was true; when it came, unless given or told by its name.'),
})
const page = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'give the cursor of the page before')
    .optional()
    .describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const UPLOAD_BYTES_MAX = 64 * 1024 * 1024

/** Files that came from, or went to, the other side of a connection: warehouses without an API. */
export function connectionFileRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    // In a part of its own: here the body is a file, whatever type it is sent as.
    await app.register(async (files) => {
      files.removeAllContentTypeParsers()
      files.addContentTypeParser(
        '*',
        { parseAs: 'buffer', bodyLimit: UPLOAD_BYTES_MAX },
        (_request, body, done) => done(null, body),
      )
      addRawRoute(
        files,
        {
          method: 'POST',
          path: '/connections/:id/files',
          operation: 'addConnectionFile',
          tag,
          summary:
            'Hands a connection a file, as if it had come out of its folder. The same file again changes nothing.',
          params: ofConnection,
          query: upload,
          rawBody: { contentType: 'application/octet-stream', description: 'The file itself, up to 64 MB.' },
          answers: { 200: connectionFileKept, 201: connectionFileKept },
          errors: ['unknown-connection', 'file-refused', 'wrong-state'],
        },
        async (request, reply) => {
          const { id } = ofConnection.parse(request.params)
          const { fileName, feed, saidAt } = upload.parse(request.query)
          if (!Buffer.isBuffer(request.body) || request.body.length === 0)
            throw new ApiProblem('invalid-request', 'The body must be the file itself.', 'body')
          const { file, isNew } = await receiveConnectionFile(context, id, {
            name: fileName,
            feed,
            saidAt: saidAt === undefined ? undefined : new Date(saidAt),
            content: request.body,
          })
          return reply.status(isNew ? 201 : 200).send({ file: toFileView(file), isNew })
        },
      )
    })
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/files',
        operation: 'listConnectionFiles',
        tag,
        summary: 'Files that came and went, newest first.',
        params: ofConnection,
        query: page,
        answers: { 200: connectionFilePage },
        errors: ['unknown-connection'],
      },
      async ({ params: { id }, query: { cursor, limit } }) => {
        const before = cursor === undefined ? undefined : Number(cursor)
        const found = await listConnectionFiles(context, id, { before, limit: limit + 1 })
        const rows = found.slice(0, limit)
        const last = rows.at(-1)
        const next = found.length > limit && last !== undefined ? String(last.position) : null
        return { 200: { rows: rows.map(toFileView), next } }
      },
    )
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/files/:position',
        operation: 'downloadConnectionFile',
        tag,
        summary: 'The file as it came, or as it went. There is personal data in it.',
        needs: 'operator',
        isAudited: true,
        params: ofFile,
        answers: { 200: fileAnswer },
        errors: ['unknown-connection', 'unknown-file'],
      },
      async (request, reply) => {
        const { id, position } = ofFile.parse(request.params)
        const { file, content } = await readConnectionFile(context, id, position)
        return reply
          .headers({
            'content-type': 'application/octet-stream',
            'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
            'x-content-type-options': 'nosniff',
            'cache-control': 'no-store',
          })
          .send(content)
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/files/:position/accept',
        operation: 'acceptConnectionFile',
        tag,
        summary:
          'Says that a file is right which is held back, because it is empty or much smaller than the one before.',
        params: ofFile,
        answers: { 200: connectionFile },
        errors: ['unknown-connection', 'unknown-file'],
      },
      async ({ params: { id, position } }) => ({
        200: toFileView(await acceptConnectionFile(context, id, position)),
      }),
    )
  }
}
