import { inboundShipment, inboundShipmentPage } from '@plimsoll/client'
import {
  cancelInboundRest,
  createInboundShipment,
  findInboundPage,
  findInboundShipment,
  receiveInboundShipment,
} from '@plimsoll/stock'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { ServerContext } from '../server.ts'
import { lotOfReceipt, RECEIPT_ERRORS, unitsOfArrival, unitsOfItem } from '../tracked-fields.ts'
import { code, LINE_ERRORS, quantity, reason, reference, sku } from './document-action.ts'
import { documentFrame } from './document-frame.ts'

const newShipment = z.strictObject({
  location: code,
  supplier: z.string().min(1).max(200).nullish(),
  reference,
  expectedOn: z.iso.date('give a day as 2026-12-25').nullish(),
  lines: z.array(
    z.strictObject({
      sku,
      quantity,
      unitCost: z
        .number()
        .nullish()
        .describe('Ten-thousandths of your currency for a base unit; units that arrive have cost so much.'),
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
      lot: unitsOfItem.lot,
      ...lotOfReceipt,
      ...unitsOfArrival,
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
  return async (app) => {
    const routes = documentFrame(app, hub, {
      path: '/inbound-shipments',
      tag: 'Inbound shipments',
      name: 'inbound shipment',
      answer: inboundShipment,
      unknown: 'unknown-inbound-shipment',
      actionErrors: ['key-reused', 'unknown-inbound-shipment', 'document-state'],
    })
    routes.list(
      {
        operation: 'listInboundShipments',
        summary: 'Your inbound shipments with their lines, newest first.',
        states: ['expected', 'partly-received', 'received', 'closed', 'cancelled'],
        page: inboundShipmentPage,
      },
      findInboundPage,
    )
    routes.one(
      { operation: 'getInboundShipment', summary: 'One inbound shipment with its lines.' },
      findInboundShipment,
    )
    routes.create(
      {
        operation: 'createInboundShipment',
        summary: 'Announces what a supplier is to bring; it is incoming at once.',
        body: newShipment,
        touches: { locations: ['body.location'] },
        errors: [
          ...LINE_ERRORS,
          'unknown-sku',
          'unknown-location',
          'location-archived',
          'quantity-not-positive',
          'quantity-negative',
          'currency-not-set',
        ],
      },
      ({ location, ...rest }, { store, head }) =>
        createInboundShipment(store, head, { locationCode: location, ...rest }),
    )
    routes.action(
      'receive',
      {
        operation: 'receiveInboundShipment',
        summary: 'Takes in what arrived, in as many parts and lots as it takes.',
        body: receive,
        errors: [
          ...LINE_ERRORS,
          ...RECEIPT_ERRORS,
          'unknown-document-line',
          'beyond-expected',
          'damaged-beyond-received',
          'quantity-not-positive',
          'location-archived',
          'currency-not-set',
        ],
      },
      ({ id, body: { reason: _, ...rest } }, { store, head }) =>
        receiveInboundShipment(store, head, { inboundId: id, ...rest }),
    )
    routes.action(
      'cancel',
      {
        operation: 'cancelInboundShipment',
        summary:
          'Takes off what will not come: some units of some lines, or all that is left, which ends it.',
        body: cancel,
        errors: [...LINE_ERRORS, 'unknown-document-line', 'quantity-not-positive', 'insufficient-incoming'],
      },
      ({ id, body: { lines } }, { store, head }) => cancelInboundRest(store, head, { inboundId: id, lines }),
    )
  }
}
