import { transfer, transferPage } from '@plimsoll/client'
import {
  cancelTransfer,
  closeTransfer,
  createTransfer,
  dispatchTransfer,
  findTransfer,
  findTransferPage,
  receiveTransfer,
} from '@plimsoll/stock'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { ErrorCode } from '../error-codes.ts'
import type { ServerContext } from '../server.ts'
import { MOVED_SERIAL_ERRORS, unitsOfArrival, unitsOfItem } from '../tracked-fields.ts'
import { code, LINE_ERRORS, quantity, reason, reference, sku } from './document-action.ts'
import { documentFrame } from './document-frame.ts'

const LOSS_ERRORS: readonly ErrorCode[] = ['reason-missing', 'unknown-reason', 'reason-direction']

const newTransfer = z.strictObject({
  from: code,
  to: code,
  via: z.string().min(1).optional().describe('A transit location; your own, unless given.'),
  reference,
  lines: z.array(z.strictObject({ sku, quantity, lot: unitsOfItem.lot })),
})
const dispatch = z.strictObject({
  reason,
  lines: z
    .array(z.strictObject({ line: z.int(), quantity, serials: unitsOfItem.serials }))
    .optional()
    .describe(
      'Less than is requested, by line, and which serials of an item that is tracked so; all of it, unless given.',
    ),
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
      ...unitsOfArrival,
      lostSerials: unitsOfItem.serials.describe('Those that are lost.'),
    }),
  ),
})
const close = z.strictObject({ reason })

/** Transfers: what goes from one location to another by way of a transit location. */
export function transferRoutes(hub: ServerContext): FastifyPluginAsync {
  return async (app) => {
    const routes = documentFrame(app, hub, {
      path: '/transfers',
      tag: 'Transfers',
      name: 'transfer',
      answer: transfer,
      unknown: 'unknown-transfer',
      actionErrors: ['key-reused', 'unknown-transfer', 'document-state'],
    })
    routes.list(
      {
        operation: 'listTransfers',
        summary: 'Your transfers with their lines, newest first.',
        states: ['draft', 'dispatched', 'partly-received', 'received', 'closed', 'cancelled'],
        page: transferPage,
      },
      findTransferPage,
    )
    routes.one({ operation: 'getTransfer', summary: 'One transfer with its lines.' }, findTransfer)
    routes.create(
      {
        operation: 'createTransfer',
        summary: 'Makes a draft; nothing moves yet.',
        body: newTransfer,
        touches: { locations: ['body.from', 'body.to'], more: { locations: ['body.via'] } },
        errors: [
          ...LINE_ERRORS,
          'unknown-sku',
          'unknown-location',
          'location-archived',
          'invalid-location',
          'same-location',
          'quantity-not-positive',
          'lot-missing',
          'lot-not-tracked',
          'unknown-lot',
        ],
      },
      ({ from, to, via, ...rest }, { store, head }) =>
        createTransfer(store, head, { fromCode: from, toCode: to, viaCode: via, ...rest }),
    )
    routes.action(
      'dispatch',
      {
        operation: 'dispatchTransfer',
        summary: 'Takes the units out of their location, at most what is available there; all lines or none.',
        body: dispatch,
        errors: [
          ...LINE_ERRORS,
          ...MOVED_SERIAL_ERRORS,
          'unknown-document-line',
          'insufficient-stock',
          'location-archived',
        ],
      },
      ({ id, body: { lines } }, { store, head }) => dispatchTransfer(store, head, { transferId: id, lines }),
    )
    routes.action(
      'receive',
      {
        operation: 'receiveTransfer',
        summary: 'Takes in what arrived, or has come back, in as many parts as it takes.',
        body: receive,
        errors: [
          ...LINE_ERRORS,
          ...LOSS_ERRORS,
          ...MOVED_SERIAL_ERRORS,
          'unknown-document-line',
          'beyond-dispatched',
          'damaged-beyond-received',
          'quantity-not-positive',
          'insufficient-incoming',
        ],
      },
      ({ id, body: { lines, back } }, { store, head }) =>
        receiveTransfer(store, head, { transferId: id, lines, back }),
    )
    routes.action(
      'close',
      {
        operation: 'closeTransfer',
        summary: 'Writes off what is still in transit, with a reason.',
        body: close,
        errors: LOSS_ERRORS,
      },
      ({ id }, { store, head }) => closeTransfer(store, head, id),
    )
    routes.action(
      'cancel',
      { operation: 'cancelTransfer', summary: 'Gives a draft up.' },
      ({ id }, { store, head }) => cancelTransfer(store, head, id),
    )
  }
}
