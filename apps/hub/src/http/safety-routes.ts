import { AccountProblem } from '@plimsoll/accounts'
import { guardSettings, hold, holdDetail, holdList, pauseList, preview, shadowReport } from '@plimsoll/client'
import {
  changeGuard,
  decideHold,
  findConnectionId,
  type HaltScope,
  haltWrites,
  liftHalt,
  readGuard,
} from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { createPreview, getHold, getShadowReport, listHolds, listPauses, toHold } from '../views/safety.ts'
import { type Principal, roleOf } from './principal.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const connectionParams = z.object({ id: z.uuid('give the id of a connection') })
const holdParams = z.object({ id: z.uuid('give the id of a hold') })
const decision = z.strictObject({ reason: z.string().min(1).max(500).optional() })
const whose = z.object({
  connection: z.string().min(1).optional().describe('The id or the name of a connection.'),
})
const guardChange = z.strictObject({
  ...whose.shape,
  ...Object.fromEntries(
    Object.entries(guardSettings.shape).map(([field, schema]) => [field, schema.nullable().optional()]),
  ),
}) as z.ZodType<
  { connection?: string | undefined } & {
    [Field in keyof z.infer<typeof guardSettings>]?: number | null | undefined
  }
>
const reason = z.string().min(1, 'say why, for whoever finds it stopped').max(200)
const scope = z
  .enum(['organization', 'hub'])
  .default('organization')
  .describe('`hub`: every organization on it; for owners of the organization with which it was set up.')
const halt = z.strictObject({
  reason,
  scope,
  how: z
    .enum(['freeze', 'zero'])
    .default('freeze')
    .describe('`zero`: all listings show 0 first, then they are paused; for one organization at a time.'),
})
const lift = z.strictObject({ reason: reason.optional().describe('Left out: all of them.'), scope })
const tag = 'Safety'

/** Holds, the guard, what is stopped, shadow mode and previews. */
export function safetyRoutes({ context, isFirst }: ServerContext): FastifyPluginAsync {
  const { kysely } = context.database
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/holds',
        operation: 'listHolds',
        tag,
        summary: 'Writes that wait for a person’s word, newest first, at most 200.',
        query: z.object({
          open: z.enum(['true', 'false']).default('false').describe('Only those that hold something.'),
        }),
        answers: { 200: holdList },
      },
      async ({ query }) => ({ 200: { rows: await listHolds(context, query.open === 'true') } }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/holds/:id',
        operation: 'getHold',
        tag,
        summary: 'One hold with its listings.',
        params: holdParams,
        answers: { 200: holdDetail },
        errors: ['unknown-hold'],
      },
      async ({ params: { id } }) => ({ 200: await getHold(context, id) }),
    )
    for (const kind of ['confirm', 'refuse'] as const) {
      addRoute(
        app,
        {
          method: 'POST',
          path: `/holds/:id/${kind}`,
          operation: `${kind}Hold`,
          tag,
          summary:
            kind === 'confirm'
              ? 'Lets exactly the listings of a hold go, as they were shown.'
              : 'Keeps them held until they want something else.',
          params: holdParams,
          body: decision,
          answers: { 200: hold },
          errors: ['unknown-hold', 'hold-decided'],
        },
        async ({ params: { id }, body, actor }) => {
          const decided = { kind, actor, reason: body.reason ?? null }
          return { 200: toHold(await decideHold(context, id, decided)) }
        },
      )
    }
    addRoute(
      app,
      {
        method: 'GET',
        path: '/guard',
        operation: 'getGuard',
        tag,
        summary: 'How much may go to zero or rise at once without a person’s word.',
        query: whose,
        answers: { 200: guardSettings },
        errors: ['unknown-connection'],
      },
      async ({ query: { connection } }) => {
        const connectionId =
          connection === undefined ? undefined : await findConnectionId(context, connection)
        return { 200: await readGuard(kysely, context.organizationId, connectionId) }
      },
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/guard',
        operation: 'setGuard',
        tag,
        summary: 'Sets it for the organization or for a connection; answers what holds then.',
        body: guardChange,
        answers: { 200: guardSettings },
        errors: ['unknown-connection'],
      },
      async ({ body: { connection, ...change }, actor }) => ({
        200: await changeGuard(context, connection, change, actor),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/pauses',
        operation: 'listPauses',
        tag,
        summary: 'What stops writes now, and who stopped and started what.',
        answers: { 200: pauseList },
      },
      async () => ({ 200: await listPauses(context) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/pauses',
        operation: 'haltWrites',
        tag,
        summary: 'Stops all writes of the organization or of the hub, from the next call on.',
        body: halt,
        answers: { 200: pauseList },
        errors: ['wrong-state'],
      },
      async ({ body: { scope, reason, how }, actor, principal }) => {
        await assertMayStop(scope, principal)
        await haltWrites(context, scope, { reason, how, actor })
        return { 200: await listPauses(context) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/pauses/lift',
        operation: 'liftHalt',
        tag,
        summary: 'Takes a reason back, or all of them.',
        body: lift,
        answers: { 200: pauseList },
      },
      async ({ body: { scope, reason }, actor, principal }) => {
        await assertMayStop(scope, principal)
        await liftHalt(context, scope, { reason, actor })
        return { 200: await listPauses(context) }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/shadow',
        operation: 'getShadowReport',
        tag,
        summary: 'What the connection would write, and how that differs from what its platform shows.',
        params: connectionParams,
        answers: { 200: shadowReport },
        errors: ['unknown-connection'],
      },
      async ({ params: { id } }) => ({ 200: await getShadowReport(context, id) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/preview',
        operation: 'makePreview',
        tag,
        summary: 'The same, kept under an id that going live names.',
        params: connectionParams,
        answers: { 201: preview },
        errors: ['unknown-connection'],
      },
      async ({ params: { id } }) => ({ 201: await createPreview(context, id) }),
    )
  }

  /** Other brands of this hub would stop everybody's writes, or lift what its operator stopped. */
  async function assertMayStop(scope: HaltScope, principal: Principal): Promise<void> {
    if (scope !== 'hub' || (roleOf(principal) === 'owner' && (await isFirst()))) return
    throw new AccountProblem(
      'not-allowed',
      'The whole hub is stopped and started by owners of the organization with which it was set up, or on its machine; stop yours with the scope "organization".',
    )
  }
}
