/**
 * What WooCommerce's routes answer, as facts: fields, types, what may be null, values of enums. Read in
 * woocommerce/woocommerce, plugins/woocommerce/includes/rest-api/Controllers/ (README, "Sources"); where the code says
 * less than what shops are seen to send (plugins that filter quantities or numbers), the wider type stands here.
 */
export type Shape =
  | { kind: 'id' }
  /** Names another thing; 0 where there is none. */
  | { kind: 'reference' }
  | { kind: 'text' }
  | { kind: 'flag' }
  /** Units: whole in core. */
  | { kind: 'units' }
  /** Units of stock: whole in core and may be below nothing; plugins make them fractions, or text. */
  | { kind: 'stock' }
  /** Minus the units refunded. */
  | { kind: 'refunded-units' }
  /** UTC, without zone. */
  | { kind: 'moment' }
  /** Whatever a plugin or a person has put there. */
  | { kind: 'anything' }
  | { kind: 'oneOf'; values: readonly unknown[] }
  | { kind: 'list'; of: Shape; most?: number }
  | { kind: 'object'; fields: Record<string, Field> }
/** `null` may come instead; `absent`: older shops and some routes leave the field out. */
export type Field = Shape & { orNull?: true; orAbsent?: true }

const object = (fields: Record<string, Field>): Shape & { kind: 'object' } => ({ kind: 'object', fields })
const list = (of: Shape, most?: number): Shape => ({ kind: 'list', of, ...(most !== undefined && { most }) })
const oneOf = (...values: unknown[]): Shape => ({ kind: 'oneOf', values })
const id: Shape = { kind: 'id' }
const text: Shape = { kind: 'text' }
const moment: Shape = { kind: 'moment' }
const meta = list(object({ id, key: text, value: { kind: 'anything', orAbsent: true } }))

/** Version2/class-wc-rest-products-v2-controller.php `get_product_data`, and the V3 schema. */
export const product = object({
  id,
  parent_id: { kind: 'reference' },
  type: oneOf(
    'simple',
    'simple',
    'simple',
    'variable',
    'grouped',
    'external',
    'bundle',
    'variable-subscription',
  ),
  name: text,
  sku: text,
  global_unique_id: { ...text, orAbsent: true },
  status: oneOf('publish', 'publish', 'draft', 'pending', 'private', 'future', 'trash', 'auto-draft'),
  manage_stock: oneOf(true, true, true, false),
  stock_quantity: { kind: 'stock', orNull: true },
  backorders: oneOf('no', 'notify', 'yes'),
  date_modified_gmt: { ...moment, orNull: true },
  attributes: list(object({ id: { kind: 'reference' }, name: text, options: list(text) })),
})

/** Version3/class-wc-rest-product-variations-controller.php; `parent_id` only in `/variations` (10.3). */
export const variation = object({
  id,
  parent_id: { kind: 'reference', orAbsent: true },
  type: { ...oneOf('variation'), orAbsent: true },
  name: { ...text, orAbsent: true },
  sku: text,
  global_unique_id: { ...text, orAbsent: true },
  status: oneOf('publish', 'publish', 'draft', 'pending', 'private'),
  manage_stock: oneOf(true, true, false, 'parent'),
  stock_quantity: { kind: 'stock', orNull: true },
  backorders: oneOf('no', 'notify', 'yes'),
  date_modified_gmt: { ...moment, orNull: true },
  attributes: list(
    object({
      id: { kind: 'reference' },
      name: text,
      option: { ...oneOf('Red', '', 'XL', 42), orNull: true },
    }),
  ),
})

/** Every part is a text, empty where nobody typed it; plugins that clean addresses up leave parts out. */
const addressFields = {
  first_name: text,
  last_name: text,
  company: text,
  address_1: { ...text, orNull: true },
  address_2: text,
  city: text,
  state: text,
  postcode: { ...oneOf('50667', '', 50_667), orAbsent: true },
  country: oneOf('DE', 'US', 'CN', '', 'Germany'),
} satisfies Record<string, Field>

/** Version2/class-wc-rest-orders-v2-controller.php `get_formatted_item_data`, `get_order_item_data`. */
export const order = object({
  id,
  number: oneOf('1001', 'A-1', '', 1001),
  status: oneOf(
    'pending',
    'processing',
    'processing',
    'on-hold',
    'completed',
    'cancelled',
    'refunded',
    'failed',
    'checkout-draft',
    'trash',
    'partially-shipped',
  ),
  currency: oneOf('EUR', ''),
  date_created_gmt: moment,
  date_modified_gmt: { ...moment, orNull: true },
  date_completed_gmt: { ...moment, orNull: true },
  line_items: list(
    object({
      id,
      product_id: { kind: 'reference' },
      variation_id: { kind: 'reference' },
      name: text,
      sku: { ...text, orNull: true },
      quantity: { kind: 'units' },
      meta_data: meta,
    }),
  ),
  billing: object({ ...addressFields, email: text, phone: text }),
  // `phone` since 5.6.
  shipping: object({ ...addressFields, phone: { ...text, orAbsent: true } }),
  shipping_lines: list(object({ id, method_title: { ...text, orNull: true }, method_id: text })),
  refunds: { ...list(object({ id, reason: text, total: text }), 0.4), orAbsent: true },
  meta_data: {
    ...list(
      object({
        id,
        key: oneOf('_fulfillment_status', '_plimsoll_shipments', 'other', ''),
        value: {
          ...oneOf('fulfilled', 'partially_fulfilled', 'unfulfilled', '', 7, null, [{ shipmentId: 's' }]),
          orAbsent: true,
        },
      }),
    ),
  },
})

/** Version2/class-wc-rest-order-refunds-v2-controller.php `get_formatted_item_data`. */
export const refund = object({
  id,
  date_created_gmt: moment,
  reason: { ...text, orNull: true },
  line_items: list(
    object({
      id,
      quantity: { kind: 'refunded-units' },
      meta_data: list(
        object({ id, key: oneOf('_refunded_item_id', 'other'), value: oneOf('1', 1, '', 'x') }),
      ),
    }),
  ),
})

export const siteIndex = object({
  name: text,
  namespaces: oneOf(['wp/v2', 'wc/v3'], ['wp/v2', 'wc/v3'], ['wp/v2', 'wc/v3'], ['wp/v2'], []),
  timezone_string: { ...oneOf('', 'Europe/Berlin'), orAbsent: true },
  gmt_offset: { ...oneOf(0, '0', '', 5.5, '-3.5'), orAbsent: true },
})
export const systemStatus = object({
  environment: object({ version: oneOf('11.1.0', '6.9.4', '') }),
  settings: {
    ...object({
      currency: { ...oneOf('EUR'), orAbsent: true },
      HPOS_enabled: { ...oneOf(true, false, 'yes'), orAbsent: true },
    }),
    orAbsent: true,
  },
})
export const settingOption = object({
  id: oneOf('woocommerce_manage_stock', 'woocommerce_hold_stock_minutes'),
  value: { kind: 'anything', orAbsent: true },
})

/** Version1/class-wc-rest-webhooks-v1-controller.php `prepare_item_for_response`. */
export const webhook = object({
  id,
  name: text,
  status: oneOf('active', 'paused', 'disabled'),
  topic: oneOf('order.created', 'order.updated', 'product.updated', 'coupon.created', ''),
  delivery_url: oneOf('https://hub.example/in', 'https://else.example/'),
})

export const note = object({ id, note: text })
/** docs/features/fulfillments/rest-api.md: `_items` names lines and units. */
export const fulfillment = object({
  id,
  is_fulfilled: { kind: 'flag', orAbsent: true },
  date_deleted: { ...moment, orNull: true, orAbsent: true },
  meta_data: oneOf(
    [],
    [{ id: 1, key: '_items', value: [{ item_id: 1, qty: 1 }] }],
    [{ id: 1, key: '_items', value: [{ item_id: '1', qty: '2' }, { item_id: 2 }, null, 7] }],
    [{ id: 1, key: '_items', value: 'a:1:{}' }],
    [
      {
        id: 1,
        key: '_items',
        value: [
          { item_id: 1, qty: -1 },
          { item_id: 1, qty: 1.5 },
        ],
      },
    ],
  ),
})
export const tracking = object({
  tracking_id: oneOf('a1b2', 7),
  tracking_number: { ...text, orAbsent: true },
})

/** WordPress's error envelope; some routes put the bare status where the data belong. */
export const refusal = object({
  code: oneOf(
    'woocommerce_rest_product_invalid_id',
    'rest_no_route',
    'rest_invalid_param',
    'plugin_error',
    1,
  ),
  message: text,
  data: {
    ...oneOf({ status: 400 }, { status: 404, params: {} }, { status: 400, params: [] }, [], 404, ''),
    orNull: true,
  },
})

/** class-wc-webhook.php `build_payload`: WordPress's hook passes on what it was called with, a number or its text. */
export const deleted = object({ id: oneOf(57, '57') })
