import { pickList, shipmentDetail, shipmentPage, shipmentState } from '@plimsoll/client'
import { AFTER_CANCEL, cancelShipment, mergeShipments, shipParcel, splitShipment } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getPickList, getShipment, listShipments } from '../views/shipments.ts'
import { pageQuery } from './page-query.ts'
import { LedgerRefusal } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Orders and shipments'
const shipment = z.object({ id: z.uuid('give the id of a shipment') })
const text = z.string().trim().min(1)

const listed = pageQuery.extend({
  state: z
    .union([z.literal('open'), shipmentState])
    .optional()
    .describe('`open`: all that may still leave.'),
  warehouse: text
    .max(200)
    .optional()
    .describe('Id or name of the connection that sends; `own`: your people.'),
  location: text.max(100).optional().describe('Code of the location that it leaves from.'),
  olderThanHours: z.coerce.number().min(0).max(100_000).optional(),
})
const cancelled = z.strictObject({
  afterwards: z
    .enum(AFTER_CANCEL)
    .default('hold')
    .describe(
      'What becomes of its units: `hold` leaves the order to a person, `send-again` routes it by the rules, `send-from-elsewhere` by the rules without this location.',
    ),
  reason: text.max(1_000).optional().describe('For whoever looks at the order.'),
})
const split = z.strictObject({
  lines: z
    .array(
      z.strictObject({
        lineId: z.uuid('give the id of a line of the order').optional(),
        sku: text.max(200).optional().describe('In place of `lineId`, where one line of the order has it.'),
        quantity: z.int().min(1).max(1_000_000_000).describe('In the order line’s own unit.'),
      }),
    )
    .min(1)
    .max(500),
  location: text
    .max(100)
    .optional()
    .describe('Code of the location that they are sent from; left out: the same.'),
})
const packed = z.strictObject({
  carrier: text.max(100).optional(),
  trackingNumber: text.max(200).optional(),
  trackingUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional(),
  isLast: z.boolean().default(false).describe('Nothing else leaves by this shipment: the rest is given up.'),
  lines: z
    .array(
      z.strictObject({
        sku: text.max(200),
        units: z.int().min(1).max(1_000_000_000).describe('Base units.'),
        lot: text.max(200).optional(),
        serials: z.array(text.max(200)).max(10_000).optional(),
      }),
    )
    .min(1)
    .max(1_000),
})

/** What is sent from where: list, pick list, one shipment, its parcels, and to stop it. */
export function shipmentRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/shipments',
        operation: 'listShipments',
        tag,
        summary: 'Shipments, the oldest first.',
        query: listed,
        answers: { 200: shipmentPage },
        errors: ['unknown-connection'],
      },
      async ({ query }) => ({ 200: await listShipments(context, query) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/shipments/pick-list',
        operation: 'getPickList',
        tag,
        summary: 'What is to be taken from which bin for the open shipments that a location sends itself.',
        query: z.object({ location: text.max(100).describe('Code of one of your locations.') }),
        answers: { 200: pickList },
        errors: ['unknown-location'],
      },
      async ({ query: { location } }) => ({ 200: await getPickList(context, location) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/shipments/:id',
        operation: 'getShipment',
        tag,
        summary: 'One shipment with its lines, its parcels, and why it leaves from there.',
        params: shipment,
        version: 'answered',
        answers: { 200: shipmentDetail },
        errors: ['unknown-shipment'],
      },
      async ({ params: { id } }) => ({ 200: await getShipment(context, id) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/shipments/:id/cancel',
        operation: 'cancelShipment',
        tag,
        summary:
          'Stops a shipment; a warehouse that has heard of it is asked, and may answer that it has left.',
        params: shipment,
        body: cancelled,
        version: 'heeded',
        answers: { 200: shipmentDetail },
        errors: ['unknown-shipment', 'shipment-ended', 'version-changed'],
      },
      async ({ params: { id }, body: { afterwards, reason }, version, actor }) => {
        const cancel = {
          afterwards,
          note: reason ?? null,
          version: version === 'any' ? undefined : version,
          actor,
        }
        const outcome = await cancelShipment(context, id, cancel)
        if (outcome.kind === 'changed') throw new LedgerRefusal(outcome.refusal)
        return { 200: await getShipment(context, id) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/shipments/:id/split',
        operation: 'splitShipment',
        tag,
        summary:
          'Moves units of a shipment that nobody outside has heard of into a new one, from the same or another location.',
        params: shipment,
        body: split,
        touches: { more: { locations: ['body.location'] } },
        version: 'heeded',
        answers: { 200: shipmentDetail },
        errors: [
          'unknown-shipment',
          'shipment-ended',
          'shipment-under-way',
          'invalid-split',
          'beyond-free',
          'unknown-location',
          'version-changed',
        ],
      },
      async ({ params: { id }, body: { lines, location }, version, actor }) => {
        const outcome = await splitShipment(context, id, {
          lines,
          location,
          version: version === 'any' ? undefined : version,
          actor,
        })
        if (outcome.kind === 'refused') throw new LedgerRefusal(outcome.refusal)
        return { 200: await getShipment(context, outcome.shipmentId) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/shipments/:id/merge',
        operation: 'mergeShipments',
        tag,
        summary: 'Empties another shipment of the same order and location into this one; the other ends.',
        params: shipment,
        body: z.strictObject({ with: z.uuid('give the id of a shipment') }),
        version: 'heeded',
        answers: { 200: shipmentDetail },
        errors: [
          'unknown-shipment',
          'shipment-ended',
          'shipment-under-way',
          'invalid-split',
          'version-changed',
        ],
      },
      async ({ params: { id }, body, version, actor }) => {
        const merge = { other: body.with, version: version === 'any' ? undefined : version, actor }
        const outcome = await mergeShipments(context, id, merge)
        if (outcome.kind === 'refused') throw new LedgerRefusal(outcome.refusal)
        return { 200: await getShipment(context, outcome.shipmentId) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/shipments/:id/parcels',
        operation: 'shipParcel',
        tag,
        summary: 'A parcel has left from one of your own locations; under the same key it is recorded once.',
        params: shipment,
        body: packed,
        takesKey: true,
        version: 'heeded',
        answers: { 200: shipmentDetail, 201: shipmentDetail },
        errors: [
          'unknown-shipment',
          'shipment-ended',
          'not-own-shipment',
          'invalid-parcel',
          'key-reused',
          'version-changed',
        ],
      },
      async ({ params: { id }, body, key, version, actor }) => {
        const outcome = await shipParcel(context, id, {
          key,
          carrier: body.carrier ?? null,
          trackingNumber: body.trackingNumber ?? null,
          trackingUrl: body.trackingUrl ?? null,
          lines: body.lines,
          isLast: body.isLast,
          version: version === 'any' ? undefined : version,
          actor,
        })
        if (outcome.kind === 'refused') throw new LedgerRefusal(outcome.refusal)
        const shipped = await getShipment(context, id)
        return outcome.kind === 'repeated' ? { 200: shipped } : { 201: shipped }
      },
    )
  }
}
