import { customFieldInput, productInput } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import {
  findCatalogueItems,
  findCustomFields,
  findProductPage,
  findProducts,
  type Refusal,
  removeCustomField,
  removeProduct,
  saveCustomField,
  saveProducts,
  unknownProduct,
} from '@plimsoll/stock'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { toCatalogueContext, toJson } from '../item-catalogue.ts'
import { RefusalProblem } from '../refusal-problem.ts'
import { answerVersioned, readVersion } from './if-match.ts'
import type { ServerContext } from './server.ts'

const oneProduct = z.object({ code: z.string().min(1) })
const oneField = z.object({ key: z.string().min(1) })
const page = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const ACTOR = 'api'

/** What items share: /products and /custom-fields. */
export function productRoutes(hub: ServerContext): FastifyPluginAsync {
  const { context, database } = hub
  const { organizationId } = context
  return async (app) => {
    app.get('/products', async (request) => {
      const { cursor, limit } = page.parse(request.query)
      const rows = await findProductPage(database.kysely, organizationId, { after: cursor, limit: limit + 1 })
      const shown = rows.slice(0, limit)
      return { rows: shown, next: rows.length > limit ? (shown.at(-1)?.code ?? null) : null }
    })
    app.get('/products/:code', async (request, reply) => {
      const { code } = oneProduct.parse(request.params)
      const [found] = await findProducts(database.kysely, organizationId, { codes: [code] })
      if (found === undefined) throw new RefusalProblem(unknownProduct(code))
      const variants = await findCatalogueItems(database.kysely, organizationId, {
        productId: found.productId,
      })
      return answerVersioned(reply, { ...found, variants: variants.map(toJson) })
    })
    app.put('/products/:code', async (request, reply) => {
      const { code } = oneProduct.parse(request.params)
      const input = productInput.parse(request.body)
      // Without a version it can only be meant as a new one: an older draft must not undo a change.
      const version = readVersion(request)
      const isAny = request.headers['if-match'] !== undefined
      const [outcome] = await inTransaction(database, (tx) =>
        saveProducts(tx, toCatalogueContext(context, ACTOR), [
          { ...input, code, version, mode: isAny ? undefined : 'create' },
        ]),
      )
      if (outcome === undefined) throw new Error('a row was not answered')
      if (outcome.kind === 'refused') throw new RefusalProblem(outcome)
      return answerVersioned(reply.status(outcome.kind === 'created' ? 201 : 200), outcome.product)
    })
    app.delete('/products/:code', async (request, reply) => {
      const { code } = oneProduct.parse(request.params)
      orThrow(
        await inTransaction(database, (tx) => removeProduct(tx, toCatalogueContext(context, ACTOR), code)),
      )
      return await reply.status(204).send()
    })

    app.get('/custom-fields', async () => ({ rows: await findCustomFields(database.kysely, organizationId) }))
    app.put('/custom-fields/:key', async (request, reply) => {
      const { key } = oneField.parse(request.params)
      const { type, name = key } = customFieldInput.parse(request.body)
      const saved = orThrow(
        await inTransaction(database, (tx) =>
          saveCustomField(tx, toCatalogueContext(context, ACTOR), { key, type, name }),
        ),
      )
      return await reply.status(saved.kind === 'created' ? 201 : 200).send(saved.field)
    })
    app.delete('/custom-fields/:key', async (request, reply) => {
      const { key } = oneField.parse(request.params)
      orThrow(
        await inTransaction(database, (tx) => removeCustomField(tx, toCatalogueContext(context, ACTOR), key)),
      )
      return await reply.status(204).send()
    })
  }
}

function orThrow<T extends { kind: 'created' | 'changed' | 'removed' }>(outcome: T | Refusal): T {
  if (outcome.kind === 'refused') throw new RefusalProblem(outcome)
  return outcome
}
