import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import { assertSentHere } from './local-only.ts'
import { toProblem } from './problem.ts'

async function ask(headers: Record<string, string>): Promise<number> {
  const app = fastify()
  app.addHook('onRequest', async (request) => assertSentHere(request))
  app.setErrorHandler((error, _request, reply) => reply.status(toProblem(error).status).send({}))
  app.get('/', async () => ({}))
  const { statusCode } = await app.inject({ url: '/', headers })
  await app.close()
  return statusCode
}

test.each([
  [200, { host: '127.0.0.1:7460' }],
  [200, { host: 'localhost' }],
  [200, { host: '[::1]:7460' }],
  [200, { host: '127.0.0.1:7460', origin: 'http://127.0.0.1:7460', 'sec-fetch-site': 'same-origin' }],
  [403, { host: 'hub.example' }],
  [403, { host: '127.0.0.1.hub.example' }],
  [403, { host: 'localhost@hub.example' }],
  [403, { host: '127.0.0.1:7460', origin: 'https://hub.example' }],
  [403, { host: '127.0.0.1:7460', origin: 'http://127.0.0.1:8000' }],
  [403, { host: '127.0.0.1:7460', origin: 'null' }],
  [403, { host: '127.0.0.1:7460', 'sec-fetch-site': 'cross-site' }],
])('answers %i to %j', async (status, headers) => {
  expect(await ask(headers)).toBe(status)
})
