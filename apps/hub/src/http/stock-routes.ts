import { locationList, stockResult } from '@plimsoll/client'
import { findLocations, type StockCommand } from '@plimsoll/stock'
import { changeStock } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { ApiProblem, LedgerRefusal } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'
import { COMMAND_ERRORS, stockKinds } from './stock-kinds.ts'

const tag = 'Items and stock'

/** GET /locations; POST /stock/{receive|adjust|count|…}, each with an Idempotency-Key. */
export function stockRoutes(hub: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/locations',
        operation: 'listLocations',
        tag,
        summary: 'Your locations in order of their codes.',
        answers: { 200: locationList },
      },
      async () => ({ 200: { rows: await findLocations(hub.database.kysely, hub.context.organizationId) } }),
    )
    for (const { kind, summary, body: bodySchema, errors, toCommand } of stockKinds) {
      addRoute(
        app,
        {
          method: 'POST',
          path: `/stock/${kind}`,
          operation: operationOf(kind),
          tag: 'Stock commands',
          summary,
          body: bodySchema,
          takesKey: true,
          answers: { 200: stockResult, 201: stockResult },
          errors: [...COMMAND_ERRORS, ...errors],
        },
        async ({ body, key }) => {
          const outcome = await applyOne(toCommand(body, { key: `api:${key}`, actor: 'api' }))
          return outcome.kind === 'applied' ? { 201: outcome.result } : { 200: outcome.result }
        },
      )
    }
  }

  async function applyOne(command: StockCommand) {
    const [outcome] = await changeStock(hub.context, [command])
    if (outcome === undefined) throw new ApiProblem('internal', 'The command was not answered.')
    if (outcome.kind === 'refused') throw new LedgerRefusal(outcome)
    return outcome
  }
}

/** `receive` → `receiveStock`, `move-reservation` → `moveReservation`. */
function operationOf(kind: string): string {
  const [verb = '', ...rest] = kind.split('-')
  const nouns = rest.length === 0 ? ['stock'] : rest
  return verb + nouns.map((noun) => noun.slice(0, 1).toUpperCase() + noun.slice(1)).join('')
}
