import { Readable } from 'node:stream'
import type { WrittenCell } from '@plimsoll/files'
import { writeCsv, writeXlsx } from '@plimsoll/files'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { cellsOf, columnsOf } from '../exports/table-rows.ts'
import { fileAnswer, fileFormat, fileHeaders } from './file-answer.ts'
import type { DeclaredRoute } from './openapi.ts'
import { makePass, PASS_HEADER } from './principal.ts'
import { ApiProblem } from './problem.ts'
import { addRawRoute } from './route.ts'

const params = z.object({ operation: z.string().min(1).max(100), format: fileFormat })
const query = z
  .looseObject({})
  .describe('As the list itself takes it, and what stands in its address: sku of listMovements.')

/** Of lists in pages, so much is asked for at once. */
const PAGE_ROWS = 200

/**
 * Any list of the API as a file: what its filter shows, all pages of it, written while it is read. It asks the list itself,
 * as whoever asks: nobody gets a file of what they may not see.
 * @param declared every route, the lists among them
 */
export function tableRoutes(declared: readonly DeclaredRoute[]): FastifyPluginAsync {
  return async (app) => {
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/tables/:operation/:format',
        operation: 'downloadTable',
        tag: 'Imports and exports',
        summary:
          'Any list, by the name of its operation such as listOrders, as a file: what its filter shows.',
        params,
        query,
        answers: { 200: fileAnswer },
        errors: ['not-found'],
      },
      async (request, reply) => {
        const { operation, format } = params.parse(request.params)
        const route = declared.find(({ spec }) => spec.operation === operation && spec.method === 'GET')
        const columns = columnsOf(route?.spec.answers[200])
        if (route === undefined || columns === undefined)
          throw new ApiProblem('not-found', `There is no list "${operation}".`, 'operation')
        const pages = readPages(app, request, route)
        // Before the file begins: a filter that is none is refused in words.
        const first = await pages.next()
        if (first.done === true) throw new Error('a list has a first page')
        if (first.value.problem !== undefined)
          return reply.status(first.value.status).type('application/problem+json').send(first.value.problem)
        const header = columns.map(({ name }) => name)
        const rows = rowsOf(first.value.rows, pages)
        const cells = (async function* (): AsyncGenerator<WrittenCell[]> {
          for await (const row of rows) yield cellsOf(row, columns)
        })()
        const bytes = format === 'csv' ? writeCsv(header, cells) : writeXlsx(header, cells)
        return reply.headers(fileHeaders(operation, format)).send(Readable.from(bytes, { objectMode: false }))
      },
    )
  }
}

type Page = { status: number; rows: unknown[]; problem: object | undefined }

async function* rowsOf(first: unknown[], pages: AsyncGenerator<Page>): AsyncGenerator<unknown> {
  yield* first
  for await (const { rows, problem } of pages) {
    // The file ends in the middle and its transfer fails: half a table must not pass for a whole one.
    if (problem !== undefined) throw new Error(`A page of the list failed: ${JSON.stringify(problem)}`)
    yield* rows
  }
}

/** The pages of a list, by its cursor or its offset; one page where it has neither. */
async function* readPages(
  app: FastifyInstance,
  request: FastifyRequest,
  { path, spec }: DeclaredRoute,
): AsyncGenerator<Page> {
  const asked = new URLSearchParams(request.url.split('?')[1] ?? '')
  // Heard before (`front/sender.ts`): it is no filter of any list.
  asked.delete('organization')
  const address = path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = asked.get(name) ?? ''
    asked.delete(name)
    return encodeURIComponent(value)
  })
  const taken = Object.keys(spec.query?.shape ?? {})
  if (taken.includes('limit')) asked.set('limit', String(PAGE_ROWS))
  for (let offset = 0; ; ) {
    const answer = await app.inject({
      method: 'GET',
      url: `${address}?${asked}`,
      headers: passedOn(request),
    })
    if (answer.statusCode >= 300) {
      yield { status: answer.statusCode, rows: [], problem: answer.json() }
      return
    }
    const { rows, next, total } = answer.json<{
      rows: unknown[]
      next?: string | number | null
      total?: number
    }>()
    yield { status: 200, rows, problem: undefined }
    if (taken.includes('cursor') && next !== undefined && next !== null) asked.set('cursor', String(next))
    else if (taken.includes('offset') && rows.length > 0 && offset + rows.length < (total ?? 0)) {
      offset += rows.length
      asked.set('offset', String(offset))
    } else return
  }
}

/** Another route of the same organization is asked as whoever asks this one. */
export function passedOn(request: FastifyRequest): Record<string, string> {
  return { [PASS_HEADER]: makePass(request) }
}
