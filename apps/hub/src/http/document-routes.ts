import type { FastifyPluginAsync } from 'fastify'
import { type DeclaredRoute, describeApi, type OpenApiVersion } from './openapi.ts'
import { addRawRoute } from './route.ts'

const documents = [
  {
    path: '/openapi.json',
    version: '3.1.1',
    operation: 'getOpenApi',
    summary: 'This document, as OpenAPI 3.1.',
  },
  {
    path: '/openapi-3.0.json',
    version: '3.0.4',
    operation: 'getOpenApi30',
    summary: 'This document as OpenAPI 3.0, for importers that know nothing newer.',
  },
] as const satisfies { path: string; version: OpenApiVersion; operation: string; summary: string }[]

/** GET /openapi.json, /openapi-3.0.json: what `declared` holds by the time that somebody asks. */
export function documentRoutes(declared: readonly DeclaredRoute[]): FastifyPluginAsync {
  return async (app) => {
    for (const { path, version, operation, summary } of documents) {
      let made: string | undefined
      addRawRoute(
        app,
        {
          method: 'GET',
          path,
          operation,
          tag: 'The document',
          summary,
          answers: { 200: { contentType: 'application/json', description: 'OpenAPI' } },
        },
        (_request, reply) => {
          made ??= JSON.stringify(describeApi(declared, version))
          return reply.type('application/json').send(made)
        },
      )
    }
  }
}
