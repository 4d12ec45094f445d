import { binList, type LocationDetailShape, locationDetail, locationList } from '@plimsoll/client'
import {
  archiveLocation,
  assignBins,
  type BinOutcome,
  changeLocation,
  createLocation,
  dayAt,
  findBins,
  findLocationByCode,
  type LocationDetail,
  type LocationOutcome,
  listLocations,
  nextWorkingDay,
  refuse,
  removeBin,
  restoreLocation,
  saveBins,
} from '@plimsoll/stock'
import { toStockContext } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { ErrorCode } from '../error-codes.ts'
import { LedgerRefusal } from '../problem.ts'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'
import { foundOr, sku } from './document-action.ts'

const tag = 'Locations'
const params = z.object({ code: z.string() })
const fields = z.strictObject({
  name: z.string(),
  kind: locationDetail.shape.kind,
  country: z.string().nullish().describe('ISO 3166-1, two capitals.'),
  timeZone: z.string().optional().describe('IANA; UTC, unless given.'),
  countedBy: z.string().nullish().describe('The connection whose own count is the truth there.'),
  address: z.string().nullish(),
  openingDays: z.array(z.number()).optional().describe('ISO weekdays; Monday to Friday, unless given.'),
  holidays: z.array(z.string()).optional().describe('Days as 2026-12-25.'),
  region: z.string().nullish().describe('As addresses write it, such as CA.'),
  postalCode: z.string().nullish(),
  latitude: z.number().nullish().describe('Degrees, with the longitude.'),
  longitude: z.number().nullish(),
  routingPriority: z.number().optional().describe('1 is preferred to 2; 100, unless given.'),
  cutOff: z.string().nullish().describe('Local time, as 15:00, by which an order leaves on the same day.'),
  capacityPerDay: z.number().nullish().describe('Parcels.'),
  ships: z.boolean().nullish().describe('Whether orders leave from there; null: as its kind says.'),
})
const newLocation = fields.extend({ code: z.string('give a code') })
const changes = fields.partial()
const bins = z.strictObject({
  bins: z.array(
    z.strictObject({ code: z.string(), zone: z.string().nullish(), barcode: z.string().nullish() }),
  ),
})
const binItems = z.strictObject({
  items: z.array(z.strictObject({ sku, bin: z.string().nullable().describe('Null: in none.') })),
})
const CHANGE_ERRORS: readonly ErrorCode[] = ['unknown-location', 'version-changed']
const BIN_ERRORS: readonly ErrorCode[] = ['unknown-location', 'invalid-lines']

/** `*` is whichever version is there. */
function numberOf(version: number | 'any' | undefined): number | undefined {
  return version === 'any' ? undefined : version
}

/** Locations, their bins, and where items are usually found. */
export function locationRoutes(hub: ServerContext): FastifyPluginAsync {
  const { organizationId } = hub.context
  const context = () => toStockContext(hub.context)
  const shown = (location: LocationDetail): LocationDetailShape => {
    const today = dayAt(context().now(), location.timeZone)
    return { ...location, nextWorkingDay: nextWorkingDay(today, location) ?? null }
  }
  const done = (outcome: LocationOutcome): LocationDetailShape => {
    if (outcome.kind === 'refused') throw new LedgerRefusal(outcome)
    return shown(outcome.location)
  }
  const binsOf = (outcome: BinOutcome) => {
    if (outcome.kind === 'refused') throw new LedgerRefusal(outcome)
    return { 200: { rows: outcome.bins } }
  }
  const find = async (code: string) =>
    foundOr(
      await findLocationByCode(hub.database.kysely, organizationId, code),
      refuse('unknown-location', 'code', `There is no location with the code "${code}".`),
    )
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/locations',
        operation: 'listLocations',
        tag,
        summary: 'Your locations in order of their codes.',
        query: z.object({ archived: z.stringbool().default(false).describe('Archived ones too.') }),
        answers: { 200: locationList },
      },
      async ({ query }) => {
        const rows = await listLocations(hub.database.kysely, organizationId, query)
        return { 200: { rows: rows.map(shown) } }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/locations/:code',
        operation: 'getLocation',
        tag,
        summary: 'One location.',
        params,
        version: 'answered',
        answers: { 200: locationDetail },
        errors: ['unknown-location'],
      },
      async ({ params: { code } }) => ({ 200: shown(await find(code)) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/locations',
        operation: 'createLocation',
        tag,
        summary:
          'Makes a location; its code names it for good, so that the same request again makes no second one.',
        body: newLocation,
        answers: { 201: locationDetail },
        errors: ['invalid-location', 'location-exists'],
      },
      async ({ body }) => ({ 201: done(await createLocation(hub.database, context(), body)) }),
    )
    addRoute(
      app,
      {
        method: 'PATCH',
        path: '/locations/:code',
        operation: 'changeLocation',
        tag,
        summary: 'Changes the fields given.',
        params,
        body: changes,
        version: 'heeded',
        answers: { 200: locationDetail },
        errors: [...CHANGE_ERRORS, 'invalid-location'],
      },
      async ({ params: { code }, body, version }) => ({
        200: done(
          await changeLocation(hub.database, context(), { code, version: numberOf(version), changes: body }),
        ),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/locations/:code/archive',
        operation: 'archiveLocation',
        tag,
        summary: 'Puts a location away, once nothing is there and nothing is on its way to it.',
        params,
        version: 'heeded',
        answers: { 200: locationDetail },
        errors: [...CHANGE_ERRORS, 'location-in-use'],
      },
      async ({ params: { code }, version }) => ({
        200: done(await archiveLocation(hub.database, context(), { code, version: numberOf(version) })),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/locations/:code/restore',
        operation: 'restoreLocation',
        tag,
        summary: 'Takes an archived location back into use.',
        params,
        version: 'heeded',
        answers: { 200: locationDetail },
        errors: CHANGE_ERRORS,
      },
      async ({ params: { code }, version }) => ({
        200: done(await restoreLocation(hub.database, context(), { code, version: numberOf(version) })),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/locations/:code/bins',
        operation: 'listBins',
        tag,
        summary: 'The bins of a location, and the items that are usually found in each.',
        params,
        answers: { 200: binList },
        errors: ['unknown-location'],
      },
      async ({ params: { code } }) => {
        await find(code)
        return { 200: { rows: await findBins(hub.database.kysely, organizationId, code) } }
      },
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/locations/:code/bins',
        operation: 'saveBins',
        tag,
        summary: 'Makes bins, or changes those with these codes; the others stay.',
        params,
        body: bins,
        answers: { 200: binList },
        errors: [...BIN_ERRORS, 'invalid-bin', 'bin-exists'],
      },
      async ({ params: { code }, body }) => binsOf(await saveBins(hub.database, context(), code, body.bins)),
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/locations/:code/bins/:bin',
        operation: 'removeBin',
        tag,
        summary: 'Takes a bin away; its items are found nowhere in particular then.',
        params: z.object({ code: z.string(), bin: z.string() }),
        answers: { 200: binList },
        errors: ['unknown-location', 'unknown-bin'],
      },
      async ({ params: { code, bin } }) => binsOf(await removeBin(hub.database, context(), code, bin)),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/locations/:code/bin-items',
        operation: 'assignBins',
        tag,
        summary: 'Says in which bin items are usually found.',
        params,
        body: binItems,
        answers: { 200: binList },
        errors: [...BIN_ERRORS, 'unknown-sku', 'unknown-bin'],
      },
      async ({ params: { code }, body }) =>
        binsOf(await assignBins(hub.database, context(), code, body.items)),
    )
  }
}
