import { kitAssembly, kitDetail, kitUsePage } from '@plimsoll/client'
import { changeKit } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { findAssembly, findKitUses, getKit } from '../views/kit.ts'
import { LedgerRefusal } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const params = z.object({ sku: z.string().min(1) })

// Strict: a misspelt field that is left out unseen would make another kit than was meant.
const body = z.strictObject({
  kind: z.enum(['none', 'virtual', 'assembled']).describe('`none`: a kit no more.'),
  components: z
    .array(
      z.strictObject({
        sku: z.string('give the SKU of an item').min(1, 'give the SKU of an item'),
        quantity: z
          .number({ error: 'give a whole number of base units' })
          .meta({ type: 'integer' })
          .describe('Base units in one base unit of the kit.'),
      }),
    )
    .describe('All of them: they replace those that there were.'),
  reason: z
    .string()
    .max(500)
    .nullish()
    .transform((reason) => reason ?? null),
  version: z
    .int()
    .min(0)
    .optional()
    .describe('Of the kit that the change was made for; refused where it is another by now.'),
})
const query = z.object({
  cursor: z.string().max(200).optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const tag = 'Items and stock'

/** GET and PUT /items/:sku/kit, GET /items/:sku/used-in, GET /items/:sku/assembly. */
export function kitRoutes(hub: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/kit',
        operation: 'getKit',
        tag,
        summary: 'What an item contains as a kit, what it comes down to, and who said so.',
        params,
        answers: { 200: kitDetail },
        errors: ['unknown-item'],
      },
      async ({ params: { sku } }) => ({ 200: await getKit(hub.context, sku) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/items/:sku/kit',
        operation: 'defineKit',
        tag,
        summary: 'Says what a kit contains, all of it; kits that contain it and their listings follow.',
        params,
        body,
        answers: { 200: kitDetail },
        errors: [
          'unknown-sku',
          'unknown-component',
          'kit-components',
          'kit-cycle',
          'kit-too-large',
          'version-changed',
          'kit-item-has-stock',
          'quantity-not-whole',
          'quantity-not-positive',
          'quantity-out-of-range',
        ],
      },
      async ({ params: { sku }, body: { version, ...said }, actor }) => {
        const request = { ...said, sku, actor, expectedVersion: version }
        const outcome = await changeKit(hub.context, request)
        if (outcome.kind === 'refused') throw new LedgerRefusal(outcome)
        return { 200: await getKit(hub.context, sku) }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/used-in',
        operation: 'listUsesOfItem',
        tag,
        summary: 'The kits that contain an item, at any depth, in order of SKU.',
        params,
        query,
        answers: { 200: kitUsePage },
        errors: ['unknown-item'],
      },
      async ({ params: { sku }, query: page }) => ({ 200: await findKitUses(hub.context, sku, page) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/assembly',
        operation: 'getAssembly',
        tag,
        summary: 'How many of an assembled kit can be put together and taken apart, and where.',
        params,
        answers: { 200: kitAssembly },
        errors: ['unknown-item', 'not-assembled'],
      },
      async ({ params: { sku } }) => {
        const assembly = await findAssembly(hub.context, sku)
        if (assembly !== undefined) return { 200: assembly }
        const message = `"${sku}" is no assembled kit.`
        throw new LedgerRefusal({ kind: 'refused', code: 'not-assembled', field: 'sku', message })
      },
    )
  }
}
