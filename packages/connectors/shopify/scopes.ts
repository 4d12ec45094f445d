/** Rights that the hub needs; a `write_` right includes its `read_` twin. */
export const SCOPES = [
  'read_products',
  'read_locations',
  'read_inventory',
  'write_inventory',
  'read_orders',
  'read_merchant_managed_fulfillment_orders',
  'write_merchant_managed_fulfillment_orders',
] as const

/** To take a single variant off sale and put it back. */
export const WITHDRAWAL_SCOPE = 'write_publications'
