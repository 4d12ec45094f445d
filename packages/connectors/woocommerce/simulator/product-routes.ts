import { z } from 'zod'
import type { ShopProduct } from './catalogue.ts'
import {
  batch,
  idOf,
  idsOf,
  momentOf,
  oneOf,
  paged,
  type RestAnswer,
  type RestCall,
  RestError,
  type RestRoute,
  readBody,
  toSecond,
  withFields,
} from './rest.ts'
import { toProductShape } from './shapes.ts'
import type { Shop } from './shop.ts'

/** A quantity that came in through the API and was taken. */
export type TakenWrite = {
  receivedAtNs: string
  product: ShopProduct
  quantity: number
  before: number | null
}

export type ProductRoutes = {
  shop: Shop
  /** `GET /variations`, since 10.3. */
  hasVariationsRoute: () => boolean
  batchMax: () => number
  /** Lets a batch die after so many rows. */
  dies: (done: number) => Promise<void> | void
  onWrite: (write: TakenWrite) => void
}

export function productRoutes({
  shop,
  hasVariationsRoute,
  batchMax,
  dies,
  onWrite,
}: ProductRoutes): RestRoute[] {
  const { catalogue } = shop
  const show = (product: ShopProduct) => toProductShape(shop, product)

  const update = (product: ShopProduct, body: unknown, receivedAtNs: string): RestAnswer => {
    const { stock_quantity: quantity, ...change } = readBody(productChange, body)
    const before = product.stock
    const manageStock = change.manage_stock === undefined ? product.manageStock : change.manage_stock === true
    // Not counting blanks the quantity, with or without a new one in the request; the answer is 200 all the same.
    const isTaken = shop.settings.managesStock && manageStock && quantity !== undefined
    catalogue.save(product, {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.sku !== undefined && { sku: change.sku }),
      ...(change.status !== undefined && { status: change.status }),
      ...(change.backorders !== undefined && { backorders: change.backorders }),
      ...(change.regular_price !== undefined && { price: Number(change.regular_price) }),
      manageStock,
      ...(isTaken && { stock: quantity }),
      ...(!manageStock && { stock: null }),
      // Of an uncounted variation every change also takes the backorders back.
      ...(!manageStock && product.type === 'variation' && { backorders: 'no' }),
    })
    if (isTaken) onWrite({ receivedAtNs, product, quantity, before })
    return { body: show(product) }
  }

  const updateProduct = (id: number, body: unknown, receivedAtNs: string): RestAnswer => {
    const product = catalogue.find(id)
    if (product === undefined) throw noProduct(400)
    if (product.type === 'variation') {
      throw new RestError(
        'woocommerce_rest_invalid_product_id',
        404,
        'To manipulate product variations you should use the /products/<product_id>/variations/<id> endpoint.',
      )
    }
    return update(product, body, receivedAtNs)
  }
  const updateVariation = (parentId: number, id: number, body: unknown, receivedAtNs: string): RestAnswer => {
    const variation = catalogue.find(id)
    if (variation === undefined || variation.parentId !== parentId) throw noVariation(400)
    return update(variation, body, receivedAtNs)
  }
  const create = (body: unknown, parentId = 0): RestAnswer => {
    const given = readBody(newProduct, body)
    if (given.sku && catalogue.all().some(({ sku }) => sku.toLowerCase() === given.sku?.toLowerCase())) {
      throw new RestError('product_invalid_sku', 400, 'Invalid or duplicated SKU.')
    }
    const product = catalogue.add({
      name: given.name ?? '',
      type: parentId > 0 ? 'variation' : given.type,
      parentId,
      sku: given.sku ?? '',
      price: Number(given.regular_price ?? 0),
      manageStock: given.manage_stock === true,
      stock: given.manage_stock === true ? (given.stock_quantity ?? 0) : null,
      backorders: given.backorders ?? 'no',
      status: given.status ?? 'publish',
    })
    return { status: 201, body: show(product) }
  }
  const refuseInBatch = (): never => {
    throw new RestError('woocommerce_rest_cannot_delete', 501, 'The simulator deletes one at a time.')
  }

  /** Pages over rows in the order asked for. */
  const listed = (call: RestCall, rows: readonly ShopProduct[]): RestAnswer => {
    const { query } = call
    const include = idsOf('include', query.include)
    const exclude = idsOf('exclude', query.exclude)
    const { siteOffsetHours } = shop.settings
    const after = momentOf('modified_after', query, siteOffsetHours)
    const before = momentOf('modified_before', query, siteOffsetHours)
    const orderby = oneOf('orderby', query.orderby, ['date', 'id', 'title', 'modified', 'include'], 'date')
    const direction = oneOf('order', query.order, ['asc', 'desc'], 'desc') === 'asc' ? 1 : -1
    const status = query.status ?? 'any'
    const wanted = rows.filter(
      (row) =>
        (status === 'any' ? row.status !== 'trash' : row.status === status) &&
        (include === undefined || include.has(row.id)) &&
        !exclude?.has(row.id) &&
        (after === undefined || toSecond(row.modifiedMs) > after) &&
        (before === undefined || toSecond(row.modifiedMs) < before),
    )
    const by = (row: ShopProduct) =>
      orderby === 'id' ? row.id : orderby === 'modified' ? toSecond(row.modifiedMs) : row.createdMs
    wanted.sort((a, b) => direction * (by(a) - by(b) || a.id - b.id))
    return paged(call, wanted, show)
  }

  return [
    {
      methods: ['GET'],
      path: '/wc/v3/products',
      handle: (call) => {
        const skus = call.query.sku?.toLowerCase().split(',')
        const rows = catalogue.all().filter((product) =>
          // A search by SKU is the only one that finds variations too.
          skus === undefined ? product.type !== 'variation' : skus.includes(product.sku.toLowerCase()),
        )
        return listed(call, rows)
      },
    },
    {
      methods: ['POST'],
      path: '/wc/v3/products',
      handle: (call) => create(call.body),
    },
    {
      methods: ['POST', 'PUT', 'PATCH'],
      path: '/wc/v3/products/batch',
      handle: (call) =>
        batch(call, {
          max: batchMax(),
          create: (item) => create(item),
          update: (item) => updateProduct(idOf(item), item, call.receivedAtNs),
          remove: refuseInBatch,
          dies,
        }),
    },
    {
      methods: ['GET'],
      path: '/wc/v3/products/:id',
      handle: ({ ids, query }) => {
        const product = catalogue.find(ids[0] ?? 0)
        if (product === undefined) throw noProduct(404)
        return { body: withFields(show(product), query) }
      },
    },
    {
      methods: ['POST', 'PUT', 'PATCH'],
      path: '/wc/v3/products/:id',
      handle: (call) => {
        const answer = updateProduct(call.ids[0] ?? 0, call.body, call.receivedAtNs)
        return { body: withFields(answer.body as Record<string, unknown>, call.query) }
      },
    },
    {
      methods: ['DELETE'],
      path: '/wc/v3/products/:id',
      handle: ({ ids }) => {
        const product = catalogue.find(ids[0] ?? 0)
        if (product === undefined) throw noProduct(404)
        catalogue.trash(product)
        return { body: show(product) }
      },
    },
    {
      methods: ['GET'],
      path: '/wc/v3/products/:id/variations',
      handle: (call) => {
        const parent = catalogue.find(call.ids[0] ?? 0)
        if (parent === undefined) throw noProduct(404)
        return listed(call, catalogue.variationsOf(parent.id))
      },
    },
    {
      methods: ['POST'],
      path: '/wc/v3/products/:id/variations',
      handle: (call) => {
        if (catalogue.find(call.ids[0] ?? 0) === undefined) throw noProduct(404)
        return create(call.body, call.ids[0])
      },
    },
    {
      methods: ['POST', 'PUT', 'PATCH'],
      path: '/wc/v3/products/:id/variations/batch',
      handle: (call) => {
        const parentId = call.ids[0] ?? 0
        return batch(call, {
          max: batchMax(),
          create: (item) => create(item, parentId),
          update: (item) => updateVariation(parentId, idOf(item), item, call.receivedAtNs),
          remove: refuseInBatch,
          dies,
        })
      },
    },
    {
      methods: ['POST', 'PUT', 'PATCH'],
      path: '/wc/v3/products/:id/variations/:id',
      handle: (call) => updateVariation(call.ids[0] ?? 0, call.ids[1] ?? 0, call.body, call.receivedAtNs),
    },
    {
      methods: ['GET'],
      path: '/wc/v3/variations',
      handle: (call) => {
        if (!hasVariationsRoute()) throw noRoute()
        return listed(
          call,
          catalogue.all().filter((product) => product.type === 'variation'),
        )
      },
    },
  ]
}

const productChange = z.object({
  name: z.string().optional(),
  sku: z.string().optional(),
  status: z.enum(['draft', 'pending', 'private', 'publish']).optional(),
  manage_stock: z.union([z.boolean(), z.literal('parent')]).optional(),
  // The schema of core; what plugins for fractions do to it is not imitated.
  stock_quantity: z.int().optional(),
  backorders: z.enum(['no', 'notify', 'yes']).optional(),
  regular_price: z.string().optional(),
})
const newProduct = productChange.extend({
  type: z.enum(['simple', 'variable', 'grouped', 'external']).default('simple'),
})

const noProduct = (status: number) =>
  new RestError('woocommerce_rest_product_invalid_id', status, 'Invalid ID.')
const noVariation = (status: number) =>
  new RestError('woocommerce_rest_product_variation_invalid_id', status, 'Invalid ID.')
export const noRoute = () =>
  new RestError('rest_no_route', 404, 'No route was found matching the URL and request method.')
