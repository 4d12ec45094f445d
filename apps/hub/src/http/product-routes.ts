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
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import {
  defineCustomField,
  dropCustomField,
  dropProduct,
  getProduct,
  listCustomFields,
  listProducts,
  saveProduct,
} from '../product-catalogue.ts'
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
export function productRoutes({ context }: ServerContext): FastifyPluginAsync {
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
      async ({ query }) => ({ 200: await listProducts(context, query) }),
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
      async ({ params: { code } }) => ({ 200: await getProduct(context, code) }),
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
      async ({ params: { code }, body, version, actor }) => {
        // Without a version it can only be meant as a new one: an older draft must not undo a change.
        const mode = version === undefined ? 'create' : 'change'
        const row = { ...body, code, mode, version: version === 'any' ? undefined : version } as const
        const { isNew, product: saved } = await saveProduct(context, actor, row)
        return isNew ? { 201: saved } : { 200: saved }
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
      async ({ params: { code }, actor }) => {
        await dropProduct(context, actor, code)
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
      async () => ({ 200: await listCustomFields(context) }),
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
      async ({ params: { key }, body: { type, name = key }, actor }) => {
        const { isNew, field } = await defineCustomField(context, actor, { key, type, name })
        return isNew ? { 201: field } : { 200: field }
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
      async ({ params: { key }, actor }) => {
        await dropCustomField(context, actor, key)
        return { 200: {} }
      },
    )
  }
}
