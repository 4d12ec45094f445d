import { transfer, transferPage } from '@plimsoll/client'
import {
  cancelTransfer,
  closeTransfer,
  createTransfer,
  dispatchTransfer,
  findTransfer,
  findTransferPage,
  isUuid,
  receiveTransfer,
  refuse,
} from '@plimsoll/stock'
import { toDocumentStore } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { ErrorCode } from '../error-codes.ts'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'
import {
  answerOf,
  apiHead,
  code,
  documentId,
  documentQuery,
  foundOr,
  LINE_ERRORS,
  quantity,
  reason,
  reference,
  sku,
} from './document-action.ts'

const tag = 'Transfers'
const answers = { 200: transfer, 201: transfer }
const ACTION_ERRORS: readonly ErrorCode[] = ['key-reused', 'unknown-transfer', 'document-state']
const LOSS_ERRORS: readonly ErrorCode[] = ['reason-missing', 'unknown-reason', 'reason-direction']

const newTransfer = z.strictObject({
  from: code,
  to: code,
  via: z.string().min(1).optional().describe('A transit location; your own, unless given.'),
  reference,
  lines: z.array(z.strictObject({ sku, quantity, lotId: z.uuid().optional() })),
})
const dispatch = z.strictObject({
  reason,
  lines: z
    .array(z.strictObject({ line: z.int(), quantity }))
    .optional()
    .describe('Less than is requested, by line; all of it, unless given.'),
})
const receive = z.strictObject({
  reason,
  back: z.boolean().optional().describe('They have come back to where they came from.'),
  lines: z.array(
    z.strictObject({
      line: z.int(),
      quantity: quantity.describe('How many arrived, damaged ones too.'),
      damaged: z.number().optional().describe('Of these, how many are to be held.'),
      lost: z.number().optional().describe('How many never will; needs a reason.'),
    }),
  ),
})
const close = z.strictObject({ reason })

/** Transfers: what goes from one location to another by way of a transit location. */
export function transferRoutes(hub: ServerContext): FastifyPluginAsync {
  const { organizationId } = hub.context
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/transfers',
        operation: 'listTransfers',
        tag,
        summary: 'Your transfers with their lines, newest first.',
        query: documentQuery(['draft', 'dispatched', 'partly-received', 'received', 'closed', 'cancelled']),
        answers: { 200: transferPage },
      },
      async ({ query }) => ({ 200: await findTransferPage(hub.database.kysely, organizationId, query) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/transfers/:id',
        operation: 'getTransfer',
        tag,
        summary: 'One transfer with its lines.',
        params: documentId,
        answers: { 200: transfer },
        errors: ['unknown-transfer'],
      },
      async ({ params: { id } }) => {
        const found = isUuid(id) ? await findTransfer(hub.database.kysely, organizationId, id) : undefined
        return { 200: foundOr(found, refuse('unknown-transfer', 'id', `There is no transfer ${id}.`)) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/transfers',
        operation: 'createTransfer',
        tag,
        summary: 'Makes a draft; nothing moves yet.',
        body: newTransfer,
        takesKey: true,
        answers,
        errors: [
          ...LINE_ERRORS,
          'key-reused',
          'unknown-sku',
          'unknown-location',
          'location-archived',
          'invalid-location',
          'same-location',
          'quantity-not-positive',
        ],
      },
      async ({ body: { from, to, via, ...rest }, key }) =>
        answerOf(
          await createTransfer(toDocumentStore(hub.context), apiHead(key), {
            fromCode: from,
            toCode: to,
            viaCode: via,
            ...rest,
          }),
        ),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/transfers/:id/dispatch',
        operation: 'dispatchTransfer',
        tag,
        summary: 'Takes the units out of their location, at most what is available there; all lines or none.',
        params: documentId,
        body: dispatch,
        takesKey: true,
        answers,
        errors: [
          ...ACTION_ERRORS,
          ...LINE_ERRORS,
          'unknown-document-line',
          'insufficient-stock',
          'location-archived',
        ],
      },
      async ({ params: { id }, body, key }) =>
        answerOf(
          await dispatchTransfer(toDocumentStore(hub.context), apiHead(key, body), {
            transferId: id,
            lines: body.lines,
          }),
        ),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/transfers/:id/receive',
        operation: 'receiveTransfer',
        tag,
        summary: 'Takes in what arrived, or has come back, in as many parts as it takes.',
        params: documentId,
        body: receive,
        takesKey: true,
        answers,
        errors: [
          ...ACTION_ERRORS,
          ...LINE_ERRORS,
          ...LOSS_ERRORS,
          'unknown-document-line',
          'beyond-dispatched',
          'damaged-beyond-received',
          'quantity-not-positive',
          'insufficient-incoming',
        ],
      },
      async ({ params: { id }, body, key }) =>
        answerOf(
          await receiveTransfer(toDocumentStore(hub.context), apiHead(key, body), {
            transferId: id,
            lines: body.lines,
            back: body.back,
          }),
        ),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/transfers/:id/close',
        operation: 'closeTransfer',
        tag,
        summary: 'Writes off what is still in transit, with a reason.',
        params: documentId,
        body: close,
        takesKey: true,
        answers,
        errors: [...ACTION_ERRORS, ...LOSS_ERRORS],
      },
      async ({ params: { id }, body, key }) =>
        answerOf(await closeTransfer(toDocumentStore(hub.context), apiHead(key, body), id)),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/transfers/:id/cancel',
        operation: 'cancelTransfer',
        tag,
        summary: 'Gives a draft up.',
        params: documentId,
        takesKey: true,
        answers,
        errors: ACTION_ERRORS,
      },
      async ({ params: { id }, key }) =>
        answerOf(await cancelTransfer(toDocumentStore(hub.context), apiHead(key), id)),
    )
  }
}
