import { Readable } from 'node:stream'
import { type RowProblem, writeCsv, writeXlsx } from '@plimsoll/files'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { findProblems } from '../imports/import-problems.store.ts'
import { findImportPage, toImportView } from '../imports/import-view.ts'
import { getImport, removeImport, requestApply } from '../imports/imports.ts'
import { openProblemFile } from '../imports/problem-file.ts'
import { FILE_BYTES_MAX, receiveFile } from '../imports/receive-file.ts'
import { IMPORTS } from '../imports/sheet.ts'
import { ApiProblem } from './problem.ts'
import type { ServerContext } from './server.ts'

const upload = z.object({
  what: z.enum(IMPORTS, `use one of ${IMPORTS.join(', ')}`),
  fileName: z.string().min(1).max(300).default('file'),
  name: z.string().min(1).max(200).optional(),
  sheet: z.string().min(1).max(100).optional(),
})
const one = z.object({ id: z.uuid() })
const apply = z.object({
  mode: z.enum(['all-or-nothing', 'good-rows'], 'use all-or-nothing or good-rows'),
  confirmZeros: z.boolean().default(false),
})
const list = z.object({
  cursor: z.uuid('give the cursor of the page before').optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const problemList = z.object({
  cursor: z
    .string()
    .regex(/^\d+:[0-9a-f-]{36}$/, 'give the cursor of the page before')
    .optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
})
const fileOf = z.object({ id: z.uuid(), format: z.enum(['csv', 'xlsx'], 'use csv or xlsx') })

/** POST /imports takes a file; it is checked, looked at, and applied on request. */
export function importRoutes(hub: ServerContext): FastifyPluginAsync {
  const context = hub.imports.context
  return async (app) => {
    app.get('/imports', async (request) => {
      const { cursor, limit } = list.parse(request.query)
      return await findImportPage(context, { cursor, limit })
    })
    app.get('/imports/:id', async (request) =>
      toImportView(await getImport(context, one.parse(request.params).id)),
    )
    app.get('/imports/:id/problems', async (request) => {
      const job = await getImport(context, one.parse(request.params).id)
      const { cursor, limit } = problemList.parse(request.query)
      const [row = '', problemId = ''] = cursor?.split(':') ?? []
      const after = cursor === undefined ? undefined : { row: Number(row), problemId }
      const found = await findProblems(hub.database.kysely, job.organizationId, job.importId, {
        after,
        limit: limit + 1,
      })
      const rows = found.slice(0, limit)
      const last = rows.at(-1)
      return {
        rows: rows.map(({ problemId: _, ...problem }): RowProblem => problem),
        next: found.length > limit && last !== undefined ? `${last.row}:${last.problemId}` : null,
      }
    })
    app.get('/imports/:id/problem-rows/:format', async (request, reply) => {
      const { id, format } = fileOf.parse(request.params)
      const job = await getImport(context, id)
      const { header, rows } = await openProblemFile(context, job)
      const write = format === 'csv' ? writeCsv : writeXlsx
      return reply
        .headers(fileHeaders(`${job.what}-problems`, format))
        .send(Readable.from(write(header, rows), { objectMode: false }))
    })
    app.post('/imports/:id/apply', async (request, reply) => {
      const { id } = one.parse(request.params)
      const job = await requestApply(context, id, apply.parse(request.body))
      hub.imports.worker.wake()
      return reply.status(job.state === 'done' ? 200 : 202).send(toImportView(job))
    })
    app.delete('/imports/:id', async (request, reply) => {
      await removeImport(context, one.parse(request.params).id)
      return reply.status(204).send()
    })

    // In a part of its own: here the body is a file, whatever type it is sent as, and it is not held in memory.
    await app.register(async (files) => {
      files.removeAllContentTypeParsers()
      files.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
      files.post('/imports', { bodyLimit: FILE_BYTES_MAX }, async (request, reply) => {
        const { what, fileName, name = fileName, sheet } = upload.parse(request.query)
        if (!(request.body instanceof Readable)) {
          throw new ApiProblem('invalid-request', 'The body must be the file itself.', 'body')
        }
        const { job, isKnown } = await receiveFile(
          context,
          { what, name, fileName, sheet, actor: 'import' },
          request.body,
        )
        hub.imports.worker.wake()
        return reply.status(isKnown ? 200 : 201).send(toImportView(job))
      })
    })
  }
}

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

/** A file that browsers save and do not show. */
export function fileHeaders(name: string, format: 'csv' | 'xlsx'): Record<string, string> {
  return {
    'content-type': TYPES[format],
    'content-disposition': `attachment; filename="${name}.${format}"`,
    'x-content-type-options': 'nosniff',
  }
}
