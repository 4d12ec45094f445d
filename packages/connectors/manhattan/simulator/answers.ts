import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { isFound, parseQuery, project, type Row, valuesOf } from './query-language.ts'

/** The envelope that everything is answered in, with status 200. The codes are made up; their form is not. */
export function done(data: unknown, totalCount?: number) {
  return {
    success: true,
    header: { ...(totalCount !== undefined && { totalCount }) },
    data,
    messageKey: null,
    message: null,
    errors: [],
    exceptions: [],
    messages: { Message: [], Size: 0 },
    rootCause: null,
    cloudComponent: 'com-manh-cp-simulated',
    cloudComponentHostName: 'simulated',
    requestUri: null,
    statusCode: 'OK',
  }
}

export function refused(code: string, description: string, statusCode = 'BAD_REQUEST') {
  return {
    ...done(null),
    success: false,
    messageKey: statusCode === 'BAD_REQUEST' ? 'error.400' : null,
    messages: { Message: [{ Type: 'ERROR', Code: code, Description: description }], Size: 1 },
    statusCode,
  }
}

const sortKey = z.object({ attribute: z.string(), direction: z.enum(['asc', 'desc', 'ASC', 'DESC']) })
const body = z.object({
  Query: z.string().default(''),
  Template: z.unknown().optional(),
  Size: z.int().min(1).max(1_000).default(10),
  Page: z.int().min(0).default(0),
  Sort: z.union([sortKey, z.array(sortKey)]).optional(),
})

/** A search of one entity, of what the caller's location has of it. */
export function searchRoute(app: FastifyInstance, path: string, rowsAt: (location: string) => Row[]): void {
  app.post(path, async (request) => {
    const read = body.safeParse(request.body)
    if (!read.success) return refused('COM::1001', 'The search is not understood.')
    const { Query, Template, Size, Page, Sort = [] } = read.data
    const terms = parseQuery(Query)
    if (terms === undefined) return refused('COM::1002', `The query is not understood: ${Query}`)
    const sorts = Array.isArray(Sort) ? Sort : [Sort]
    const compare = (one: Row, other: Row): number => {
      for (const { attribute, direction } of sorts) {
        const [a = '', b = ''] = [valuesOf(one, attribute)[0], valuesOf(other, attribute)[0]]
        if (a !== b) return (a < b ? -1 : 1) * (direction.toLowerCase() === 'asc' ? 1 : -1)
      }
      return 0
    }
    const found = rowsAt(locationOf(request)).filter((row) => isFound(row, terms))
    const page = found.toSorted(compare).slice(Page * Size, (Page + 1) * Size)
    // Where nothing is found there is no list.
    return done(page.length === 0 ? null : page.map((row) => project(row, Template)), found.length)
  })
}

export function locationOf({ headers }: { headers: Readonly<Record<string, unknown>> }): string {
  return String(headers.selectedlocation ?? '')
}

/** As Manhattan writes moments: UTC, without saying so. */
export function stampOf(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '')
}
