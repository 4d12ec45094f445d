import { policyFields, policyList, shelfLifeMinimums } from '@plimsoll/client'
import { changePolicy } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { listMinimums, listPolicies, setMinimum } from '../views/policies.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const change = z.strictObject({
  connection: z.string().min(1).optional().describe('The id or the name of a connection.'),
  listing: z.string().min(1).optional().describe('The id of a listing; neither: the organization.'),
  ...policyFields.partial().shape,
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

/** GET and PUT /policies and /shelf-life-minimums. */
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
        errors: ['unknown-connection', 'unknown-listing', 'policy-contradiction'],
      },
      async ({ body: { connection, listing, ...fields } }) => ({
        200: await changePolicy(context, { connection, listing }, fields),
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
