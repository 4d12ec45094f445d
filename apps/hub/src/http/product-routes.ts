import {
  customField,
  customFieldInput,
  customFieldList,
  done,
  product,
  productDetail,
  productInput,
  productPage,
} from '@plimsoll/client'
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
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'The catalogue'
const ofProduct = z.object({ code: z.string().min(1) })
const ofField = z.object({ key: z.string().min(1) })
const list = z.object({
  cursor: z.string().max(200).optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** What items share: /products and /custom-fields. */
export function productRoutes({ context, database }: ServerContext): FastifyPluginAsync {
  const { organizationId } = context
  const { kysely } = database
  const inCatalogue = () => toCatalogueContext(context, 'api')
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/products',
        operation: 'listProducts',
        tag,
        summary: 'Products in order of code.',
        query: list,
        answers: { 200: productPage },
      },
      async ({ query: { cursor, limit } }) => {
        const rows = await findProductPage(kysely, organizationId, { after: cursor, limit: limit + 1 })
        const shown = rows.slice(0, limit)
        return { 200: { rows: shown, next: rows.length > limit ? (shown.at(-1)?.code ?? null) : null } }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/products/:code',
        operation: 'getProduct',
        tag,
        summary: 'One product with its variants.',
        params: ofProduct,
        version: 'answered',
        answers: { 200: productDetail },
        errors: ['unknown-product'],
      },
      async ({ params: { code } }) => {
        const [found] = await findProducts(kysely, organizationId, { codes: [code] })
        if (found === undefined) throw new RefusalProblem(unknownProduct(code))
        const { productId } = found
        const variants = await findCatalogueItems(kysely, organizationId, { productId })
        return { 200: { ...found, variants: variants.map(toJson) } }
      },
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/products/:code',
        operation: 'saveProduct',
        tag,
        summary: 'Makes a product, or changes it where If-Match is given.',
        params: ofProduct,
        body: productInput,
        version: 'heeded',
        answers: { 200: product, 201: product },
        errors: [
          'product-taken',
          'unknown-product',
          'version-changed',
          'invalid-text',
          'invalid-language-tag',
          'options-mismatch',
        ],
      },
      async ({ params: { code }, body, version }) => {
        // Without a version it can only be meant as a new one: an older draft must not undo a change.
        const mode = version === undefined ? 'create' : 'change'
        const row = { ...body, code, mode, version: version === 'any' ? undefined : version } as const
        const [outcome] = await inTransaction(database, (tx) => saveProducts(tx, inCatalogue(), [row]))
        if (outcome === undefined) throw new Error('a row was not answered')
        if (outcome.kind === 'refused') throw new RefusalProblem(outcome)
        return outcome.kind === 'created' ? { 201: outcome.product } : { 200: outcome.product }
      },
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/products/:code',
        operation: 'removeProduct',
        tag,
        summary: 'Takes a product without variants away.',
        params: ofProduct,
        answers: { 200: done },
        errors: ['unknown-product', 'product-in-use'],
      },
      async ({ params: { code } }) => {
        orThrow(await inTransaction(database, (tx) => removeProduct(tx, inCatalogue(), code)))
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/custom-fields',
        operation: 'listCustomFields',
        tag,
        summary: 'The fields that you added to items, in order of key.',
        answers: { 200: customFieldList },
      },
      async () => ({ 200: { rows: await findCustomFields(kysely, organizationId) } }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/custom-fields/:key',
        operation: 'saveCustomField',
        tag,
        summary: 'Defines a field or renames it.',
        params: ofField,
        body: customFieldInput,
        answers: { 200: customField, 201: customField },
        errors: ['invalid-text', 'custom-field-in-use'],
      },
      async ({ params: { key }, body: { type, name = key } }) => {
        const field = { key, type, name }
        const saved = orThrow(
          await inTransaction(database, (tx) => saveCustomField(tx, inCatalogue(), field)),
        )
        return saved.kind === 'created' ? { 201: saved.field } : { 200: saved.field }
      },
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/custom-fields/:key',
        operation: 'removeCustomField',
        tag,
        summary: 'Takes a definition away that no item uses.',
        params: ofField,
        answers: { 200: done },
        errors: ['unknown-custom-field', 'custom-field-in-use'],
      },
      async ({ params: { key } }) => {
        orThrow(await inTransaction(database, (tx) => removeCustomField(tx, inCatalogue(), key)))
        return { 200: {} }
      },
    )
  }
}

function orThrow<T extends { kind: 'created' | 'changed' | 'removed' }>(outcome: T | Refusal): T {
  if (outcome.kind === 'refused') throw new RefusalProblem(outcome)
  return outcome
}
