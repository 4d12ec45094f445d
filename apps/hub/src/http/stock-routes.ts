import { findLocations, type StockCommand } from '@plimsoll/stock'
import { changeStock } from '@plimsoll/sync'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ApiProblem, refusalToProblem } from './problem.ts'
import type { ServerContext } from './server.ts'

const change = z.object({
  sku: z.string().min(1, 'give the SKU of an item'),
  location: z.string().min(1, 'give the code of a location'),
  /** Base units; the ledger itself says what each command may take. */
  quantity: z.number({ error: 'give a whole number of base units' }),
  reason: z.string().max(500).optional(),
  effectiveAt: z.iso.datetime().optional(),
})
const release = z.object({
  reservationId: z.uuid(),
  quantity: z.number(),
  reason: z.string().max(500).optional(),
})

const kinds = ['receive', 'adjust', 'count', 'hold', 'unhold', 'reserve'] as const

/** POST /stock/{receive|adjust|count|hold|unhold|reserve|release}, each with an Idempotency-Key. GET /locations. */
export function stockRoutes(hub: ServerContext): FastifyPluginAsync {
  return async (app) => {
    for (const kind of kinds) {
      app.post(`/stock/${kind}`, async (request, reply) => {
        const body = change.parse(request.body)
        return await answer(reply, {
          kind,
          ...headOf(request, body.reason),
          sku: body.sku,
          locationCode: body.location,
          quantity: body.quantity,
          effectiveAt: body.effectiveAt === undefined ? undefined : new Date(body.effectiveAt),
        })
      })
    }
    app.post('/stock/release', async (request, reply) => {
      const body = release.parse(request.body)
      return await answer(reply, {
        kind: 'release',
        ...headOf(request, body.reason),
        reservationId: body.reservationId,
        quantity: body.quantity,
        effectiveAt: undefined,
      })
    })
    app.get('/locations', async () => ({
      rows: await findLocations(hub.database.kysely, hub.context.organizationId),
    }))
  }

  async function answer(
    reply: { status(code: number): { type(type: string): { send(body: unknown): unknown } } },
    command: StockCommand,
  ) {
    const [outcome] = await changeStock(hub.context, [command])
    if (outcome === undefined) throw new ApiProblem('internal', 'The command was not answered.')
    if (outcome.kind === 'refused') {
      const problem = refusalToProblem(outcome)
      return reply.status(problem.status).type('application/problem+json').send(problem)
    }
    return reply
      .status(outcome.kind === 'applied' ? 201 : 200)
      .type('application/json')
      .send(outcome.result)
  }
}

function headOf(request: FastifyRequest, reason: string | undefined) {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || key === '' || key.length > 200) {
    throw new ApiProblem(
      'idempotency-key-missing',
      'This command changes stock, so it needs a key.',
      'Idempotency-Key',
    )
  }
  return { key: `api:${key}`, actor: 'api', reason: reason ?? null }
}
