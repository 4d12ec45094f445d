import {
  replenishmentAccepted,
  replenishmentExplained,
  replenishmentPage,
  replenishmentSettings,
} from '@plimsoll/client'
import { replenishmentFields, type SettingChanges, URGENCIES } from '@plimsoll/orders'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { REPLENISHMENT_SORTS, readCursor } from '../views/replenishment.store.ts'
import {
  acceptReplenishment,
  countDaysAgain,
  explainReplenishment,
  getReplenishmentSettings,
  leaveDaysOut,
  listReplenishment,
  setReplenishment,
} from '../views/replenishment.ts'
import { answerOf, apiHead } from './places/document-action.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Replenishment'
const listOf = <Value extends string>(values: readonly [Value, ...Value[]]) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(values)))
const query = z.object({
  location: z
    .string()
    .min(1)
    .transform((text) => text.split(','))
    .optional()
    .describe('Codes, with commas between them.'),
  urgency: listOf(URGENCIES).optional().describe('Some of them, with commas between them.'),
  suggested: z.stringbool().optional().describe('true: only what something is suggested for.'),
  search: z.string().trim().min(1).max(200).optional().describe('How the SKU begins, or a part of the name.'),
  sort: z.enum(REPLENISHMENT_SORTS).default('urgency'),
  direction: z.enum(['up', 'down']).default('up'),
  cursor: z
    .string()
    .refine((text) => readCursor(text) !== undefined, 'give the cursor of the page before')
    .optional()
    .describe('`next` of the page before, asked for in the same order.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
const target = {
  sku: z.string().min(1).max(200).nullish().describe('Of this item; left out: of all.'),
  location: z.string().min(1).max(200).nullish().describe('At this location, by its code; left out: at all.'),
}
const nullable = Object.fromEntries(
  Object.entries(replenishmentFields.shape).map(([field, schema]) => [field, schema.unwrap().nullish()]),
)
const setting = z.strictObject({
  ...target,
  fields: z
    .strictObject(nullable)
    .describe('What to change; null: it comes from further out again. The guide to replenishment says each.'),
})
const leftOut = z.strictObject({
  ...target,
  since: z.string().describe('The first day, as 2026-11-27.'),
  until: z.string().describe('The last one.'),
  reason: z.string().trim().min(1).max(200),
})
const accept = z.strictObject({
  suggestions: z.array(
    z.strictObject({
      id: z.string().describe('Of the suggestion, as it was read.'),
      units: z.number().meta({ type: 'integer' }).optional().describe('Other than suggested.'),
    }),
  ),
})

/** Days of cover, reorder points, and suggestions that become transfers and deliveries. */
export function replenishmentRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/replenishment',
        operation: 'listReplenishment',
        tag,
        summary: 'How long stock lasts by item and location, and what is suggested to be sent or bought.',
        query,
        answers: { 200: replenishmentPage },
      },
      async ({ query: { location, urgency, direction, ...rest } }) => ({
        200: await listReplenishment(context, {
          ...rest,
          locations: location,
          urgencies: urgency,
          descending: direction === 'down',
        }),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/replenishment/:sku/:location',
        operation: 'explainReplenishment',
        tag,
        summary: 'Every figure that led to what is suggested for an item at a location.',
        params: z.object({ sku: z.string(), location: z.string() }),
        answers: { 200: replenishmentExplained },
        errors: ['nothing-to-replenish'],
      },
      async ({ params }) => ({ 200: await explainReplenishment(context, params) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/replenishment/accept',
        operation: 'acceptReplenishment',
        tag,
        summary: 'Turns suggestions into drafts of transfers and announced deliveries; all of them or none.',
        body: accept,
        takesKey: true,
        answers: { 200: replenishmentAccepted, 201: replenishmentAccepted },
        errors: [
          ...(['key-reused', 'invalid-lines', 'quantity-not-positive', 'suggestion-changed'] as const),
          'suggestion-not-ordered' as const,
          ...(['insufficient-stock', 'location-archived', 'unknown-sku', 'unknown-location'] as const),
        ],
      },
      async ({ body: { suggestions }, key, actor }) =>
        answerOf(await acceptReplenishment(context, apiHead({ key, actor }), suggestions)),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/replenishment-settings',
        operation: 'getReplenishmentSettings',
        tag,
        summary: 'What is set about replenishment, and which days demand is not measured from.',
        answers: { 200: replenishmentSettings },
      },
      async () => ({ 200: await getReplenishmentSettings(context) }),
    )
    addRoute(
      app,
      {
        method: 'PATCH',
        path: '/replenishment-settings',
        operation: 'changeReplenishmentSettings',
        tag,
        summary: 'Changes how an item, a location, an item at a location or everything is replenished.',
        body: setting,
        answers: { 200: replenishmentSettings },
        errors: ['unknown-sku', 'unknown-location', 'invalid-location', 'invalid-replenishment'],
      },
      async ({ body: { sku, location, fields }, actor }) => ({
        200: await setReplenishment(context, {
          target: { sku: sku ?? null, locationCode: location ?? null },
          // Just parsed by the schemas of the fields, each with null added.
          changes: fields as SettingChanges,
          actor,
        }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/demand-left-out',
        operation: 'leaveDaysOutOfDemand',
        tag,
        summary: 'Leaves days, such as those of a campaign, out of what demand is measured from.',
        body: leftOut,
        answers: { 200: replenishmentSettings },
        errors: ['unknown-sku', 'unknown-location', 'invalid-location', 'invalid-replenishment'],
      },
      async ({ body: { sku, location, ...days }, actor }) => ({
        200: await leaveDaysOut(context, {
          ...days,
          target: { sku: sku ?? null, locationCode: location ?? null },
          actor,
        }),
      }),
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/demand-left-out/:id',
        operation: 'countDaysOfDemandAgain',
        tag,
        summary: 'Lets days count again.',
        params: z.object({ id: z.string() }),
        answers: { 200: replenishmentSettings },
        errors: ['unknown-left-out-days'],
      },
      async ({ params: { id } }) => ({ 200: await countDaysAgain(context, id) }),
    )
  }
}
