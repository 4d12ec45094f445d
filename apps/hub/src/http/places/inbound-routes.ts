import { inboundShipment, inboundShipmentPage } from '@plimsoll/client'
import {
  cancelInboundRest,
  createInboundShipment,
  findInboundPage,
  findInboundShipment,
  isUuid,
  receiveInboundShipment,
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

const tag = 'Inbound shipments'
const answers = { 200: inboundShipment, 201: inboundShipment }
const ACTION_ERRORS: readonly ErrorCode[] = ['key-reused', 'unknown-inbound-shipment', 'document-state']

const newShipment = z.strictObject({
  location: code,
  supplier: z.string().min(1).max(200).nullish(),
  reference,
  expectedOn: z.iso.date('give a day as 2026-12-25').nullish(),
  lines: z.array(
    z.strictObject({
      sku,
      quantity,
      unitCost: z.number().nullish().describe('Ten-thousandths of your currency for a base unit.'),
    }),
  ),
})
const receive = z.strictObject({
  reason,
  allowOver: z.boolean().optional().describe('Takes more than is on its way; it is recorded as such.'),
  lines: z.array(
    z.strictObject({
      line: z.int(),
      quantity: quantity.describe('How many arrived, damaged ones too.'),
      damaged: z.number().optional().describe('Of these, how many are to be held.'),
      lotId: z.uuid().optional(),
    }),
  ),
})
const cancel = z.strictObject({
  reason,
  lines: z
    .array(z.strictObject({ line: z.int(), quantity }))
    .optional()
    .describe('How many will not come, by line; all that is left, unless given.'),
})

/** Inbound shipments: what suppliers are to bring. */
export function inboundRoutes(hub: ServerContext): FastifyPluginAsync {
  const { organizationId } = hub.context
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/inbound-shipments',
        operation: 'listInboundShipments',
        tag,
        summary: 'Your inbound shipments with their lines, newest first.',
        query: documentQuery(['expected', 'partly-received', 'received', 'closed', 'cancelled']),
        answers: { 200: inboundShipmentPage },
      },
      async ({ query }) => ({ 200: await findInboundPage(hub.database.kysely, organizationId, query) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/inbound-shipments/:id',
        operation: 'getInboundShipment',
        tag,
        summary: 'One inbound shipment with its lines.',
        params: documentId,
        answers: { 200: inboundShipment },
        errors: ['unknown-inbound-shipment'],
      },
      async ({ params: { id } }) => {
        const found = isUuid(id)
          ? await findInboundShipment(hub.database.kysely, organizationId, id)
          : undefined
        const refusal = refuse('unknown-inbound-shipment', 'id', `There is no inbound shipment ${id}.`)
        return { 200: foundOr(found, refusal) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/inbound-shipments',
        operation: 'createInboundShipment',
        tag,
        summary: 'Announces what a supplier is to bring; it is incoming at once.',
        body: newShipment,
        takesKey: true,
        answers,
        errors: [
          ...LINE_ERRORS,
          'key-reused',
          'unknown-sku',
          'unknown-location',
          'location-archived',
          'quantity-not-positive',
          'quantity-negative',
        ],
      },
      async ({ body: { location, ...rest }, key }) =>
        answerOf(
          await createInboundShipment(toDocumentStore(hub.context), apiHead(key), {
            locationCode: location,
            ...rest,
          }),
        ),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/inbound-shipments/:id/receive',
        operation: 'receiveInboundShipment',
        tag,
        summary: 'Takes in what arrived, in as many parts as it takes.',
        params: documentId,
        body: receive,
        takesKey: true,
        answers,
        errors: [
          ...ACTION_ERRORS,
          ...LINE_ERRORS,
          'unknown-document-line',
          'beyond-expected',
          'damaged-beyond-received',
          'quantity-not-positive',
          'location-archived',
        ],
      },
      async ({ params: { id }, body: { reason: why, ...rest }, key }) =>
        answerOf(
          await receiveInboundShipment(toDocumentStore(hub.context), apiHead(key, { reason: why }), {
            inboundId: id,
            ...rest,
          }),
        ),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/inbound-shipments/:id/cancel',
        operation: 'cancelInboundShipment',
        tag,
        summary:
          'Takes off what will not come: some units of some lines, or all that is left, which ends it.',
        params: documentId,
        body: cancel,
        takesKey: true,
        answers,
        errors: [
          ...ACTION_ERRORS,
          ...LINE_ERRORS,
          'unknown-document-line',
          'quantity-not-positive',
          'insufficient-incoming',
        ],
      },
      async ({ params: { id }, body, key }) =>
        answerOf(
          await cancelInboundRest(toDocumentStore(hub.context), apiHead(key, body), {
            inboundId: id,
            lines: body.lines,
          }),
        ),
    )
  }
}
