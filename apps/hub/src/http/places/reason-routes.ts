import { adjustmentReasons } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import { archiveReason, readReasons, refuse, requireListedReason, saveReason } from '@plimsoll/stock'
import { nowOf } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { LedgerRefusal } from '../problem.ts'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'

const tag = 'Stock commands'
const params = z.object({ code: z.string() })
const listed = z.strictObject({
  nameEn: z.string(),
  nameZh: z.string(),
  direction: z.enum(['in', 'out', 'both']),
})
const rule = z.strictObject({ listedReasonRequired: z.boolean() })

/** The reasons that adjustments may give, and whether one of them must be given. */
export function reasonRoutes(hub: ServerContext): FastifyPluginAsync {
  const { organizationId } = hub.context
  const read = async () => {
    const { listedReasonRequired, reasons } = await readReasons(hub.database.kysely, organizationId)
    return { 200: { listedReasonRequired, rows: [...reasons] } }
  }
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/adjustment-reasons',
        operation: 'listAdjustmentReasons',
        tag,
        summary: 'Your reasons for adjustments in order of their codes.',
        answers: { 200: adjustmentReasons },
      },
      read,
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/adjustment-reasons/:code',
        operation: 'saveAdjustmentReason',
        tag,
        summary: 'Lists a reason, or changes the one with this code.',
        params,
        body: listed,
        answers: { 200: adjustmentReasons },
        errors: ['invalid-reason'],
      },
      async ({ params: { code }, body }) => {
        const saved = await inTransaction(hub.database, (tx) =>
          saveReason(tx, organizationId, { code, ...body }),
        )
        if (saved.kind === 'refused') throw new LedgerRefusal(saved)
        return await read()
      },
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/adjustment-reasons/:code',
        operation: 'archiveAdjustmentReason',
        tag,
        summary: 'Takes a reason off the list; movements that gave it keep it.',
        params,
        answers: { 200: adjustmentReasons },
        errors: ['unlisted-reason'],
      },
      async ({ params: { code } }) => {
        const isArchived = await inTransaction(hub.database, (tx) =>
          archiveReason(tx, organizationId, code, nowOf(hub.context)),
        )
        if (!isArchived) {
          throw new LedgerRefusal(refuse('unlisted-reason', 'code', `There is no listed reason "${code}".`))
        }
        return await read()
      },
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/adjustment-reason-rule',
        operation: 'saveAdjustmentReasonRule',
        tag,
        summary: 'Whether adjustments and losses must give a listed reason; free text is taken otherwise.',
        body: rule,
        answers: { 200: adjustmentReasons },
      },
      async ({ body }) => {
        await inTransaction(hub.database, (tx) =>
          requireListedReason(tx, organizationId, body.listedReasonRequired),
        )
        return await read()
      },
    )
  }
}
