import { Readable } from 'node:stream'
import { done, importJob, importPage, importProblemPage } from '@plimsoll/client'
import { writeCsv, writeXlsx } from '@plimsoll/files'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { findProblems } from '../imports/import-problems.store.ts'
import { findImportPage, toImportView } from '../imports/import-view.ts'
import { getImport, removeImport, requestApply } from '../imports/imports.ts'
import { openProblemFile } from '../imports/problem-file.ts'
import { receiveFile } from '../imports/receive-file.ts'
import { IMPORTS } from '../imports/sheet.ts'
import { fileAnswer, fileFormat, fileHeaders } from './file-answer.ts'
import { bringsStock, importPermission, importRowsPermission } from './file-permissions.ts'
import { importMappingRoute } from './import-mapping-route.ts'
import { pageQuery } from './page-query.ts'
import { assertMay } from './permissions.ts'
import { actorOf, principalOf } from './principal.ts'
import { ApiProblem } from './problem.ts'
import { addRawRoute, addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const upload = z.object({
  what: z.enum(IMPORTS, `use one of ${IMPORTS.join(', ')}`),
  fileName: z.string().min(1).max(200).default('file').describe('What people call the file.'),
  name: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Under one name nothing is received twice; the name of the file, unless given.'),
  sheet: z.string().min(1).max(100).optional().describe('Of an Excel file; the first, unless given.'),
})
const one = z.object({ id: z.uuid() })
const apply = z.object({
  mode: z.enum(['all-or-nothing', 'good-rows'], 'use all-or-nothing or good-rows'),
  confirmZeros: z
    .boolean()
    .default(false)
    .describe('A person has seen that it leaves nothing of many items.'),
})
const problemQuery = pageQuery.extend({
  cursor: z
    .string()
    .regex(/^\d{1,15}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'give the cursor of the page before')
    .optional()
    .describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
})
const fileOf = z.object({ id: z.uuid(), format: fileFormat })

const tag = 'Imports and exports'

/** POST /imports takes a file; it is checked, looked at (GET /imports/:id, …/problems), and applied on request. */
export function importRoutes(hub: ServerContext): FastifyPluginAsync {
  const { context, worker } = hub.imports
  return async (app) => {
    // In a part of its own: here the body is a file, whatever type it is sent as, and is not held in memory.
    await app.register(async (files) => {
      files.removeAllContentTypeParsers()
      files.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload))
      addRawRoute(
        files,
        {
          method: 'POST',
          path: '/imports',
          operation: 'createImport',
          tag,
          summary: 'Takes a CSV or Excel file in; it is checked at once, and written when it is applied.',
          query: upload,
          rawBody: { contentType: 'application/octet-stream', description: 'The file itself, up to 500 MB.' },
          answers: { 200: importJob, 201: importJob },
          errors: ['file-empty', 'file-unreadable', 'file-old-excel', 'file-not-text', 'file-too-large'],
        },
        async (request, reply) => {
          const { what, fileName, name = fileName, sheet } = upload.parse(request.query)
          assertMay(principalOf(request), importPermission(what))
          if (!(request.body instanceof Readable)) {
            throw new ApiProblem('invalid-request', 'The body must be the file itself.', 'body')
          }
          const wanted = { what, name, fileName, sheet, actor: actorOf(request) }
          const { job, isKnown } = await receiveFile(context, wanted, request.body)
          worker.wake()
          return reply.status(isKnown ? 200 : 201).send(toImportView(job))
        },
      )
    })
    addRoute(
      app,
      {
        method: 'GET',
        path: '/imports',
        operation: 'listImports',
        tag,
        summary: 'Imports, newest first.',
        query: pageQuery,
        answers: { 200: importPage },
      },
      async ({ query: { cursor, limit } }) => ({ 200: await findImportPage(context, { cursor, limit }) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/imports/:id',
        operation: 'getImport',
        tag,
        summary: 'How far an import is, and what it would do.',
        params: one,
        answers: { 200: importJob },
        errors: ['unknown-import'],
      },
      async ({ params }) => ({ 200: toImportView(await getImport(context, params.id)) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/imports/:id/problems',
        operation: 'listImportProblems',
        tag,
        summary: 'What is wrong with its rows, in their order.',
        params: one,
        query: problemQuery,
        answers: { 200: importProblemPage },
        errors: ['unknown-import'],
      },
      async ({ params, query: { cursor, limit } }) => {
        const { organizationId, importId } = await getImport(context, params.id)
        const [row = '', problemId = ''] = cursor?.split(':') ?? []
        const after = cursor === undefined ? undefined : { row: Number(row), problemId }
        const found = await findProblems(hub.database.kysely, organizationId, importId, {
          after,
          limit: limit + 1,
        })
        const shown = found.slice(0, limit)
        const last = shown.at(-1)
        const rows = shown.map(({ problemId: _, ...problem }) => problem)
        const next = found.length > limit && last !== undefined ? `${last.row}:${last.problemId}` : null
        return { 200: { rows, next } }
      },
    )
    importMappingRoute(app, context)
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/imports/:id/problem-rows/:format',
        operation: 'downloadProblemRows',
        tag,
        summary: 'The wrong rows as they stand in the file, each with its reasons beside it.',
        needs: 'operator',
        isAudited: true,
        params: fileOf,
        answers: { 200: fileAnswer },
        errors: ['unknown-import', 'import-not-ready', 'import-file-gone'],
      },
      async (request, reply) => {
        const { id, format } = fileOf.parse(request.params)
        const job = await getImport(context, id)
        assertMay(principalOf(request), importRowsPermission(job.what))
        const { header, rows } = await openProblemFile(context, job)
        const bytes = format === 'csv' ? writeCsv(header, rows) : writeXlsx(header, rows)
        return reply
          .headers(fileHeaders(`${job.what}-problems`, format))
          .send(Readable.from(bytes, { objectMode: false }))
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/imports/:id/apply',
        operation: 'applyImport',
        tag,
        summary: 'Writes a checked file: all of it or nothing, or its good rows.',
        params: one,
        body: apply,
        answers: { 200: importJob, 202: importJob },
        errors: [
          'unknown-import',
          'import-not-ready',
          'import-has-errors',
          'import-too-many-errors',
          'import-takes-to-zero',
        ],
      },
      async ({ params, body, principal }) => {
        const asked = await getImport(context, params.id)
        assertMay(principal, importPermission(asked.what))
        if (bringsStock(asked)) assertMay(principal, importPermission('stock'))
        const job = await requestApply(context, params.id, body)
        worker.wake()
        return job.state === 'done' ? { 200: toImportView(job) } : { 202: toImportView(job) }
      },
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/imports/:id',
        operation: 'deleteImport',
        tag,
        summary: 'Forgets an import and its file; what it has written to the ledger stays.',
        params: one,
        answers: { 200: done },
        errors: ['unknown-import', 'import-under-way'],
      },
      async ({ params }) => {
        await removeImport(context, params.id)
        return { 200: {} }
      },
    )
  }
}
