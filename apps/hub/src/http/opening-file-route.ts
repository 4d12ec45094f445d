import { openingFile } from '@plimsoll/client'
import { FileProblem } from '@plimsoll/files'
import type { FastifyPluginAsync } from 'fastify'
import { readOpeningFile } from '../imports/opening-file.ts'
import { addRawRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const FILE_BYTES_MAX = 32 * 1024 * 1024

/** A spreadsheet of opening stock, looked at before it is proposed (POST /cutovers/:name/proposal). */
export function openingFileRoute({ imports: { context } }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    // In a part of its own: here the body is a file, whatever type it is sent as.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: FILE_BYTES_MAX }, (_request, body, done) =>
      done(null, body),
    )
    addRawRoute(
      app,
      {
        method: 'POST',
        path: '/opening-files',
        operation: 'readOpeningFile',
        tag: 'Safety',
        summary:
          'Reads a CSV or Excel file of SKU, location and quantity into lines of a proposal; keeps none of it.',
        rawBody: { contentType: 'application/octet-stream', description: 'The file itself, up to 32 MB.' },
        answers: { 200: openingFile },
        errors: [
          'file-empty',
          'file-unreadable',
          'file-old-excel',
          'file-not-text',
          'file-too-large',
          'header-missing',
          'column-missing',
          'column-twice',
        ],
      },
      async (request, reply) => {
        if (!Buffer.isBuffer(request.body) || request.body.length === 0)
          throw new FileProblem('file-empty', 'The file is empty.')
        return reply.send(await readOpeningFile(context, request.body))
      },
    )
  }
}
