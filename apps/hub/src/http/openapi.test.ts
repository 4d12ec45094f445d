import * as shapes from '@plimsoll/client'
import { Validator } from '@seriousme/openapi-schema-validator'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { checkAnswers } from './answer-check.ts'
import { describeApi } from './openapi.ts'
import { type ApiErrorCode, ApiProblem, toProblem } from './problem.ts'
import { addRoute, type RouteSpec } from './route.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
})
afterAll(() => served.close())

type Parameter = { name: string; in: string; required: boolean }
type Operation = { operationId: string; parameters?: Parameter[]; responses: Record<string, unknown> }
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> }

describe.each([
  ['openapi.json', '3.1'],
  ['openapi-3.0.json', '3.0'],
])('%s', (name, version) => {
  const read = async () => await served.ask('GET', `/api/v1/${name}`)

  test('is valid OpenAPI of its version', async () => {
    const { status, type, body } = await read()
    expect({ status, type }).toEqual({ status: 200, type: 'application/json' })
    const validator = new Validator()
    expect(await validator.validate(body)).toEqual({ valid: true })
    expect(validator.version).toBe(version)
  })

  test('every reference leads somewhere within it, and every schema is led to', async () => {
    const { text, body } = await read()
    const named = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, place = '']) => place))
    const { schemas } = body.components as { schemas: object }
    expect([...named].sort()).toEqual(Object.keys(schemas).map((each) => `#/components/schemas/${each}`))
  })

  test('operations have names of their own, and every word in braces is a parameter', async () => {
    const { paths } = (await read()).body as Document
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, ...operation })),
    )
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { path, parameters = [] } of operations) {
      const inPath = parameters.filter((each) => each.in === 'path' && each.required).map((each) => each.name)
      expect(inPath, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, word]) => word))
    }
  })

  test('a command names its key, and each refusal with its status and codes', async () => {
    const { paths } = (await read()).body as Document
    const operation = paths['/api/v1/stock/reserve']?.post
    expect(operation?.parameters).toMatchObject([{ name: 'Idempotency-Key', in: 'header', required: true }])
    expect(operation?.responses['409']).toMatchObject({
      content: {
        'application/problem+json': {
          schema: {
            allOf: [
              { $ref: '#/components/schemas/problem' },
              { properties: { code: { enum: ['key-reused', 'kit-has-no-stock', 'insufficient-stock'] } } },
            ],
          },
        },
      },
    })
  })
})

const spec = {
  method: 'GET',
  path: '/health',
  operation: 'getHealth',
  tag: 'Health',
  summary: 'It runs.',
  answers: { 200: shapes.health },
  errors: ['not-ready'],
} as const satisfies RouteSpec

test('a route that answers what the client does not export is no part of any document', () => {
  const unknown = { ...spec, answers: { 200: z.object({ status: z.string() }) } }
  expect(() => describeApi([{ path: '/health', spec: unknown }], '3.1.1')).toThrow(
    'getHealth answers a schema that the client does not export',
  )
})

test.each([
  ['what it declares', { status: 'ok' }, 200],
  ['more than it declares', { status: 'ok', mood: 'good' }, 500],
  ['another value', { status: 'well' }, 500],
  ['less', {}, 500],
])('tests notice when a route answers %s', async (_what, answer, status) => {
  const app = fastify()
  checkAnswers(app)
  // What no type would let through.
  addRoute(app, spec, async () => ({ 200: answer }) as { 200: { status: 'ok' } })
  expect((await app.inject('/health')).statusCode).toBe(status)
  await app.close()
})

test('tests notice when a route refuses with a code that it does not declare', async () => {
  const app = fastify()
  checkAnswers(app)
  app.setErrorHandler((error, _request, reply) => {
    const problem = toProblem(error)
    return reply.status(problem.status).type('application/problem+json').send(problem)
  })
  let code: ApiErrorCode = 'not-ready'
  addRoute(app, spec, async () => {
    throw new ApiProblem(code, 'Refused.')
  })
  expect((await app.inject('/health')).json()).toMatchObject({ code: 'not-ready' })
  code = 'bad-signature'
  expect((await app.inject('/health')).json()).toMatchObject({ code: 'internal' })
  await app.close()
})
