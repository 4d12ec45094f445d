import { z } from 'zod'
import type { Catalogue, ShopProduct } from './catalogue.ts'
import { gmt, MagentoError, type RestRoute } from './rest.ts'
import { type InputLimits, search } from './search.ts'
import type { Shop } from './shop.ts'

type Written = { receivedAtNs: string; sku: string; before: number | null; quantity: number }

const productSent = z.object({
  product: z.object({ sku: z.string().optional(), status: z.union([z.literal(1), z.literal(2)]).optional() }),
})
const stockItemSent = z.object({
  stockItem: z.object({ qty: z.number().optional(), is_in_stock: z.boolean().optional() }),
})

export function productRoutes({
  shop,
  limits,
  barcodeAttribute,
  onWrite,
}: {
  shop: Shop
  limits: () => InputLimits
  barcodeAttribute: string
  onWrite: (written: Written) => void
}): RestRoute[] {
  const { catalogue } = shop
  const bySku = (sku: string | undefined) => {
    const product = catalogue.bySku(sku ?? '')
    if (product === undefined)
      throw new MagentoError(
        404,
        "The product that was requested doesn't exist. Verify the product and try again.",
      )
    return product
  }
  const save = (sku: string | undefined, body: unknown) => {
    const parsed = productSent.safeParse(body)
    if (!parsed.success) throw new MagentoError(400, 'One or more input exceptions have occurred.')
    // A product that is not there would be made, and lacks what it needs for that.
    const product = catalogue.bySku(sku ?? parsed.data.product.sku ?? '')
    if (product === undefined)
      throw new MagentoError(400, 'The "%1" attribute value is empty. Set the attribute and try again.', [
        'name',
      ])
    product.status = parsed.data.product.status ?? product.status
    product.updatedMs = Math.max(product.updatedMs, product.createdMs)
    return show(product)
  }
  const show = (product: ShopProduct) => showProduct(product, catalogue, barcodeAttribute)

  return [
    {
      method: 'GET',
      path: 'products',
      resource: 'Magento_Catalog::products',
      handle({ query }) {
        const found = search(catalogue.all(), query, { fieldOf: fieldOfProduct, limits: limits() })
        return { items: found.rows.map(show), search_criteria: found.criteria, total_count: found.total }
      },
    },
    {
      method: 'POST',
      path: 'products',
      resource: 'Magento_Catalog::products',
      handle: ({ body }) => save(undefined, body),
    },
    {
      method: 'GET',
      path: 'products/:sku',
      resource: 'Magento_Catalog::products',
      handle: ({ params }) => show(bySku(params.sku)),
    },
    {
      method: 'PUT',
      path: 'products/:sku',
      resource: 'Magento_Catalog::products',
      handle: ({ params, body }) => save(params.sku, body),
    },
    {
      method: 'GET',
      path: 'stockItems/lowStock',
      resource: 'Magento_CatalogInventory::cataloginventory',
      handle({ query }) {
        const most = Number(query.qty)
        if (query.scopeId === undefined || !Number.isFinite(most))
          throw new MagentoError(400, '"%fieldName" is required. Enter and try again.', { fieldName: 'qty' })
        const rows = catalogue.all().map((product) => showStockItem(product, shop))
        const low = rows.filter(({ qty }) => qty <= most)
        const pageSize = Number(query.pageSize ?? 0) || Math.max(1, low.length)
        const { isOn, pageMax } = limits()
        if (isOn && pageSize > pageMax)
          throw new MagentoError(400, 'Maximum SearchCriteria pageSize is %max', { max: pageMax })
        const last = Math.max(1, Math.ceil(low.length / pageSize))
        const page = Math.min(Math.max(1, Number(query.currentPage ?? 1)), last)
        return {
          items: low.slice((page - 1) * pageSize, page * pageSize),
          search_criteria: {
            mapper_interface_name: '',
            criteria_list: [],
            filters: [],
            orders: [],
            limit: [],
          },
          total_count: low.length,
        }
      },
    },
    {
      method: 'GET',
      path: 'stockItems/:productSku',
      resource: 'Magento_CatalogInventory::cataloginventory',
      handle({ params }) {
        const product = catalogue.bySku(params.productSku ?? '')
        if (product === undefined)
          throw new MagentoError(404, 'The Product with the "%1" SKU doesn\'t exist.', [params.productSku])
        return showStockItem(product, shop)
      },
    },
    {
      method: 'PUT',
      path: 'products/:productSku/stockItems/:itemId',
      resource: 'Magento_CatalogInventory::cataloginventory',
      handle({ params, body, receivedAtNs }) {
        const parsed = stockItemSent.safeParse(body)
        if (!parsed.success)
          throw new MagentoError(400, '"%fieldName" is required.', { fieldName: 'stockItem' })
        const product = catalogue.bySku(params.productSku ?? '')
        if (product === undefined)
          throw new MagentoError(404, 'The Product with the "%1" SKU doesn\'t exist.', [params.productSku])
        const { qty, is_in_stock } = parsed.data.stockItem
        if (qty !== undefined) {
          const before = product.manageStock ? product.singleQty : null
          product.singleQty = qty
          onWrite({ receivedAtNs, sku: product.sku, before, quantity: qty })
        }
        product.singleInStock = is_in_stock ?? product.singleInStock
        return itemIdOf(product)
      },
    },
  ]
}

function fieldOfProduct(product: ShopProduct, field: string): unknown {
  switch (field) {
    case 'entity_id':
      return product.id
    case 'sku':
      return product.sku
    case 'name':
      return product.name
    case 'status':
      return product.status
    case 'type_id':
      return product.type
    case 'updated_at':
      return gmt(product.updatedMs)
    default:
      throw new MagentoError(400, 'Invalid attribute name: %1', [field])
  }
}

function showProduct(product: ShopProduct, catalogue: Catalogue, barcodeAttribute: string) {
  const options = catalogue.all().filter(({ configurableId }) => configurableId === product.id)
  return {
    id: product.id,
    sku: product.sku,
    name: product.name,
    attribute_set_id: 4,
    price: product.price,
    status: product.status,
    visibility: 4,
    type_id: product.type,
    created_at: gmt(product.createdMs),
    updated_at: gmt(product.updatedMs),
    extension_attributes: {
      website_ids: [1],
      ...(product.type === 'configurable' && { configurable_product_links: options.map(({ id }) => id) }),
    },
    product_links: [],
    options: [],
    media_gallery_entries: [],
    tier_prices: [],
    custom_attributes: [
      // Numbers of attributes come as text.
      { attribute_code: 'tax_class_id', value: '2' },
      ...(product.barcode === '' ? [] : [{ attribute_code: barcodeAttribute, value: product.barcode }]),
      ...(product.type === 'bundle'
        ? [{ attribute_code: 'shipment_type', value: String(product.shipmentType) }]
        : []),
    ],
  }
}

function itemIdOf({ id }: ShopProduct): number {
  return 1_000_000 + id
}

/** With many sources the shop keeps this row beside them: the settings count, the quantity follows the default source. */
function showStockItem(product: ShopProduct, { settings, stock }: Shop) {
  const qty = settings.multiSource ? (stock.item(product.sku, 'default')?.quantity ?? 0) : product.singleQty
  return {
    item_id: itemIdOf(product),
    product_id: product.id,
    stock_id: 1,
    qty,
    is_in_stock: settings.multiSource ? qty > 0 : product.singleInStock,
    is_qty_decimal: false,
    show_default_notification_message: false,
    use_config_min_qty: true,
    min_qty: product.minQty,
    use_config_min_sale_qty: 1,
    min_sale_qty: 1,
    use_config_max_sale_qty: true,
    max_sale_qty: 10_000,
    use_config_backorders: true,
    backorders: product.backorders,
    use_config_notify_stock_qty: true,
    notify_stock_qty: 1,
    use_config_qty_increments: true,
    qty_increments: 0,
    use_config_enable_qty_inc: true,
    enable_qty_increments: false,
    use_config_manage_stock: product.manageStock,
    manage_stock: product.manageStock,
    low_stock_date: null,
    is_decimal_divided: false,
    stock_status_changed_auto: 0,
  }
}
