import { stockBatch, stockResult } from '@plimsoll/client'
import type { CommandOutcome, StockCommand } from '@plimsoll/stock'
import { changeStock } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { inClientWords, toClientKey } from '../client-key.ts'
import { ApiProblem, LedgerRefusal, refusalToProblem } from './problem.ts'
import { byOfApi } from './request-by.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'
import { batchedCommand, COMMAND_ERRORS, fromBatch, stockKinds } from './stock-kinds.ts'

/** As many go into one transaction together; each holds up to a few locks until it ends. */
const COMMANDS_MAX = 1_000
const batch = z.strictObject({
  commands: z
    .array(batchedCommand)
    .min(1, 'give at least one command')
    .max(COMMANDS_MAX, `give at most ${COMMANDS_MAX} commands at once`),
})

const moved = z.object({ reservationId: z.string() })
/** Once parsed, it is not what the schema of requests takes any more: instants are dates. */
const parsedBatch = z.object({ commands: z.array(z.looseObject({ kind: z.string() })) })

/** POST /stock/{receive|adjust|count|…}, each with an Idempotency-Key; POST /stock/commands. */
export function stockRoutes(hub: ServerContext): FastifyPluginAsync {
  return async (app) => {
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
          touches: { locations: ['body.location'], reservations: (body) => takenFrom([{ kind, body }]) },
          takesKey: true,
          answers: { 200: stockResult, 201: stockResult },
          errors: [...COMMAND_ERRORS, ...errors],
        },
        async ({ body, key, actor }) => {
          const outcome = await applyOne(toCommand(body, byOfApi({ key, actor })))
          return outcome.kind === 'applied' ? { 201: outcome.result } : { 200: outcome.result }
        },
      )
    }
    addRoute(
      app,
      {
        method: 'POST',
        path: '/stock/commands',
        operation: 'applyStockCommands',
        tag: 'Stock commands',
        summary:
          'Up to 1,000 commands of any kind in one transaction, in order; one that is refused leaves the others be.',
        body: batch,
        touches: {
          locations: ['body.commands.*.location'],
          reservations: (body) =>
            takenFrom(parsedBatch.parse(body).commands.map((each) => ({ kind: each.kind, body: each }))),
        },
        answers: { 200: stockBatch },
      },
      async ({ body: { commands }, actor }) => {
        const placed = commands.map((command, place) => fromPlace(command, place, actor))
        const outcomes = await changeStock(hub.context, placed)
        return { 200: { outcomes: outcomes.map(toAnswer) } }
      },
    )
  }

  async function applyOne(command: StockCommand) {
    const [outcome] = await changeStock(hub.context, [command])
    if (outcome === undefined) throw new ApiProblem('internal', 'The command was not answered.')
    if (outcome.kind === 'refused') throw new LedgerRefusal(inClientWords('api', outcome))
    return outcome
  }
}

/** Reservations that move to where the body says: it does not say from where. */
function takenFrom(commands: readonly { kind: string; body: unknown }[]): string[] {
  return commands.flatMap(({ kind, body }) =>
    kind === 'move-reservation' ? [moved.parse(body).reservationId] : [],
  )
}

/** A command of a batch; what is wrong with it is told with its place. */
function fromPlace(command: Parameters<typeof fromBatch>[0], place: number, actor: string): StockCommand {
  try {
    return fromBatch(command, actor)
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.field === undefined) throw error
    throw new ApiProblem(error.code, error.message, `commands.${place}.${error.field}`)
  }
}

/** `receive` → `receiveStock`, `move-reservation` → `moveReservation`. */
function operationOf(kind: string): string {
  const [verb = '', ...rest] = kind.split('-')
  const nouns = rest.length === 0 ? ['stock'] : rest
  return verb + nouns.map((noun) => noun.slice(0, 1).toUpperCase() + noun.slice(1)).join('')
}

function toAnswer(outcome: CommandOutcome) {
  const key = toClientKey('api', outcome.key)
  switch (outcome.kind) {
    case 'applied':
    case 'repeated':
      return { kind: outcome.kind, key, result: outcome.result }
    case 'refused':
      return { kind: outcome.kind, key, problem: refusalToProblem(inClientWords('api', outcome)) }
    default: {
      const never: never = outcome
      return never
    }
  }
}
