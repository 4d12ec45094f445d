import { z } from 'zod'
import { holdsStock } from './catalogue.ts'
import { MagentoError, noSuchEntity, type RestCall, type RestRoute } from './rest.ts'
import { type InputLimits, search } from './search.ts'
import type { Shop } from './shop.ts'
import type { SourceItem } from './stock-book.ts'

type Written = { receivedAtNs: string; sku: string; source: string; before: number | null; quantity: number }

const rowsSent = z.object({
  sourceItems: z.array(
    z.object({
      sku: z.string().default(''),
      source_code: z.string().default(''),
      quantity: z.unknown(),
      status: z.unknown(),
    }),
  ),
})

/** Stock of many sources. There are none of these routes where its modules are off. */
export function inventoryRoutes({
  shop,
  limits,
  onWrite,
}: {
  shop: Shop
  limits: () => InputLimits
  onWrite: (written: Written) => void
}): RestRoute[] {
  const { stock, catalogue } = shop
  const route = (
    method: RestRoute['method'],
    path: string,
    resource: string,
    handle: RestRoute['handle'],
  ): RestRoute => ({
    method,
    path: `inventory/${path}`,
    resource,
    handle(call) {
      if (!shop.settings.multiSource) throw new MagentoError(404, 'Request does not match any route.')
      return handle(call)
    },
  })
  const list = <Row>(rows: readonly Row[], { query }: RestCall, show: (row: Row) => object) => {
    const fieldOf = (row: Row, field: string) => Reflect.get(show(row), field)
    const found = search(rows, query, { fieldOf, limits: limits() })
    return { items: found.rows.map(show), search_criteria: found.criteria, total_count: found.total }
  }
  const stockById = (text: string | undefined) => {
    const found = stock.stocks.find(({ id }) => id === Number(text))
    if (found === undefined) throw noSuchEntity('stock_id', text)
    return found
  }
  const showStock = ({ id, name, websites }: (typeof stock.stocks)[number]) => ({
    stock_id: id,
    name,
    extension_attributes: { sales_channels: websites.map((code) => ({ type: 'website', code })) },
  })
  const showSource = ({ code, name, enabled }: (typeof stock.sources)[number]) => ({
    source_code: code,
    name,
    enabled,
    country_id: 'DE',
    postcode: '20457',
  })
  const checkHeld = (sku: string) => {
    const product = catalogue.bySku(sku)
    if (product === undefined)
      throw new MagentoError(
        404,
        "The product that was requested doesn't exist. Verify the product and try again.",
      )
    if (!holdsStock(product))
      throw new MagentoError(400, "Can't check requested quantity for products without Source Items support.")
    return product
  }

  return [
    route('GET', 'sources', 'Magento_InventoryApi::source', (call) => list(stock.sources, call, showSource)),
    route('GET', 'stocks', 'Magento_InventoryApi::stock', (call) => list(stock.stocks, call, showStock)),
    route('GET', 'stocks/:stockId', 'Magento_InventoryApi::stock', ({ params }) =>
      showStock(stockById(params.stockId)),
    ),
    route('GET', 'stock-resolver/:type/:code', 'Magento_InventorySalesApi::stock', ({ params }) =>
      showStock(stock.stockOfWebsite(params.code ?? '')),
    ),
    route(
      'GET',
      'get-sources-assigned-to-stock-ordered-by-priority/:stockId',
      'Magento_InventoryApi::source',
      ({ params }) =>
        stockById(params.stockId).sources.flatMap((code) => {
          const source = stock.sources.find((one) => one.code === code)
          return source === undefined ? [] : [showSource(source)]
        }),
    ),
    route('GET', 'source-items', 'Magento_InventoryApi::source', (call) =>
      list(stock.items(), call, showSourceItem),
    ),
    route('POST', 'source-items', 'Magento_InventoryApi::source', ({ body, receivedAtNs }) => {
      const items = readRows(body, shop, limits())
      for (const item of items) {
        const before = stock.item(item.sku, item.source)?.quantity ?? null
        stock.save(item)
        onWrite({ receivedAtNs, sku: item.sku, source: item.source, before, quantity: item.quantity })
      }
      return []
    }),
    route(
      'GET',
      'get-product-salable-quantity/:sku/:stockId',
      'Magento_InventorySalesApi::stock',
      ({ params }) => stock.salable(stockById(params.stockId).id, checkHeld(params.sku ?? '').sku),
    ),
    route('GET', 'are-products-salable', 'Magento_InventorySalesApi::stock', ({ query }) => {
      const { id } = stockById(query.stockId)
      return Object.entries(query)
        .filter(([name]) => /^skus(\[\d*\])?$/.test(name))
        .map(([, sku]) => ({ sku, stock_id: id, salable: stock.salable(id, sku) > 0 }))
    }),
    route('GET', 'export-stock-salable-qty/:type/:code', 'Magento_InventorySalesApi::stock', (call) => {
      const { id } = stock.stockOfWebsite(call.params.code ?? '')
      return list(catalogue.all().filter(holdsStock), call, ({ sku }) => ({
        sku,
        qty: stock.salable(id, sku),
        is_salable: stock.salable(id, sku) > 0,
      }))
    }),
  ]
}

function showSourceItem({ sku, source, quantity, status }: SourceItem) {
  return { sku, source_code: source, quantity, status }
}

/** Every row is looked at before any is saved; which of them is wrong is not said. */
function readRows(body: unknown, { catalogue, stock, settings }: Shop, limits: InputLimits): SourceItem[] {
  const parsed = rowsSent.safeParse(body)
  if (!parsed.success)
    throw new MagentoError(400, '"%fieldName" is required. Enter and try again.', {
      fieldName: 'sourceItems',
    })
  const { sourceItems } = parsed.data
  if (limits.isOn && sourceItems.length > limits.arrayMax) {
    const type = 'Magento\\InventoryApi\\Api\\Data\\SourceItemInterface[]'
    throw new MagentoError(400, 'Maximum items of type "%type" is %max', { type, max: limits.arrayMax })
  }
  if (sourceItems.length === 0) throw new MagentoError(400, 'Input data is empty')
  const failed = (why: string) => new MagentoError(400, `Validation Failed: ${why}`)
  return sourceItems.map(({ sku, source_code: source, quantity, status }) => {
    if (sku.trim() === '' || sku !== sku.trim())
      throw failed('"sku" can not be empty or contain leading/trailing spaces.')
    if (source === '' || /\s/.test(source)) throw failed('"source_code" can not contain whitespaces.')
    if (typeof quantity !== 'number') throw failed('"quantity" should be numeric.')
    if (status !== 0 && status !== 1) throw failed('"status" should be a known status.')
    const product = catalogue.bySku(sku)
    if (product === undefined && settings.checksSkus) throw failed(`Product with SKU ${sku} does not exist.`)
    // A foreign key, found when the rows are saved.
    if (!stock.sources.some(({ code }) => code === source))
      throw new MagentoError(400, 'Could not save Source Item')
    return { sku: product?.sku ?? sku, source, quantity, status }
  })
}
