import {
  policyFields,
  policyList,
  policyWindow,
  policyWindowList,
  protectionMode,
  shelfLifeMinimums,
  whatIf,
} from '@plimsoll/client'
import { changePolicy, endWindow, scheduleWindow } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import {
  listMinimums,
  listPolicies,
  setMinimum,
  showWhatIf,
  showWindows,
  toWindowRow,
} from '../views/policies.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const target = {
  connection: z.string().min(1).optional().describe('The id or the name of a connection.'),
  item: z.string().min(1).optional().describe('The SKU of an item.'),
  listing: z.string().min(1).optional().describe('The id of a listing; none of the three: the organization.'),
}
const change = z.strictObject({ ...target, ...policyFields.partial().shape })
const windowFields = {
  ...policyFields.partial().shape,
  campaignUnits: z
    .int()
    .min(1)
    .nullable()
    .optional()
    .describe('Listing units set aside for each listing that it reaches, less what it sells.'),
}
const moment = z.string().min(1).max(40)
const schedule = z.strictObject({
  ...target,
  name: z.string().trim().min(1).max(100),
  startsAt: moment.describe('An instant with its offset, or a local time of `timeZone`.'),
  endsAt: moment.describe('The same.'),
  timeZone: z.string().min(1).max(100).optional().describe('Such as Asia/Shanghai.'),
  set: z.strictObject(windowFields).describe('What it sets while it lasts.'),
})
const supposition = z.strictObject({
  at: z.iso.datetime({ offset: true }).optional().describe('As of when; left out: now.'),
  policies: z
    .array(z.strictObject({ ...target, set: z.strictObject(windowFields) }))
    .max(20)
    .default([])
    .describe('Set beside what is stored; with campaign units as a window that is open.'),
  protections: z
    .array(
      z.strictObject({
        connection: target.connection,
        item: z.string().min(1).optional().describe('The SKU of an item; neither: the organization.'),
        mode: protectionMode.nullable().describe('Null: as if it were taken back.'),
        oversellsPerMillion: z.int().min(1).max(500_000).optional().describe('As `setProtection` takes it.'),
      }),
    )
    .max(20)
    .default([])
    .describe('As if protections were set so, beside what is stored.'),
  stock: z
    .array(
      z.strictObject({
        sku: z.string().min(1),
        location: z.string().min(1),
        units: z
          .int()
          .min(-1_000_000_000)
          .max(1_000_000_000)
          .describe('Base units there beyond what is; negative: fewer.'),
      }),
    )
    .max(100)
    .default([]),
  items: z.array(z.string().min(1)).max(1_000).default([]).describe('SKUs; none: all.'),
  connection: z.string().min(1).optional().describe('Only the levels of this connection, by id or name.'),
  cursor: z.uuid().optional().describe('`next` of the answer before: 5,000 items are looked at in one.'),
  limit: z.int().min(1).max(1_000).default(100).describe('The changes that are told one by one.'),
})
const whom = z.string().min(1).max(200).optional()
const minimum = z
  .strictObject({
    connection: whom.describe('As `shelfLifeFor` names it.'),
    customer: whom.describe('As `shelfLifeFor` names it; neither: the organization.'),
    days: z.int().min(0).max(36_500).nullable().describe('Null takes it back.'),
  })
  .refine(({ connection, customer }) => connection === undefined || customer === undefined, {
    path: ['customer'],
    message: 'a minimum is of a connection or of a customer; set each by itself',
  })
const tag = 'Connections'
const ofTarget = ['unknown-connection', 'unknown-item', 'unknown-listing', 'unknown-location'] as const

/** What channels may show: /policies, /policy-windows, /whatif and /shelf-life-minimums. */
export function policyRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/policies',
        operation: 'listPolicies',
        tag,
        summary: 'Every policy that is set, from far to near.',
        answers: { 200: policyList },
      },
      async () => ({ 200: await listPolicies(context) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/policies',
        operation: 'setPolicy',
        tag,
        summary: 'Sets fields of one policy; every channel that it reaches is told at once.',
        body: change,
        answers: { 200: policyFields },
        errors: [...ofTarget, 'policy-contradiction', 'overfull-shares'],
      },
      async ({ body: { connection, item, listing, ...fields } }) => ({
        200: await changePolicy(context, { connection, item, listing }, fields),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/policy-windows',
        operation: 'listPolicyWindows',
        tag,
        summary: 'Policies for a time: planned, open and ended, those that end last first.',
        answers: { 200: policyWindowList },
      },
      async () => ({ 200: await showWindows(context) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/policy-windows',
        operation: 'schedulePolicyWindow',
        tag,
        summary: 'Sets a policy for a time; levels are worked out anew when it begins and when it ends.',
        body: schedule,
        answers: { 201: policyWindow },
        errors: [...ofTarget, 'policy-contradiction', 'overfull-shares', 'invalid-window', 'window-overlap'],
      },
      async ({ body }) => ({ 201: toWindowRow(await scheduleWindow(context, body)) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/policy-windows/:id/end',
        operation: 'endPolicyWindow',
        tag,
        summary: 'Ends a window now, or forgets it where it has not begun.',
        params: z.object({ id: z.string() }),
        answers: { 200: policyWindowList },
        errors: ['unknown-window'],
      },
      async ({ params: { id } }) => {
        await endWindow(context, id)
        return { 200: await showWindows(context) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/whatif',
        operation: 'answerWhatIf',
        tag,
        summary:
          'What every level would show if policies, protections, stock or the time were otherwise, once the channels have settled; nothing is changed.',
        body: supposition,
        answers: { 200: whatIf },
        errors: [...ofTarget, 'policy-contradiction', 'invalid-moment'],
      },
      async ({ body: { at, connection, cursor, ...request } }) => ({
        200: await showWhatIf(context, {
          ...request,
          at: at === undefined ? undefined : new Date(at),
          connection,
          cursor,
        }),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/shelf-life-minimums',
        operation: 'listShelfLifeMinimums',
        tag: 'Lots and serial numbers',
        summary: 'The fewest days that a lot must have left when units are allocated, by whom they are for.',
        answers: { 200: shelfLifeMinimums },
      },
      async () => ({ 200: await listMinimums(context) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/shelf-life-minimums',
        operation: 'setShelfLifeMinimum',
        tag: 'Lots and serial numbers',
        summary: 'Sets the minimum of the organization, of a connection or of a customer.',
        body: minimum,
        answers: { 200: shelfLifeMinimums },
      },
      async ({ body: { days, ...whose } }) => ({ 200: await setMinimum(context, whose, days) }),
    )
  }
}
