import { expectSoundListing, expectSoundOrder } from '@plimsoll/connector-kit/conformance'
import { describe, expect, test } from 'vitest'
import * as answers from './answers.ts'
import { readCustomStatuses, toListing, toOrder, toVariationListing } from './map.ts'
import { webhooks } from './webhooks.ts'

/**
 * Bodies with every field that the REST reference lists (woocommerce-rest-api-docs @6cb00ae, `wp-api-v3/_products.md`,
 * `_product-variations.md`, `_orders.md`, `_order-refunds.md`; read 2026-11), values of our own: what is not read is passed
 * over, whatever it is.
 */

const dates = (name: string, moment: string | null) => ({ [name]: moment, [`${name}_gmt`]: moment })
const image = {
  id: 801,
  ...dates('date_created', '2026-03-01T08:00:00'),
  src: 'https://shop.example/1.jpg',
  name: '',
  alt: '',
}

const product = {
  id: 794,
  name: 'Enamel mug',
  slug: 'enamel-mug',
  permalink: 'https://shop.example/product/enamel-mug/',
  ...dates('date_created', '2026-03-01T08:00:00'),
  ...dates('date_modified', '2026-03-02T09:30:00'),
  type: 'simple',
  status: 'publish',
  featured: false,
  catalog_visibility: 'visible',
  description: '<p>Blue.</p>\n',
  short_description: '',
  sku: 'MUG-BLUE',
  global_unique_id: '4006381333931',
  price: '21.99',
  regular_price: '21.99',
  sale_price: '',
  ...dates('date_on_sale_from', null),
  ...dates('date_on_sale_to', null),
  price_html: '<span>21.99</span>',
  on_sale: false,
  purchasable: true,
  total_sales: 0,
  virtual: false,
  downloadable: false,
  downloads: [],
  download_limit: -1,
  download_expiry: -1,
  external_url: '',
  button_text: '',
  tax_status: 'taxable',
  tax_class: '',
  manage_stock: true,
  stock_quantity: 12,
  stock_status: 'instock',
  backorders: 'no',
  backorders_allowed: false,
  backordered: false,
  low_stock_amount: null,
  sold_individually: false,
  weight: '',
  dimensions: { length: '', width: '', height: '' },
  shipping_required: true,
  shipping_taxable: true,
  shipping_class: '',
  shipping_class_id: 0,
  reviews_allowed: true,
  average_rating: '0.00',
  rating_count: 0,
  related_ids: [53, 40],
  upsell_ids: [],
  cross_sell_ids: [],
  parent_id: 0,
  purchase_note: '',
  categories: [{ id: 9, name: 'Kitchen', slug: 'kitchen' }],
  tags: [],
  images: [image],
  attributes: [
    { id: 6, name: 'Colour', position: 0, visible: true, variation: true, options: ['Blue', 'Red'] },
  ],
  default_attributes: [],
  variations: [],
  grouped_products: [],
  menu_order: 0,
  meta_data: [{ id: 1, key: '_thumbnail', value: { nested: [1, { deep: null }] } }],
  _links: { self: [{ href: 'https://shop.example/wp-json/wc/v3/products/794' }] },
}

const {
  type: _type,
  name: _name,
  parent_id: _parent,
  attributes: _attributes,
  categories: _categories,
  ...ofBoth
} = product
const variation = {
  ...ofBoth,
  id: 733,
  sku: '',
  manage_stock: false,
  stock_quantity: null,
  image,
  attributes: [{ id: 6, name: 'Colour', option: 'Blue' }],
}

const address = {
  first_name: 'Jo',
  last_name: 'Doe',
  company: '',
  address_1: '1 Quay',
  address_2: '',
  city: 'Hull',
  state: '',
  postcode: 'HU1',
  country: 'GB',
}
const order = {
  id: 727,
  parent_id: 0,
  number: '727',
  order_key: 'wc_order_58d2d042d1d',
  created_via: 'rest-api',
  version: '11.1.0',
  status: 'processing',
  currency: 'EUR',
  ...dates('date_created', '2026-03-22T16:28:02'),
  ...dates('date_modified', '2026-03-22T16:28:08'),
  discount_total: '0.00',
  discount_tax: '0.00',
  shipping_total: '10.00',
  shipping_tax: '0.00',
  cart_tax: '1.35',
  total: '29.35',
  total_tax: '1.35',
  prices_include_tax: false,
  customer_id: 0,
  customer_ip_address: '',
  customer_user_agent: '',
  customer_note: '',
  billing: { ...address, email: 'jo@shop.example', phone: '0' },
  shipping: address,
  payment_method: 'bacs',
  payment_method_title: 'Direct Bank Transfer',
  transaction_id: '',
  ...dates('date_paid', '2026-03-22T16:28:08'),
  ...dates('date_completed', null),
  cart_hash: '',
  meta_data: [{ id: 13106, key: '_download_permissions_granted', value: 'yes' }],
  line_items: [
    {
      id: 315,
      name: 'Enamel mug',
      product_id: 794,
      variation_id: 0,
      quantity: 2,
      tax_class: '',
      subtotal: '6.00',
      subtotal_tax: '0.45',
      total: '6.00',
      total_tax: '0.45',
      taxes: [{ id: 75, total: '0.45', subtotal: '0.45' }],
      meta_data: [],
      sku: 'MUG-BLUE',
      global_unique_id: '4006381333931',
      image: { id: '801', src: 'https://shop.example/1.jpg' },
      price: 3,
    },
    {
      id: 316,
      name: 'Shirt – Red',
      product_id: 22,
      variation_id: 23,
      quantity: 1,
      meta_data: [{ id: 2095, key: 'pa_color', value: 'red' }],
      sku: null,
      price: 12,
    },
  ],
  tax_lines: [{ id: 318, rate_code: 'US-CA-STATE TAX', rate_id: 75, label: 'State Tax', compound: false }],
  shipping_lines: [{ id: 317, method_title: 'Flat Rate', method_id: 'flat_rate', total: '10.00' }],
  fee_lines: [],
  coupon_lines: [],
  refunds: [{ id: 726, refund: 'damaged', total: '-3.00' }],
  payment_url: 'https://shop.example/checkout',
  is_editable: false,
  needs_payment: false,
  needs_processing: true,
  _links: {},
}
const refund = {
  id: 726,
  ...dates('date_created', '2026-03-22T17:02:00'),
  amount: '3.00',
  reason: '',
  refunded_by: 1,
  refunded_payment: false,
  meta_data: [],
  line_items: [
    {
      id: 314,
      name: 'Enamel mug',
      product_id: 794,
      variation_id: 0,
      quantity: -1,
      total: '-3.00',
      meta_data: [{ id: 2076, key: '_refunded_item_id', value: '315' }],
      sku: 'MUG-BLUE',
      price: -3,
    },
  ],
  shipping_lines: [],
  tax_lines: [],
  fee_lines: [],
}

describe('bodies with every published field', () => {
  test('a product', () => {
    const listing = toListing(answers.product.parse(product))
    expectSoundListing(listing)
    expect(listing).toMatchObject({
      sku: 'MUG-BLUE',
      barcode: '4006381333931',
      tracked: true,
      state: 'active',
    })
  })

  test('a variation, which names neither its parent nor itself', () => {
    const parent = { id: 794, name: 'Enamel mug', status: 'publish' }
    const listing = toVariationListing(answers.variation.parse(variation), parent)
    expectSoundListing(listing)
    expect(listing).toMatchObject({
      title: 'Enamel mug – Blue',
      sku: undefined,
      tracked: false,
      stockUnitId: '794/733',
    })
  })

  test('an order with a refund', () => {
    const refunds = answers.refunds.parse([refund])
    const mapped = toOrder(
      answers.order.parse(order),
      { refunds, fulfillments: [], isHeld: false },
      readCustomStatuses(''),
    )
    expectSoundOrder(mapped)
    expect(mapped).toMatchObject({
      number: '#727',
      state: 'open',
      lines: [
        { listingExternalId: '794', ordered: 2, current: 1, subtracted: 'yes' },
        { listingExternalId: '23', ordered: 1, current: 1, sku: undefined },
      ],
    })
  })

  test('the same as webhooks', () => {
    const parse = (topic: string, body: object) =>
      webhooks.parse({ headers: { 'x-wc-webhook-topic': topic }, body: Buffer.from(JSON.stringify(body)) })
    // A refund names no lines here: the order is read.
    expect(parse('order.updated', order)).toEqual([
      { kind: 'order', externalId: '727', version: undefined, order: undefined },
    ])
    expect(parse('order.created', { ...order, refunds: [] })).toMatchObject([
      { externalId: '727', order: {} },
    ])
    expect(parse('product.updated', product)).toMatchObject([{ kind: 'level', level: { quantity: 12 } }])
    expect(parse('product.deleted', { id: 794 })).toMatchObject([{ kind: 'listing', deleted: true }])
  })
})
