import { lotDetail, lotList, lotStatus, lotTrace, serialLives, serialPage } from '@plimsoll/client'
import { type Refusal, refuse } from '@plimsoll/stock'
import { changeLot, saveNewLot, setLotStatus } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getLots, readLot, traceLot } from '../views/lots.ts'
import { findSerialLives } from '../views/serials.store.ts'
import { getSerials } from '../views/serials.ts'
import type { ErrorCode } from './error-codes.ts'
import { movementCursor, pageQuery } from './page-query.ts'
import { LedgerRefusal } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const ofItem = z.object({ sku: z.string().min(1) })
const ofLot = ofItem.extend({ lot: z.string().min(1) })
const reason = z.string().max(500)
const newLot = z.strictObject({
  lot: z.string('give the code of the lot').describe('Its code, unique within the item.'),
  expiresOn: z.string().optional().describe('The last day on which it may leave, such as 2026-05-01.'),
  manufacturedOn: z.string().optional(),
  supplierLot: z.string().min(1).max(100).optional(),
  status: lotStatus.optional().describe('released, unless given.'),
  reason: reason.optional(),
})
const statusChange = z.strictObject({
  status: lotStatus,
  reason: reason.describe('Why: it is kept with the change.'),
})
const serialQuery = z.object({
  search: z.string().trim().max(100).default('').describe('How the number begins.'),
  sku: z.string().min(1).optional().describe('Of one item alone.'),
  cursor: z
    .string()
    .max(200)
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}./, 'give the cursor of the page before')
    .optional()
    .describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const correction = z
  .strictObject({
    expiresOn: z.string().nullable().optional().describe('Null: it does not expire.'),
    manufacturedOn: z.string().nullable().optional(),
    supplierLot: z.string().min(1).max(100).nullable().optional(),
    reason: reason.describe('Why: it is kept with the correction.'),
  })
  .refine(({ reason: _, ...fields }) => Object.values(fields).some((field) => field !== undefined), {
    error: 'give one of expiresOn, manufacturedOn and supplierLot',
  })
const tag = 'Lots and serial numbers'
const LOT_ERRORS: readonly ErrorCode[] = ['unknown-item', 'unknown-lot']

/**
 * GET and POST /items/:sku/lots, GET and PATCH /items/:sku/lots/:lot, its /trace and /status; GET /serials and
 * /serials/:serial.
 */
export function lotRoutes(hub: ServerContext): FastifyPluginAsync {
  const { context } = hub
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/lots',
        operation: 'listLots',
        tag,
        summary: 'The lots of an item, those that expire first before the others.',
        params: ofItem,
        answers: { 200: lotList },
        errors: ['unknown-item'],
      },
      async ({ params }) => ({ 200: await getLots(context, params.sku) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/items/:sku/lots',
        operation: 'createLot',
        tag,
        summary: 'Makes a lot before anything of it is there. The same lot again is no second one.',
        params: ofItem,
        body: newLot,
        answers: { 200: lotDetail, 201: lotDetail },
        errors: ['unknown-sku', 'lot-not-tracked', 'lot-code-invalid', 'lot-day-invalid', 'lot-differs'],
      },
      async ({ params, body, actor }) => {
        const { lot: code, reason = null, ...details } = body
        const saved = await saveNewLot(context, { ...details, sku: params.sku, code, reason, actor })
        if (saved.kind === 'refused') throw new LedgerRefusal(saved)
        const lot = await getLot({ sku: params.sku, lot: saved.lot.code })
        return saved.isNew ? { 201: lot } : { 200: lot }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/lots/:lot',
        operation: 'getLot',
        tag,
        summary: 'One lot: what is where, and who set which status when and why.',
        params: ofLot,
        answers: { 200: lotDetail },
        errors: LOT_ERRORS,
      },
      async ({ params }) => ({ 200: await getLot(params) }),
    )
    addRoute(
      app,
      {
        method: 'PATCH',
        path: '/items/:sku/lots/:lot',
        operation: 'correctLot',
        tag,
        summary:
          'Corrects the dates of a lot or its supplier’s lot; every channel is told of another last day at once.',
        params: ofLot,
        body: correction,
        answers: { 200: lotDetail },
        errors: [
          'unknown-sku',
          'unknown-lot',
          'lot-not-tracked',
          'lot-code-invalid',
          'lot-day-invalid',
          'reason-missing',
        ],
      },
      async ({ params, body, actor }) => {
        const named = { sku: params.sku, code: params.lot, actor }
        const changed = await changeLot(context, { ...named, ...body })
        if (changed.kind === 'refused') throw new LedgerRefusal(changed)
        return { 200: await getLot(params) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/items/:sku/lots/:lot/status',
        operation: 'setLotStatus',
        tag,
        summary: 'Releases, quarantines or recalls a lot; every channel is told at once.',
        params: ofLot,
        body: statusChange,
        answers: { 200: lotDetail },
        errors: ['unknown-sku', 'unknown-lot', 'lot-not-tracked', 'lot-code-invalid', 'reason-missing'],
      },
      async ({ params, body, actor }) => {
        const named = { sku: params.sku, code: params.lot, actor }
        const changed = await setLotStatus(context, { ...named, ...body })
        if (changed.kind === 'refused') throw new LedgerRefusal(changed)
        return { 200: await getLot(params) }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/lots/:lot/trace',
        operation: 'traceLot',
        tag,
        summary: 'Where a lot is, to whom it went, and every movement of it; the pages are of movements.',
        params: ofLot,
        query: pageQuery.extend({ cursor: movementCursor }),
        answers: { 200: lotTrace },
        errors: LOT_ERRORS,
      },
      async ({ params, query }) => ({ 200: orRefuse(await traceLot(context, params, query)).trace }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/serials',
        operation: 'listSerials',
        tag,
        summary: 'Units with a serial number, in order of number: of one item, or all that begin so.',
        query: serialQuery,
        answers: { 200: serialPage },
        errors: ['unknown-item'],
      },
      async ({ query }) => ({ 200: await getSerials(context, query) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/serials/:serial',
        operation: 'getSerial',
        tag,
        summary:
          'The whole life of the unit with this serial number; of several, where items share the number.',
        params: z.object({ serial: z.string().min(1) }),
        answers: { 200: serialLives },
        errors: ['unknown-serial'],
      },
      async ({ params: { serial } }) => {
        const lives = await findSerialLives(context.database.kysely, context.organizationId, serial)
        if (lives.rows.length > 0) return { 200: lives }
        throw new LedgerRefusal(refuse('unknown-serial', 'serial', `No unit has the serial "${serial}".`))
      },
    )
  }

  async function getLot(named: { sku: string; lot: string }) {
    return orRefuse(await readLot(context, named)).lot
  }
}

function orRefuse<Found extends { kind: 'found' }>(outcome: Found | Refusal): Found {
  if (outcome.kind === 'refused') throw new LedgerRefusal(outcome)
  return outcome
}
